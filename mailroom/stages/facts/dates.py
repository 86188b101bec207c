"""Days, months and spans of days: Thai and English months, long and short, พ.ศ. and ค.ศ."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from mailroom.domain.fact import Doubt, FactKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading
from mailroom.stages.thai import MONTH_PATTERN, MONTHS, SHORT_MONTHS, common_year, month_number

FIRST_YEAR, LAST_YEAR = 1907, 2107
"""Years beyond are plates, parcels and sections of laws."""

_ERA = r"(?P<era>พ\.? ?ศ\.?|ค\.? ?ศ\.?)?"
_NAMED = lazy.pattern(
    rf"(?<![\d/.,-])(?:(?P<first>\d{{1,2}}) ?(?:-|–|ถึง) ?)?(?P<day>\d{{1,2}}) {{0,2}}(?:เดือน ?)?(?P<month>{MONTH_PATTERN})"
    rf" {{0,2}},? ?(?:ปี ?)?{_ERA} ?(?P<year>\d{{4}}|\d{{2}})(?![\d,/])",
    re.I,
)
_MONTH_FIRST = lazy.pattern(
    rf"(?<![A-Za-z])(?P<month>{'|'.join(('Jan(?:uary)?', 'Feb(?:ruary)?', 'Mar(?:ch)?', 'Apr(?:il)?', 'May', 'June?', 'July?', 'Aug(?:ust)?', 'Sep(?:tember)?', 'Oct(?:ober)?', 'Nov(?:ember)?', 'Dec(?:ember)?'))})"
    r"\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})(?!\d)",
    re.I,
)
_FIGURES = lazy.pattern(
    r"(?<![\d/.-])(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/-]|\.\d)"
)
_ISO = lazy.pattern(r"(?<![\d/.-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d/-])")
_CERTAIN_MONTH = "|".join((*MONTHS, *(re.escape(name) for name in SHORT_MONTHS)))
_NO_YEAR = lazy.pattern(
    rf"(?<![\d/.,-])(?P<day>\d{{1,2}}) ?(?:เดือน ?)?(?P<month>{_CERTAIN_MONTH})(?! ?(?:\d|[พค]\.? ?ศ))"
)
_MONTH = lazy.pattern(rf"(?P<month>{_CERTAIN_MONTH}) ?(?:ปี ?)?{_ERA} ?(?P<year>\d{{4}})(?![\d,/])")
_UNTIL = lazy.pattern(r" ?(?:-|–|ถึง(?:วันที่)?) ?(?:วันที่ ?)?")
_LETTER_DATE = lazy.pattern(r"ลงวันที่ ?[:：]? ?$")


def find_dates(reading: Reading) -> Iterator[Found]:
    """In order, spans of days as one. A named day that no calendar has is shown in doubt; in figures it is no day."""
    found = reading.taking(_each(reading))
    yield from _spans(reading, sorted(found, key=lambda one: one.start))


def _each(reading: Reading) -> Iterator[Found]:
    for pattern in (_NAMED, _MONTH_FIRST, _ISO, _FIGURES):
        for match in pattern.finditer(reading.text):
            if found := _day(reading, match):
                yield found
    for match in _NO_YEAR.finditer(reading.text):
        month, day = month_number(match["month"]), int(match["day"])
        if _calendar_day(2000, month, day):
            yield Found(FactKind.DATE, f"--{month:02}-{day:02}", *match.span(), Doubt.NO_YEAR)
    for match in _MONTH.finditer(reading.text):
        if year := _year(match["year"], match["era"]):
            yield Found(FactKind.DATE, f"{year}-{month_number(match['month']):02}", *match.span())


def _day(reading: Reading, match: re.Match[str]) -> Found | None:
    named = match.groupdict()
    in_figures = named["month"].isdecimal()
    year = _year(named["year"], named.get("era"))
    if year is None or (named.get("mark") == "." and len(named["year"]) == 2):
        return None
    month = int(named["month"]) if in_figures else month_number(named["month"])
    day = _calendar_day(year, month, int(named["day"]))
    kind = FactKind.LETTER_DATE if _LETTER_DATE.search(reading.before(match.start())) else FactKind.DATE
    if day is None:
        return None if in_figures else Found(kind, match[0], *match.span(), Doubt.NO_SUCH_DAY)
    value = day.isoformat()
    if named.get("first"):
        first = _calendar_day(year, month, int(named["first"]))
        if first is None or first >= day:
            return Found(kind, value, *_without_first(match))
        value = f"{first.isoformat()}/{value}"
    short = in_figures and len(named["year"]) == 2
    return Found(kind, value, *match.span(), Doubt.SHORT_YEAR if short else Doubt.NONE)


def _without_first(match: re.Match[str]) -> tuple[int, int]:
    return match.start("day"), match.end()


def _year(written: str, era: str | None) -> int | None:
    """Of the common era, if it can be one."""
    year = int(written) if era and era.startswith("ค") and len(written) == 4 else common_year(int(written))
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def _calendar_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _spans(reading: Reading, days: Iterable[Found]) -> Iterator[Found]:
    """Two days with nothing but a word of until between them are one span; the first may borrow the second's year."""
    held: Found | None = None
    for one in days:
        joined = held and _joined(reading, held, one)
        if joined:
            held = joined
            continue
        if held:
            yield held
        held = one
    if held:
        yield held


def _joined(reading: Reading, first: Found, last: Found) -> Found | None:
    if not _UNTIL.fullmatch(reading.text, first.end, last.start):
        return None
    begins = f"{last.value[:4]}{first.value[1:]}" if first.doubt is Doubt.NO_YEAR else first.value
    if not (len(begins) == len(last.value) == len("2026-01-05") and begins < last.value):
        return None
    reading.take(first.start, last.end)
    doubt = last.doubt if first.doubt is Doubt.NO_YEAR else (first.doubt or last.doubt)
    return Found(first.kind, f"{begins}/{last.value}", first.start, last.end, doubt)
