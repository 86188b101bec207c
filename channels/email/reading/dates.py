"""Reads dates in headers (RFC 5322, 3.3), Buddhist years and wild values included."""

import re
from datetime import UTC, datetime, timedelta

from mailroom.domain.agency import BUDDHIST_ERA
from mailroom.stages.defects import Defects

_DATE = re.compile(
    r"(\d{1,2})[\s-]+([A-Za-z]{3})[A-Za-z]*[\s,-]+(\d{2,20})[,\s]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?"
    r"\s*(?:([+-]\d{4})|([A-Za-z]{1,5}))?"
)
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "ict": 7}
_BUDDHIST = range(2443, 2700)
_PLAUSIBLE = range(1985, 2100)
_BYTES = 300


def read_date(value: bytes, defects: Defects) -> datetime | None:
    """The instant, aware, UTC; None when there is none to believe. A Buddhist year is turned into the common one."""
    found = _DATE.search(value[:_BYTES].decode("ascii", "replace"))
    if found is None:
        defects.add("date-unreadable")
        return None
    day, month, year, hour, minute, second, offset, zone = found.groups()
    common = _common_year(year, defects)
    if common is None:
        return None
    try:
        local = datetime(  # noqa: DTZ001 - the zone is subtracted below
            common, _MONTHS[month.lower()], int(day), int(hour), int(minute), min(int(second or 0), 59)
        )
    except (KeyError, ValueError):
        defects.add("date-unreadable")
        return None
    return (local - _offset(offset, zone, defects)).replace(tzinfo=UTC)


def _common_year(text: str, defects: Defects) -> int | None:
    year = int(text)
    if len(text) == 2:
        year += 2000 if year < 50 else 1900
    elif len(text) == 3:
        year += 1900
    if year in _BUDDHIST:
        defects.add("date-buddhist", text)
        year -= BUDDHIST_ERA
    if year not in _PLAUSIBLE:
        defects.add("date-absurd", text)
        return None
    return year


def _offset(offset: str | None, zone: str | None, defects: Defects) -> timedelta:
    if offset is None:
        return timedelta(hours=_ZONES.get((zone or "").lower(), 0))
    hours, minutes = int(offset[1:3]), int(offset[3:5])
    if hours > 14 or minutes > 59:
        defects.add("date-zone", offset)
        return timedelta()
    away = timedelta(hours=hours, minutes=minutes)
    return -away if offset[0] == "-" else away
