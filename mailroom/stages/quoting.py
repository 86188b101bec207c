"""Telling what a person wrote from what they quote, forward or carry along as a signature."""

import re
from dataclasses import dataclass

from mailroom.stages import lazy
from mailroom.stages.normalise import normalised
from mailroom.stages.signatures import DEVICE, without_signature

_MAY_OPEN = lazy.pattern(
    r"[\s>*]*(?:-|_{5}|begin|เริ่ม|on |in |am |le |เมื่อ|ใน|วันที่|from|จาก|date|ส่ง|ผู้ส่ง|ตอบ|original|ข้อความ|\d|[^\n]{2,80}(?:เขียน|wrote))",
    re.I,
)
"""Few lines pass this quick look; only they are examined."""
_FORWARD_MARK = lazy.pattern(
    r"^[\s>]*(?:-{2,}\s*(?:forwarded (?:message|by)|ข้อความที่ส่งต่อ|ข้อความส่งต่อ|ข้อความที่ถูกส่งต่อ|จดหมายที่ส่งต่อ)[^\n]{0,60}?-*|begin forwarded message\s*:?|เริ่ม(?:ต้น)?ข้อความ(?:ที่)?(?:ถูก)?ส่งต่อ\s*:?)\s*$",
    re.I,
)
_ORIGINAL_MARK = lazy.pattern(
    r"^[\s>]*[-_]{2,}\s*(?:original (?:message|appointment)|reply message|ข้อความ(?:เดิม|ต้นฉบับ|ดั้งเดิม|ก่อนหน้า|ตอบกลับ)|จดหมาย(?:เดิม|ต้นฉบับ))\s*[-_]{2,}\s*$",
    re.I,
)
_SAYS = r"(?:wrote|writes|เขียนว่า|เขียนไว้ว่า|เขียนข้อความต่อไปนี้|ได้เขียน(?:ไว้ว่า|ว่า)?|เขียน|ตอบว่า)"
_WROTE = lazy.pattern(
    rf"^[\s>]*(?:on|เมื่อ|ใน|วันที่|le|am|\d{{1,4}}[-/.]).{{4,200}}{_SAYS}\s*[:：]?\s*$|^[\s>]*.{{2,80}}\s(?:wrote|เขียน)(?:เมื่อ| on)\s.{{4,60}}[:：]\s*$|^[\s>]*[^\n]{{2,60}}<[^>\s]+@[^>\s]+>\s{_SAYS}\s*[:：]?\s*$",
    re.I,
)
_WROTE_END = lazy.pattern(rf"{_SAYS}\s*[:：]\s*$|<[^>\s]+@[^>\s]+>\s*{_SAYS}?\s*[:：]\s*$", re.I)
_WROTE_START = lazy.pattern(
    r"^[\s>]*(?:on (?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d)|เมื่อ(?:\s|วัน)|ในวัน|ใน วัน|วันที่\s\d)",
    re.I,
)
_HEADER_LINE = lazy.pattern(
    r"^[\s>*]*(from|จาก|ผู้ส่ง|sent(?: on)?|date|ส่ง(?:เมื่อ|วันที่)?|วันที่(?:ส่ง)?|เวลา|to|ถึง|ผู้รับ|เรียน|cc|bcc|สำเนา(?:ถึง)?|subject|เรื่อง|หัวเรื่อง|หัวข้อ|importance|ความสำคัญ|attachments?|สิ่งที่แนบมา|ไฟล์แนบ|reply-to|ตอบกลับไปที่)\s*\*?\s*[:：]\s*\*?\s*\S",
    re.I,
)
_FROM_LINE = lazy.pattern(r"^[\s>*]*(?:from|จาก|ผู้ส่ง)\s*\*?\s*[:：]", re.I)
_DATE_LINE = lazy.pattern(r"^[\s>*]*(?:date|sent|ส่ง|วันที่)\s*\*?\s*[:：]", re.I)
FORWARD_SUBJECT = lazy.pattern(r"^\s*(?:(?:re|ตอบ|ตอบกลับ)\s*[:：]\s*)?(?:fwd?|ส่งต่อ|wg|tr)\s*[:：]", re.I)
REPLY_SUBJECT = lazy.pattern(r"^\s*(?:re|ตอบ|ตอบกลับ|sv|aw)\s*(?:\[\d+\])?\s*[:：]", re.I)
_PREFIX = lazy.pattern(
    r"^\s*(?:(?:re|fwd?|ตอบ|ตอบกลับ|ส่งต่อ|sv|aw|wg|tr|\[ext(?:ernal)?\]|\[external email\])\s*(?:\[\d+\])?\s*[:：]?(?<=[:：\]])\s*)+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Body:
    """A readable body in its parts, normalised."""

    own: str
    """What the sender wrote for this message, the signature included."""
    quoted: str = ""
    """What it carries along: the quoted reply, or the text of a forwarded message without its header block."""
    forwarded: bool = False
    """Whether a mark in the text says that the carried part is forwarded."""
    header_block: bool = False
    """Whether the carried part begins with From, Date, To and Subject, as forwards and Outlook replies do."""
    said: str = ""
    """`own` without the signature: what may tell what is wanted."""
    signature: str = ""
    """Closing, name, post, address, telephones and disclaimers below what is said."""


def bare_subject(subject: str) -> str:
    """The subject without Re, Fw and their Thai forms, normalised, in one line."""
    return _PREFIX.sub("", " ".join(normalised(subject).split()))


def split_body(text: str) -> Body:
    """The parts of a body. Linear in its length."""
    lines = normalised(text).split("\n")
    start = next((i for i in range(len(lines)) if _opens_quote(lines, i)), len(lines))
    forwarded = start < len(lines) and bool(_FORWARD_MARK.match(lines[start]))
    own = [line for line in lines[:start] if not line.lstrip().startswith(">")]
    carried = [line.lstrip("> ") for line in lines[:start] if line.lstrip().startswith(">")]
    below = _answer_below(lines, start)
    rest, header_block = _without_header_block(lines[start:below])
    carried += [line.lstrip("> ") for line in rest]
    own += [line for line in lines[below:] if not line.lstrip().startswith(">")]
    carried += [line.lstrip("> ") for line in lines[below:] if line.lstrip().startswith(">")]
    own = [line for line in own if not DEVICE.match(line.strip())]
    said, signature = without_signature(own)
    return Body(
        own=_trimmed(own),
        quoted="\n".join(carried).strip(),
        forwarded=forwarded,
        header_block=header_block,
        said=_trimmed(said),
        signature=_trimmed(signature),
    )


def _opens_quote(lines: list[str], index: int) -> bool:
    line = lines[index]
    if len(line) > 400 or not _MAY_OPEN.match(line):
        return False
    if _FORWARD_MARK.match(line) or _ORIGINAL_MARK.match(line):
        return True
    if len(line) < 300 and _WROTE.match(line.strip()):
        return True
    if len(line) < 200 and _WROTE_START.match(line.lstrip()):
        return any(len(one) < 200 and _WROTE_END.search(one) for one in lines[index + 1 : index + 3])
    block = lines[index : index + 6]
    if _FROM_LINE.match(line):
        return _header_lines(block) >= 3
    return bool(_DATE_LINE.match(line)) and _header_lines(block) >= 3 and any(map(_FROM_LINE.match, block[1:3]))


def _header_lines(lines: list[str]) -> int:
    return sum(1 for line in lines if _HEADER_LINE.match(line[:200]))


def _answer_below(lines: list[str], start: int) -> int:
    """Where the sender's own words go on below a quote whose every line is marked; the end where they do not."""
    index = start
    while index < len(lines) and not lines[index].lstrip().startswith(">"):
        if index > start + 3:
            return len(lines)
        index += 1
    while index < len(lines) and (lines[index].lstrip().startswith(">") or not lines[index].strip()):
        index += 1
    return index


def _without_header_block(lines: list[str]) -> tuple[list[str], bool]:
    """The lines after the marks and the header block that open a quote."""
    index = 1 if lines and (_FORWARD_MARK.match(lines[0]) or _ORIGINAL_MARK.match(lines[0])) else 0
    while index < len(lines) and not lines[index].strip("> "):
        index += 1
    block = index
    while index < len(lines) and _HEADER_LINE.match(lines[index][:200]):
        index += 1
    if index - block >= 2:
        return lines[index:], True
    return lines[1:], False


def _trimmed(lines: list[str]) -> str:
    return "\n".join(lines).strip(" \n_")
