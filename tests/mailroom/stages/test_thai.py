"""Dates and numbers as Thai offices write them, and one spelling for what looks alike."""

import time
from datetime import UTC, date, datetime

import pytest

from mailroom.stages import thai
from mailroom.stages.normalise import compact, normalised


def test_an_instant_is_written_in_thai_time() -> None:
    """Month in full, พ.ศ. year, hours and minutes with a full stop."""
    assert thai.thai_datetime(datetime(2026, 1, 5, 1, 30, tzinfo=UTC)) == "วันที่ 5 มกราคม 2569 เวลา 08.30 น."
    assert thai.thai_datetime(datetime(2025, 12, 31, 17, 0, tzinfo=UTC)) == "วันที่ 1 มกราคม 2569 เวลา 00.00 น."
    assert thai.english_datetime(datetime(2026, 1, 5, 1, 30, tzinfo=UTC)) == "5 January 2026 at 08:30 (Thailand time)"


def test_days_and_digits_are_written_as_asked() -> None:
    """Short months, long months and Thai digits."""
    assert thai.thai_short_date(date(2026, 6, 9)) == "9 มิ.ย. 2569"
    assert thai.thai_date(date(2024, 2, 29)) == "29 กุมภาพันธ์ 2567"
    assert thai.to_thai_digits("41/2569") == "๔๑/๒๕๖๙"
    assert [thai.readable_size(size) for size in (12, 43_210, 1_400_000)] == ["12 B", "43 kB", "1.4 MB"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("๕ มกราคม ๒๕๖๙", date(2026, 1, 5)),
        ("5 ม.ค. 69", date(2026, 1, 5)),
        ("5 มค 2569", date(2026, 1, 5)),
        ("15 มิ.ย. พ.ศ. 2569", date(2026, 6, 15)),
        ("27 กันยายน ๒๕๖๗", date(2024, 9, 27)),
        ("5 January 2026", date(2026, 1, 5)),
        ("5/1/2569", date(2026, 1, 5)),
        ("05-01-2569", date(2026, 1, 5)),
        ("29 ก.พ. 2567", date(2024, 2, 29)),
        ("29 ก.พ. 2569", None),
        ("45 มกราคม 2569", None),
        ("12/13/2569", None),
        ("โทร 02-123-4567", None),
        ("ไม่มีวันที่", None),
    ],
)
def test_a_written_date_is_read(written: str, day: date | None) -> None:
    """Thai and Arabic digits, long and short months, พ.ศ. and ค.ศ.; an impossible day is no day."""
    assert thai.written_date(written) == day


def test_look_alikes_get_one_spelling() -> None:
    """Decomposed sara am, two sara e, invisible characters and Thai digits are made equal."""
    assert normalised("น\u0e4d\u0e32") == "น\u0e33"
    assert normalised("น\u0e4d\u0e49\u0e32") == normalised("น\u0e49\u0e33")
    assert normalised("เเบบ") == "แบบ"
    assert normalised("ขอ\u200bอนุ\u00adญาต\ufeff") == "ขออนุญาต"
    assert normalised("ที่\u00a0๑๒๓\r\nก") == "ที่ 123\nก"
    assert compact("Food  Licence ร้าน อาหาร") == "foodlicenceร้านอาหาร"


def test_normalising_never_fails() -> None:
    """Lone surrogates and every kind of rubbish go through."""
    for text in ("\ud800", "\x00", "\u0e48" * 5000, ""):
        assert normalised(normalised(text)) == normalised(text)


def test_normalising_takes_no_time_for_piles_of_marks() -> None:
    """Composing takes the square of the marks on one letter: thirty are kept, and the letters around them."""
    piled = "ก" + "\u0316\u0300" * 50_000 + "ข"
    began = time.process_time()
    low = normalised(piled)
    assert time.process_time() - began < 1.0
    assert (low[0], low[-1], len(low)) == ("ก", "ข", 32)
