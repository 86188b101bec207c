"""What a delivery status notification says (RFC 3464): which letter it is about, and what became of it."""

import re
from dataclasses import dataclass
from email.message import Message as Headers
from email.parser import BytesHeaderParser
from email.policy import compat32
from enum import StrEnum

from mailroom.stages.compose import one_line

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
"""Media types of what is reported, and of the letter that comes back, whole or its headers only (RFC 6522)."""

_READ_BYTES = 64 << 10
_MOST_WORDS = 400
_BLANK_LINE = re.compile(rb"\n[ \t]*\n")


class Fate(StrEnum):
    """The `Action` fields that concern us (RFC 3464 section 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Report:
    """One report, as far as it concerns a letter with one recipient."""

    fate: Fate
    words: str
    """Status, recipient and diagnostic in one bounded line."""
    envelope_id: str = ""
    """ENVID as we gave it (RFC 3461 section 4.4); empty where the server dropped it."""


def read_report(content: bytes) -> Report | None:
    """The content of a delivery-status part; None when it tells of neither failure nor delay. Never raises."""
    groups = [_headers(group) for group in _BLANK_LINE.split(_lines(content))]
    envelope_id = next((_field(group, "Original-Envelope-Id") for group in groups if group), "")
    for fate in Fate:
        for group in groups:
            if _field(group, "Action").split("(")[0].strip().lower() == fate:
                return Report(fate, _words(group), envelope_id)
    return None


def returned_message_id(content: bytes) -> str:
    """Message-ID of a letter that comes back, or of its headers; empty when there is none. Never raises."""
    head = _BLANK_LINE.split(_lines(content).lstrip(b"\n"), maxsplit=1)[0]
    return _field(_headers(head), "Message-ID")


def _lines(content: bytes) -> bytes:
    """The beginning, with every kind of line end the same."""
    return content[:_READ_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _headers(content: bytes) -> Headers:
    return BytesHeaderParser(policy=compat32).parsebytes(content.strip(b"\n") + b"\n\n")


def _field(headers: Headers, name: str) -> str:
    return one_line(str(headers.get(name, "")), _MOST_WORDS)


def _words(group: Headers) -> str:
    """`5.1.1 somchai@example.com: 550 5.1.1 no such user`, without the types that stand before a semicolon."""
    recipient, diagnostic = (
        _field(group, name).partition(";")[2].strip() or _field(group, name)
        for name in ("Final-Recipient", "Diagnostic-Code")
    )
    told = " ".join(part for part in (_field(group, "Status"), recipient) if part)
    return one_line(f"{told}: {diagnostic}" if diagnostic else told, _MOST_WORDS)
