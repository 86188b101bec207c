"""Telling what a person wrote from what they quote, forward or carry along as a signature."""

import re
from dataclasses import dataclass

from mailroom.stages.normalise import normalised

_MAY_OPEN = re.compile(r"[\s>*]*(?:--|begin forwarded|on |เมื่อ|ใน|วันที่|from|จาก)", re.I)
"""Few lines pass this quick look; only they are examined."""
_FORWARD_MARK = re.compile(
    r"^[\s>]*(?:-{2,}\s*(?:forwarded message|ข้อความที่ส่งต่อ|ข้อความส่งต่อ)\s*-*|begin forwarded message\s*:?)\s*$", re.I
)
_ORIGINAL_MARK = re.compile(r"^[\s>]*-{2,}\s*(?:original message|ข้อความเดิม|ข้อความต้นฉบับ)\s*-{2,}\s*$", re.I)
_WROTE = re.compile(r"^(?:on|เมื่อ|ใน|วันที่|le|am)\b.{4,160}(?:wrote|เขียนว่า|เขียน|ได้เขียน)\s*:?\s*$", re.I)
_WROTE_END = re.compile(r"(?:wrote|เขียนว่า|ได้เขียน)\s*:\s*$", re.I)
_WROTE_START = re.compile(r"^(?:on |เมื่อ|ในวัน|วันที่)", re.I)
_HEADER_LINE = re.compile(
    r"^[\s>*]*(from|จาก|sent|date|ส่ง|วันที่|to|ถึง|เรียน|cc|สำเนา|subject|เรื่อง|หัวเรื่อง|หัวข้อ)\s*\*?\s*:\s*\*?\s*\S", re.I
)
_FIRST_HEADER = re.compile(r"^[\s>*]*(?:from|จาก)\s*\*?\s*:", re.I)
_FOOTER = re.compile(
    r"^(?:sent from (?:my|mail|yahoo|outlook|samsung).{0,60}|ส่งจาก\s?(?:iphone|ipad|android|โทรศัพท์|มือถือ|samsung|จดหมาย|mail).{0,60}"
    r"|get outlook for .{0,40}|ดาวน์โหลด outlook .{0,40})$",
    re.I,
)
FORWARD_SUBJECT = re.compile(r"^\s*(?:(?:re|ตอบ)\s*:\s*)?(?:fwd?|ส่งต่อ)\s*:", re.I)
REPLY_SUBJECT = re.compile(r"^\s*(?:re|ตอบ|ตอบกลับ|sv|aw)\s*(?:\[\d+\])?\s*[:：]", re.I)
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|ตอบ|ตอบกลับ|ส่งต่อ|sv|aw)\s*(?:\[\d+\])?\s*[:：]\s*)+", re.I)


@dataclass(frozen=True, slots=True)
class Body:
    """A readable body in its parts, normalised."""

    own: str
    """What the sender wrote for this message."""
    quoted: str = ""
    """What it carries along: the quoted reply, or the text of a forwarded message without its header block."""
    forwarded: bool = False
    """Whether a mark in the text says that the carried part is forwarded."""
    header_block: bool = False
    """Whether the carried part begins with From, Date, To and Subject, as forwards and Outlook replies do."""


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
    rest, header_block = _without_header_block(lines[start:])
    carried += [line.lstrip("> ") for line in rest]
    return Body(_trimmed(own), "\n".join(carried).strip(), forwarded, header_block)


def _opens_quote(lines: list[str], index: int) -> bool:
    line = lines[index]
    if not _MAY_OPEN.match(line):
        return False
    if _FORWARD_MARK.match(line) or _ORIGINAL_MARK.match(line):
        return True
    if len(line) < 200 and _WROTE_START.match(line.lstrip()):
        following = lines[index + 1] if index + 1 < len(lines) else ""
        return bool(_WROTE.match(line.strip()) or (len(following) < 200 and _WROTE_END.search(following)))
    return bool(_FIRST_HEADER.match(line)) and _header_lines(lines[index : index + 6]) >= 3


def _header_lines(lines: list[str]) -> int:
    return sum(1 for line in lines if _HEADER_LINE.match(line[:200]))


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
    """Without what follows the signature mark (RFC 3676 section 4.3) and without what telephones add."""
    for index, line in enumerate(lines):
        if line.rstrip() == "--":
            lines = lines[:index]
            break
    return "\n".join(line for line in lines if not _FOOTER.match(line.strip())).strip(" \n_")
