"""Texts, tables of text, and pages of HTML."""

import re

from channels.email.reading.charsets import canonical, decode
from channels.email.reading.html import text_of
from mailroom.attachments.found import Found
from mailroom.stages.defects import Defects

_BYTES = 4 << 20
"""So much of a file is looked at."""
_META = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SCRIPT = re.compile(rb"<script\b|\son[a-z]{3,20}\s*=|javascript:", re.I)


def read_text(content: bytes, found: Found) -> None:
    label = "utf-16" if content.startswith(_MARKS) else ""
    found.say(_decoded(content, label, found))


def read_html(content: bytes, found: Found) -> None:
    """What a reader of the page would see; that it brings programs along is a finding."""
    if _SCRIPT.search(content[:_BYTES]):
        found.find("page-script")
    declared = _META.search(content[:4096])
    label = declared[1].decode("ascii") if declared else ""
    wide = (canonical(label) or "").startswith(("utf-16", "utf-32"))
    found.say(text_of(_decoded(content, "" if wide else label, found)))


def _decoded(content: bytes, label: str, found: Found) -> str:
    if len(content) > _BYTES:
        found.find("text-cut")
    return decode(content[:_BYTES], label, Defects())
