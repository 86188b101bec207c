"""FETCH of the demo's IMAP server: attributes of one mail as they go over the wire."""

import re
from collections.abc import Sequence

from mailroom.demo.imap_store import StoredMail
from mailroom.demo.imap_syntax import SyntaxFaultError

_BODY = re.compile(
    r"(?:BODY(?P<peek>\.PEEK)?\[(?P<section>[A-Z.]*)\]|RFC822)(?:<(?P<origin>\d+)\.(?P<count>\d+)>)?", re.IGNORECASE
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def attributes(mail: StoredMail, items: Sequence[str]) -> bytes:
    """The inside of the parentheses. A body asked for without PEEK sets \\Seen. Raises SyntaxFaultError."""
    return b" ".join(_attribute(mail, item) for item in items)


def flags_of(mail: StoredMail) -> bytes:
    return f"FLAGS ({' '.join(sorted(mail.flags))})".encode("latin-1")


def _attribute(mail: StoredMail, item: str) -> bytes:
    match item.upper():
        case "FLAGS":
            return flags_of(mail)
        case "UID":
            return b"UID %d" % mail.uid
        case "RFC822.SIZE":
            return b"RFC822.SIZE %d" % len(mail.raw)
        case "INTERNALDATE":
            return f'INTERNALDATE "{_date(mail)}"'.encode()
        case "MODSEQ":
            return b"MODSEQ (%d)" % mail.modseq
        case _:
            return _body(mail, item)


def _body(mail: StoredMail, item: str) -> bytes:
    found = _BODY.fullmatch(item)
    if not found:
        raise SyntaxFaultError(f"{item} cannot be fetched")
    if not found["peek"]:
        mail.flags.add("\\Seen")
    content = _section(mail.raw, (found["section"] or "").upper())
    name = f"BODY[{(found['section'] or '').upper()}]" if "[" in item else "RFC822"
    if found["origin"] is not None:
        origin = int(found["origin"])
        content = content[origin : origin + int(found["count"])]
        name += f"<{origin}>"
    return f"{name} {{{len(content)}}}\r\n".encode() + content


def _section(raw: bytes, section: str) -> bytes:
    head, _, text = raw.partition(b"\r\n\r\n")
    match section:
        case "":
            return raw
        case "HEADER":
            return head + b"\r\n\r\n"
        case "TEXT":
            return text
        case _:
            raise SyntaxFaultError(f"section {section} cannot be fetched")


def _date(mail: StoredMail) -> str:
    # strftime's month names depend on the locale; IMAP's do not.
    at = mail.entered_at
    return f"{at.day:02d}-{_MONTHS[at.month - 1]}-{at:%Y %H:%M:%S %z}"
