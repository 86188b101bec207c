"""Numbers and dates as Thai offices write and read them; all times in Thailand's zone."""

import re
from datetime import date, datetime

from mailroom.domain.agency import BANGKOK, BUDDHIST_ERA, buddhist_year
from mailroom.stages import lazy
from mailroom.stages.normalise import to_arabic_digits

__all__ = [
    "buddhist_year",
    "english_date",
    "english_datetime",
    "readable_size",
    "thai_date",
    "thai_datetime",
    "thai_short_date",
    "to_thai_digits",
    "written_date",
]

MONTHS = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
SHORT_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def to_thai_digits(text: str) -> str:
    return text.translate(_TO_THAI)


def thai_date(on: date) -> str:
    """`5 มกราคม 2569`."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year + BUDDHIST_ERA}"


def thai_short_date(on: date) -> str:
    """`5 ม.ค. 2569`."""
    return f"{on.day} {SHORT_MONTHS[on.month - 1]} {on.year + BUDDHIST_ERA}"


def thai_datetime(at: datetime) -> str:
    """`วันที่ 5 มกราคม 2569 เวลา 08.30 น.`"""
    local = at.astimezone(BANGKOK)
    return f"วันที่ {thai_date(local.date())} เวลา {local:%H.%M} น."


def english_datetime(at: datetime) -> str:
    """`5 January 2026 at 08:30 (Thailand time)`."""
    local = at.astimezone(BANGKOK)
    return f"{english_date(local.date())} at {local:%H:%M} (Thailand time)"


def english_date(on: date) -> str:
    """`5 January 2026`."""
    return f"{on.day} {ENGLISH_MONTHS[on.month - 1]} {on.year}"


def readable_size(size: int) -> str:
    """Bytes as people read them: `812 B`, `43 kB`, `1.4 MB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def _key(month: str) -> str:
    return re.sub(r"[.\s]", "", month).lower()


_MONTH_NUMBERS = {
    _key(name): number
    for names in (MONTHS, SHORT_MONTHS, ENGLISH_MONTHS, tuple(name[:3] for name in ENGLISH_MONTHS))
    for number, name in enumerate(names, start=1)
}
_SHORT_PATTERN = "|".join(r"\s?".join(f"{part}\\.?" for part in name.rstrip(".").split(".")) for name in SHORT_MONTHS)
_ENGLISH_PATTERN = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in ENGLISH_MONTHS)
MONTH_PATTERN = f"{'|'.join(MONTHS)}|{_SHORT_PATTERN}|{_ENGLISH_PATTERN}"
"""Every way to write a month. The short ones need a day beside them: they are words, or parts of words, as well."""
_WITH_NAME = lazy.pattern(
    rf"(?<!\d)(\d{{1,2}})\s{{0,3}}(?:เดือน\s?)?({MONTH_PATTERN})"
    r"\s{0,3},?\s?(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s{0,3}(\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_IN_FIGURES = lazy.pattern(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")


def written_date(text: str) -> date | None:
    """The first date written in a text: Thai or English months, long or short, Thai or Arabic digits, พ.ศ. or ค.ศ.

    A two-digit year is พ.ศ. An impossible date is no date.
    """
    text = to_arabic_digits(text)
    if match := _WITH_NAME.search(text):
        day, month, year = match[1], month_number(match[2]), match[3]
    elif match := _IN_FIGURES.search(text):
        day, month, year = match[1], int(match[3]), match[4]
    else:
        return None
    try:
        return date(common_year(int(year)), month, int(day))
    except ValueError:
        return None


def month_number(written: str) -> int:
    """1 to 12 for what `MONTH_PATTERN` matches."""
    return _MONTH_NUMBERS[_key(written)]


def common_year(year: int) -> int:
    """Of the common era, whichever era it was written in; a year of two digits is พ.ศ."""
    if year < 100:
        return 2500 + year - BUDDHIST_ERA
    return year - BUDDHIST_ERA if year >= 2400 else year
