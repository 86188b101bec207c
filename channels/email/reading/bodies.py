"""Chooses what of a message is its readable body, and makes text of it."""

import re

from channels.email.reading.charsets import canonical, decode
from channels.email.reading.flowed import unflowed
from channels.email.reading.html import text_of
from channels.email.reading.limits import BODY_BYTES, TEXT_CHARACTERS
from channels.email.reading.structure import Part
from channels.email.reading.uuencode import taken_out
from mailroom.stages.characters import many_lines
from mailroom.stages.defects import Defects

_PLAIN = frozenset(("text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"))
_HTML = frozenset(("text/html", "application/xhtml+xml"))
_META = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
_FILE_STARTS = (b"%PDF-", b"MZ", b"PK\x03\x04", b"\x89PNG\r", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"\xd0\xcf\x11\xe0")


class Body:
    """The body of one message (not of messages within it): what is displayed, and which leaves belong to it."""

    def __init__(self, root: Part, defects: Defects) -> None:
        self._defects = defects
        self._texts: dict[int, str] = {}
        self._sole = root
        self.html: list[Part] = []
        self.leaves: list[Part] = []
        self.shown = self._displayed(root)

    def text(self, part: Part) -> str:
        """The text of a displayed part, bounded."""
        if id(part) not in self._texts:
            make = _html_text if part.type in _HTML else _plain_text
            text = many_lines(make(part, self._defects)).strip("\n")
            if len(text) > TEXT_CHARACTERS:
                self._defects.add("text-limit")
            self._texts[id(part)] = text[:TEXT_CHARACTERS]
        return self._texts[id(part)]

    def _displayed(self, part: Part) -> list[Part]:
        """The parts to display, in order: text, HTML, and messages within."""
        if part.is_message:
            return [part]
        if not part.children:
            return self._leaf(part)
        if part.type == "multipart/alternative":
            return self._preferred([self._displayed(child) for child in part.children])
        if part.type == "multipart/report":  # What follows the first part is machine-made (RFC 6522).
            return self._displayed(part.children[0])
        return [shown for child in part.children for shown in self._displayed(child)]

    def _leaf(self, part: Part) -> list[Part]:
        if not self._is_body(part):
            return []
        self.leaves.append(part)
        if part.type in _HTML:
            self.html.append(part)
        return [part]

    def _is_body(self, part: Part) -> bool:
        if part is self._sole and part.type.startswith("multipart/"):
            return True  # No boundary was seen: all that it holds is shown as it is.
        if (part.type not in _PLAIN and part.type not in _HTML) or part.disposition.value == "attachment":
            return False
        if part is not self._sole and self._is_named(part):
            return False
        return not _is_file(part.content(Defects(), 2048))

    def _is_named(self, part: Part) -> bool:
        """Whether a text is a file: some clients name the body in Content-Type, so there the first text is none."""
        if part.disposition.ascii("filename"):
            return True
        return bool(part.parameters.ascii("name")) and bool(self.leaves)

    def _preferred(self, options: list[list[Part]]) -> list[Part]:
        """Plain text that says something, else the last alternative that does (RFC 2046, 5.1.4)."""
        plain = [option for option in options if not any(part.type in _HTML for part in option)]
        rich = [option for option in reversed(options) if option not in plain]
        return next((option for option in plain + rich if self._says_something(option)), [])

    def _says_something(self, option: list[Part]) -> bool:
        return any(part.is_message or self.text(part).strip() for part in option)


def _is_file(head: bytes) -> bool:
    """Whether a part that calls itself text is a file of another kind."""
    return head.startswith(_FILE_STARTS) and (head.startswith(b"%PDF-") or b"\0" in head)


def charset_of(part: Part) -> str:
    return part.parameters.ascii("charset").decode("ascii", "replace").strip()


def _bounded(part: Part, defects: Defects) -> bytes:
    if part.end - part.body > BODY_BYTES:
        defects.add("text-limit")
    return part.content(defects, BODY_BYTES)


def _plain_text(part: Part, defects: Defects) -> str:
    content, _ = taken_out(_bounded(part, defects), defects)
    text = decode(content, charset_of(part), defects)
    if part.parameters.ascii("format").lower() == b"flowed":
        return unflowed(text, delete_space=part.parameters.ascii("delsp").lower() == b"yes")
    return text


def html_source(part: Part, defects: Defects) -> str:
    """The HTML of a part as text, bounded. Without a charset in the header, its own meta element is believed."""
    content = _bounded(part, defects)
    label = charset_of(part)
    if not label:
        found = _META.search(content[:4096])
        label = found.group(1).decode("ascii") if found else ""
        label = "" if (canonical(label) or "").startswith(("utf-16", "utf-32")) else label
    return decode(content, label, defects)


def _html_text(part: Part, defects: Defects) -> str:
    return text_of(html_source(part, defects))
