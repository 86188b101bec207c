"""Sums of baht, in figures and in Thai words."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from mailroom.domain.fact import FactKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading

_SCALES = {"พัน": 10**3, "หมื่น": 10**4, "แสน": 10**5, "ล้าน": 10**6}
_FIGURE = r"\d{1,3}(?:,\d{3}){1,4}|\d{1,12}"
_BAHT = r"(?:บาท(?!หลวง|วิถี|ทา)|บ\.(?![ก-๙])|฿|THB(?![A-Za-z])|baht(?![A-Za-z]))"
_AMOUNT = lazy.pattern(
    rf"(?<![\d.,/-])(?P<figure>{_FIGURE})(?P<part>\.\d{{1,2}})? ?(?P<scale>{'|'.join(_SCALES)})? ?(?:\.-)? ?{_BAHT}"
    r"(?: ?(?P<satang>\d{1,2}) ?สตางค์)?",
    re.I,
)
_RANGE = lazy.pattern(
    rf"(?<![\d.,/-])(?P<low>{_FIGURE}) ?(?:-|–|ถึง) ?(?P<high>(?P<figure>{_FIGURE})(?P<part>\.\d{{1,2}})? ?"
    rf"(?P<scale>{'|'.join(_SCALES)})? ?{_BAHT})",
    re.I,
)
_SIGNED = lazy.pattern(rf"(?:฿|(?<![A-Za-z])THB) ?(?P<figure>{_FIGURE})(?P<part>\.\d{{1,2}})?(?![\d,])", re.I)
_DASHED = lazy.pattern(rf"(?<![\d.,/-])(?P<figure>{_FIGURE})(?P<part>)\.-(?![\d-])")
_SPOKEN = ("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_DIGITS = {word: number for number, word in enumerate(_SPOKEN, 1)} | {"เอ็ด": 1, "ยี่": 2}
_TENS = {"สิบ": 10, "ร้อย": 100} | _SCALES
_WORD = lazy.pattern("|".join((*_DIGITS, *_TENS)))
_SPELT = lazy.pattern(
    rf"(?<![ก-๙])(?:{_WORD.pattern}){{1,24}}(?= ?บาท(?!หลวง|วิถี|ทา))|(?:{_WORD.pattern}){{2,24}}(?= ?บาท(?!หลวง))"
)
_SPELT_END = lazy.pattern(rf" ?บาท(?:ถ้วน|(?P<satang>(?:{_WORD.pattern}){{1,4}})สตางค์)?")
_GOLD = lazy.pattern(r"(?:ทอง(?!คำ?ถม)|หนัก)[^\n\d]{0,20}$")


def find_money(reading: Reading) -> Iterator[Found]:
    """Sums that name their currency, or end like a Thai price (`500.-`). Weights of gold are no money."""
    return reading.taking(_money(reading))


def _money(reading: Reading) -> Iterator[Found]:
    for match in _RANGE.finditer(reading.text):
        low = re.sub(r"\D", "", match["low"])
        yield Found(FactKind.MONEY, _value({**match.groupdict(), "figure": low, "part": ""}), *match.span("low"))
        yield Found(FactKind.MONEY, _value(match.groupdict()), *match.span("high"))
    for pattern in (_AMOUNT, _SIGNED, _DASHED):
        for match in pattern.finditer(reading.text):
            if not _GOLD.search(reading.before(match.start())):
                yield Found(FactKind.MONEY, _value(match.groupdict()), *match.span())
    for match in _SPELT.finditer(reading.text):
        value = spelt_number(match[0])
        if value and (end := _SPELT_END.match(reading.text, match.end())):
            satang = spelt_number(end["satang"] or "")
            yield Found(FactKind.MONEY, f"{value}.{satang:02}", match.start(), end.end())


def _value(named: Mapping[str, str | None]) -> str:
    amount = Decimal((named["figure"] or "").replace(",", "") + (named.get("part") or ""))
    amount *= _SCALES.get(named.get("scale") or "", 1)
    return f"{amount + Decimal(named.get('satang') or 0) / 100:.2f}"


def spelt_number(words: str) -> int:
    """The number that Thai numerals spell, 0 where they spell none: each scale is smaller than the one before it."""
    total = part = 0
    digit: int | None = None
    last = 10**6
    for match in _WORD.finditer(words):
        word = match[0]
        if word in _DIGITS:
            if digit is not None:
                return 0
            digit = _DIGITS[word]
            continue
        scale = _TENS[word]
        if word == "ล้าน":
            total = (total + part + (digit or 0) or 1) * scale
            part, digit, last = 0, None, 10**6
            continue
        if scale >= last:
            return 0
        part, digit, last = part + (1 if digit is None else digit) * scale, None, scale
    return total + part + (digit or 0)
