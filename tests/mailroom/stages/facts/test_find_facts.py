"""Facts of a whole message: exact places, nesting, quoted text, hostile text and time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.fact import FactKind
from mailroom.stages.facts import find_facts
from mailroom.stages.normalise import normalised

LETTER = """ที่ อท ๐๐๑๗.๕/ว ๔๓๕๑
๒๗ กันยายน ๒๕๖๗
เรื่อง ขอรับเงินคืน ๑,๕๐๐ บาท
เรียน นายกเทศมนตรี
สิ่งที่ส่งมาด้วย ๑. สำเนาบัตร 3-1006-00445-63-5
๒. แผนที่บ้านเลขที่ ๑๒/๓ หมู่ที่ ๔ ตำบลคลองใหม่
โทร. ๐๘๑-๒๓๔-๕๖๗๘ ขอรับหนังสือตอบทางไปรษณีย์"""
PIECES = st.sampled_from(
    [
        *LETTER.split(), "\n", " ", "๐๘", "1-2345-67890-12-3", "5 ม.ค. 69", "a@b.co", "ํา", "\u200b", "เ", "๑", "บาท", "\ud800", "0812345678",
        "ที่", "/", "ถึง", "-", "> ", "e\u0301", "\r\n", "จ.ตาก", "10900",
    ]
)  # fmt: skip
MADE = st.lists(PIECES, max_size=25).map("".join)


def test_a_letter_is_read_in_full() -> None:
    """Every part of a letter is found once, in order, each inside the line that it stands in."""
    found = [(one.kind.value, one.value) for one in find_facts("", LETTER)]
    assert found == [
        ("letter-number", "อท 0017.5/ว 4351"),
        ("date", "2024-09-27"),
        ("subject", "ขอรับเงินคืน 1,500 บาท"),
        ("money", "1500.00"),
        ("to", "นายกเทศมนตรี"),
        ("enclosed", "สำเนาบัตร 3-1006-00445-63-5"),
        ("thai-id", "3100600445635"),
        ("enclosed", "แผนที่บ้านเลขที่ 12/3 หมู่ที่ 4 ตำบลคลองใหม่"),
        ("house", "12/3"),
        ("moo", "4"),
        ("subdistrict", "คลองใหม่"),
        ("phone", "0812345678"),
        ("reply-wish", "post"),
    ]


def test_the_subject_is_read_apart() -> None:
    """Places in the subject are places in the subject."""
    [one] = find_facts("ติดตามเลขรับ ๔๑/๒๕๖๙", "สวัสดี")
    assert (one.in_subject, one.value, one.as_written) == (True, "41/2569", "๔๑/๒๕๖๙")


@given(st.one_of(MADE, st.text(st.characters(), max_size=120)))
def test_places_are_exact(text: str) -> None:
    """The characters at a fact's place are those it was read from: read alone in their line, they say the same again."""
    for one in find_facts("", text):
        piece = text[one.start : one.end]
        assert piece == one.as_written
        assert normalised(piece).strip() == normalised(one.as_written).strip() != ""


@given(MADE)
def test_spelling_changes_no_fact(text: str) -> None:
    """The shown text and its normalised spelling hold the same facts: what differs is only where they stand."""
    shown, plain = find_facts("", text), find_facts("", normalised(text))
    assert [(one.kind, one.value, normalised(one.as_written)) for one in shown] == [
        (one.kind, one.value, normalised(one.as_written)) for one in plain
    ]
    for one in plain:
        assert normalised(text)[one.start : one.end] == one.as_written


@given(st.one_of(MADE, st.text(st.characters(), max_size=120)))
def test_facts_are_nested_or_apart(text: str) -> None:
    """No fact lies half over another, so that each can be marked on the page."""
    found = find_facts("", text)
    for index, one in enumerate(found):
        for other in found[index + 1 :]:
            assert other.start >= one.end or other.end <= one.end


def test_what_is_quoted_is_told_apart() -> None:
    """A telephone in the text that a reply carries along is not the sender's word; one in their own text is."""
    text = "โทร 081-234-5678\n\nเมื่อ 5 ม.ค. 2569 อบต. เขียนว่า:\n> โทร 02-123-4567\n"
    told = {one.value: one.quoted for one in find_facts("", text) if one.kind is FactKind.PHONE}
    assert told == {"0812345678": False, "021234567": True}


HOSTILE = {
    "digits": "1" * 1_000_000,
    "groups": "1 " * 500_000,
    "phones": "081-234-5678 " * 80_000,
    "identity": "3100600445634 " * 70_000,
    "numerals": "หนึ่ง" * 200_000,
    "asking": "ขอ" * 500_000,
    "post": "ไปรษณีย์" * 120_000,
    "subjects": "เรื่อง " * 140_000,
    "lines": "\n" * 1_000_000,
    "items": "สิ่งที่ส่งมาด้วย\n" + "1. ก\n" * 200_000,
    "licence": "ใบอนุญาต" * 120_000,
    "roads": "ถนน" * 330_000,
    "villages": "หมู่ 1 ต.กก " * 80_000,
    "mails": "a@" * 500_000,
    "dots": "a." * 500_000,
    "marks": "ก" + "\u0e38\u0e48\u0316" * 330_000,
    "surrogates": "\ud800" * 1_000_000,
    "invisible": "0\u200b" * 500_000,
    "quotes": "> " * 500_000,
    "letters": "กก 12.1.1.1/" * 80_000,
    "dates": "1 ม.ค. - " * 100_000,
    "money": "1-" * 500_000,
    "labels": "บัญชี " * 160_000,
    "reference": "รหัสอ้างอิง " + "a" * 900_000,
    "returns": "\r" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_million_hostile_characters_take_no_more_than_a_second(name: str) -> None:
    """Whatever repeats, the time stays in bounds, and so does the number of facts."""
    began = time.process_time()
    found = find_facts("", HOSTILE[name])
    assert time.process_time() - began < 1.0
    assert len(found) <= 12 * 200
