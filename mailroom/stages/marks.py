"""The face of an official letter: number, date, subject, addressee, urgency and secrecy (R54 to R58).

A class is read only where letters carry it: on a line of its own at the top, after its label, in brackets before
the subject, or as the subject's first word on something that has the face of an official letter. Running text
("หนังสือ … ด่วนที่สุด ที่ …", ทางด่วน, สายด่วน, ความลับ) never makes a class, nor does a citizen's own haste.
"""

import re
from datetime import date

from mailroom.domain.decision import LetterMarks, Secrecy, Urgency
from mailroom.stages import lazy
from mailroom.stages.normalise import normalised
from mailroom.stages.quoting import bare_subject
from mailroom.stages.thai import written_date

_URGENCY = {"ด่วนที่สุด": Urgency.MOST_URGENT, "ด่วนมาก": Urgency.VERY_URGENT, "ด่วน": Urgency.URGENT}
_SECRECY = {"ลับที่สุด": Secrecy.TOP_SECRET, "ลับมาก": Secrecy.SECRET, "ลับ": Secrecy.CONFIDENTIAL}
_OPEN, _CLOSE = r"[\[(（【]", r"[\])）】]"
_TOP_LINES = 8
"""How far down the face of a letter reaches for a class on a line of its own."""
_REACH = 3000
"""Characters of a body that are read as its face."""

NUMBER = r"(?:ที่\s*)?(?!ทร\.?\s?\d|ภป\.?\s?\d|ภดส|สด\.?\s?\d)([ก-ฮ]{2,4}\.?\s?(?:\([ก-๙.]{1,12}\)\s?)?\d{2,5}(?:\.\d{1,4}){0,3}(?:\s?\([ก-๙.]{1,12}\)(?:\.\d{1,4}){0,2})?(?:\s[ก-ฮ]{2,3})?\s?/\s?(?:ว\s?\.?|พิเศษ|[ก-ฮ]{2,4}\.)?\s?\d{1,6}(?:[-.]\d{1,6})?)"
_LABELLED_NUMBER = lazy.pattern(
    rf"(?:^|[\s\])】])(?:(?:หนังสือ)?เลข)?ที่(?:หนังสือ)?\s*[:：]?\s*(?!ซอย|หมู่){NUMBER}(?!\d)", re.M
)
_OFFICE_CODES = "กค|กต|กษ|กห|คค|ดศ|ทส|นร|พณ|พน|พม|มท|ยธ|รง|วธ|ศธ|สธ|อก|อว|ตช|อส|ศย|ศป|ปช|ลต|สม"
_FIRST_NUMBER = lazy.pattern(rf"^(?=(?:{_OFFICE_CODES})\b|(?:{_OFFICE_CODES})\s?[\d(]){NUMBER}(?!\d)\s")
"""In a subject: known codes of ministries need no label."""
_LINE_NUMBER = lazy.pattern(rf"^\s*{NUMBER}\s*$", re.M)
COURT_CASE = lazy.pattern(r"(?:คดี|หมายเลข)(?:หมายเลข)?(?:ดำ|แดง)?ที่\s*\S{1,6}\s?\d{1,7}/\d{4}")
_CITED = lazy.pattern(r"(?:อ้างถึง|ตามหนังสือ|ตามที่)[^\n]{0,200}")
_DATED = lazy.pattern(r"(?:^|\s)(?:ลงวันที่|วันที่)\s*[:：]?\s?([^\n]{4,40})", re.M)
_ALONE_DATE = lazy.pattern(r"^\s*(\d{1,2}\s[^\n\d]{2,14}\s?(?:พ\.ศ\.\s?)?\d{2,4})\s*$", re.M)
SUBJECT = lazy.pattern(r"^ ?เรื่อง\s{0,3}[:：]?\s{1,3}(\S[^\n]{0,299})$", re.M)
TO = lazy.pattern(r"^ ?(?:กราบ)?เรียน\s{0,3}[:：]?\s{1,3}(\S[^\n]{0,199})$", re.M)
_SUBJECT_INSIDE = lazy.pattern(r"\sเรื่อง\s*[:：]?\s*(\S.{0,299})$")
_FACE = (
    SUBJECT,
    TO,
    lazy.pattern(r"^\s*อ้างถึง\s", re.M),
    lazy.pattern(r"^\s*สิ่งที่(?:ส่ง|แนบ)มาด้วย", re.M),
    lazy.pattern(r"จึงเรียนมาเพื่อ"),
    lazy.pattern(r"ขอแสดงความ(?:นับถือ|เคารพ)"),
    lazy.pattern(r"^\s*(?:บันทึกข้อความ|ส่วนราชการ)", re.M),
)


_HASTE, _SECRET = "ด่วน", "ลับ"
"""What every word of urgency, and every grade of secrecy, has in it: lines without it need no closer look."""


class _Marking:
    """Where a letter carries a class. `mild` is a word that citizens write alone without meaning a class."""

    def __init__(self, label: str, core: str, words: str, mild: str = "") -> None:
        self._core = core
        self._places = (
            lazy.pattern(rf"(?:^|{_OPEN}|\s){label}\s*[:：]?\s*({words})(?![ก-๙])"),
            lazy.pattern(rf"^\W{{0,3}}{_OPEN}\s*({words})\s*{_CLOSE}"),
            lazy.pattern(rf"{_OPEN}\s*({words})\s*{_CLOSE}\s*$"),
        )
        self._alone = lazy.pattern(rf"^({words})$")
        self._first = lazy.pattern(rf"^({words})(?:\s|ที่\s)")
        self._mild = mild

    def find(self, head: str, lines: list[str], *, official: bool) -> str:
        """The word found, or an empty string. `official`: the message has the face of an official letter."""
        for line in (head, *lines):
            if self._core not in line:
                continue
            for place in self._places:
                if match := place.search(line):
                    return match[1]
            if (match := self._alone.match(line)) and (official or match[1] != self._mild):
                return match[1]
        first = self._first.match(head)
        return first[1] if first and official else ""


_SPEED = _Marking("ชั้นความเร็ว", _HASTE, "ด่วนที่สุด|ด่วนมาก|ด่วน", mild="ด่วน")
_GRADE = _Marking("ชั้นความลับ", _SECRET, "ลับที่สุด|ลับมาก|ลับ")
_WITHIN = lazy.pattern(rf"^{_OPEN}?(?:ชั้นความเร็ว\s*[:：]?\s*)?ด่วนภายใน\s*(.{{0,80}}?){_CLOSE}?\s*$")


def read_marks(subject: str, text: str) -> LetterMarks:
    """What the face says. Fields that are not there stay empty; digits come out Arabic, days in the common era."""
    head, body = bare_subject(subject), normalised(text[:_REACH])
    number = letter_number(head) or letter_number(body)
    lines = _top(body)
    hasty = _HASTE in head or any(_HASTE in line for line in lines)
    urgency, within = _urgency(head, lines, official=bool(number) or (hasty and face_parts(body) >= 2))
    return LetterMarks(
        letter_no=number,
        circular="/ว" in number,
        dated=_letter_date(f"{head}\n{_CITED.sub('', body)}") if number else None,
        subject=_letter_subject(head, body) if number else _field(SUBJECT, body),
        to=_field(TO, body),
        urgency=urgency,
        urgent_within=within,
        secrecy=_SECRECY.get(_GRADE.find(head, lines, official=bool(number)), Secrecy.NONE),
    )


def face_parts(text: str) -> int:
    """How many fixed parts of an official letter a normalised text has, its number not counted (R56)."""
    return sum(1 for part in _FACE if part.search(text))


def _field(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].strip() if match else ""


def letter_number(text: str) -> str:
    """The number that a normalised subject or body carries as its own, or an empty string."""
    if "/" not in text:
        return ""
    text = COURT_CASE.sub(" ", _CITED.sub("", text))
    match = _LABELLED_NUMBER.search(text) or _LINE_NUMBER.search(text)
    if match is None and "\n" not in text:
        match = _FIRST_NUMBER.match(text)
    if match is None:
        return ""
    code, _, running = re.sub(r"\s+", " ", match[1]).strip().partition("/")
    return f"{code.strip()}/{running.replace(' ', '').replace('ว.', 'ว').replace('ว', 'ว ')}"


def _letter_date(text: str) -> date | None:
    for pattern in (_DATED, _ALONE_DATE):
        for match in pattern.finditer(text):
            if on := written_date(match[1]):
                return on
    return None


def _letter_subject(head: str, text: str) -> str:
    inside = _SUBJECT_INSIDE.search(head)
    return _field(SUBJECT, text) or (inside[1].strip() if inside else "")


def _top(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()][:_TOP_LINES]


def _urgency(head: str, lines: list[str], *, official: bool) -> tuple[Urgency, str]:
    for line in (head, *lines):
        if _HASTE in line and (within := _WITHIN.match(line)):
            return Urgency.WITHIN, within[1].strip()
    return _URGENCY.get(_SPEED.find(head, lines, official=official), Urgency.NORMAL), ""
