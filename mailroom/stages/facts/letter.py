"""The parts of an official letter: ที่, เรื่อง, เรียน, อ้างถึง, สิ่งที่ส่งมาด้วย (R54 to R56). Citizens write some of them too."""

import re
from collections.abc import Iterator

from mailroom.domain.fact import FactKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading
from mailroom.stages.marks import NUMBER, SUBJECT, TO, letter_number

_NUMBER = lazy.pattern(rf"(?<![ก-๙A-Za-z\d.(])(?:หนังสือ)?(?:เลข)?(?!ซอย|หมู่|ตรอก|ถนน){NUMBER}(?![\d/])")
_GLUED_TO = lazy.pattern(
    r"^ ?(?:กราบ)?เรียน((?:ท่าน|คุณ|นายก|ผู้(?:อำนวยการ|ว่า|จัดการ|ใหญ่)|ปลัด|เจ้าหน้าที่|หัวหน้า|ประธาน|อธิบดี)[^\n]{0,150})$", re.M
)
_CITED = lazy.pattern(r"^ ?อ้าง(?:ถึง|อิง)(?: ?[:：] ?| |(?=หนังสือ))(\S[^\n]{0,299})$", re.M)
_ENCLOSED = lazy.pattern(r"^ ?สิ่งที่(?:ส่ง|แนบ)มาด้วย ?[:：]?(?: ?(\S[^\n]{0,299}))?$", re.M)
_ITEM = lazy.pattern(r"\n ?(?=\d{1,2} ?[.)] ?\S)([^\n]{1,299})(?=\n|$)")
_BULLET = lazy.pattern(r"\d{1,2} ?[.)] ?")
_MATTER = lazy.pattern(r"(?<=\S) (?=(?:ผม|ดิฉัน|กระผม|ข้าพเจ้า|หนู|ขอ|อยาก|ด้วย|ตามที่|เนื่อง|ทาง|เรื่อง))")
"""Who writes all in one line comes to the matter behind the addressee."""
MOST_ITEMS = 30


def find_letter_numbers(reading: Reading) -> Iterator[Found]:
    """Its own number, and those that it cites."""
    return reading.taking(_letter_numbers(reading))


def _letter_numbers(reading: Reading) -> Iterator[Found]:
    if "/" not in reading.text:
        return
    for match in _NUMBER.finditer(reading.text):
        value = letter_number(match[1])
        if value:
            yield Found(FactKind.LETTER_NUMBER, value, *match.span(1))


def find_letter_lines(reading: Reading) -> Iterator[Found]:
    """Whole lines by the words that begin them; an enclosed or cited thing of a numbered list is one of its own."""
    for kind, pattern in ((FactKind.SUBJECT, SUBJECT), (FactKind.TO, TO), (FactKind.TO, _GLUED_TO)):
        for match in pattern.finditer(reading.text):
            yield _line(kind, match, 1, _MATTER if kind is FactKind.TO else None)
    for kind, pattern in ((FactKind.CITED, _CITED), (FactKind.ENCLOSED, _ENCLOSED)):
        for match in pattern.finditer(reading.text):
            yield from _list(reading, kind, match)


def _list(reading: Reading, kind: FactKind, head: re.Match[str]) -> Iterator[Found]:
    if head[1]:
        yield _line(kind, head, 1)
    at = head.end()
    for _ in range(MOST_ITEMS):
        item = _ITEM.match(reading.text, at)
        if item is None:
            return
        yield _line(kind, item, 1)
        at = item.end()


def _line(kind: FactKind, match: re.Match[str], group: int, ends: re.Pattern[str] | None = None) -> Found:
    """`ends` is what begins something else within the line."""
    text = (ends.split(match[group], 1)[0] if ends else match[group]).rstrip()
    bullet = _BULLET.match(text)
    start = match.start(group) + (bullet.end() if bullet and bullet.end() < len(text) else 0)
    end = match.start(group) + len(text)
    return Found(kind, match.string[start:end], start, end)
