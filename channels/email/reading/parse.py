"""Reads one raw message: the only way in. Pure, deterministic, and raises on no content whatever."""

import re
from dataclasses import replace
from typing import Any

from channels.email.reading.bodies import Body, html_source
from channels.email.reading.fingerprint import fingerprint_of
from channels.email.reading.headers import Headers, read_headers
from channels.email.reading.leaves import Leaf, described, leaves_of
from channels.email.reading.limits import HEADER_BYTES, SUBJECT_CHARACTERS, TEXT_CHARACTERS
from channels.email.reading.people import people_of
from channels.email.reading.structure import Part, read_structure
from channels.email.reading.transport import kept_headers, read_ids, relayed_at, return_path_of, sent_at
from channels.email.reading.words import decoded
from mailroom.domain.errors import UnreadableError
from mailroom.domain.message import Address, Attachment, Message
from mailroom.stages.characters import one_line
from mailroom.stages.defects import Defects

Raw = bytes | bytearray
_NOBODY = Address("", "")
_CID = re.compile(r"cid:([^\"'\s>)]{1,300})", re.I)
_MAX_CIDS = 2_000
HEAD_BYTES = 64 << 10
"""What `read_head` looks at."""
_FORWARD_RULE = "-" * 10


def parse(raw: Raw) -> Message:
    """The message. What is broken is in its `defects`; what cannot be read at all has the defect `unreadable: …`."""
    try:
        return _read(raw, Defects())
    except MemoryError:
        return unreadable("memory limit")
    except Exception as error:
        return unreadable(f"internal error ({type(error).__name__})")


def html_body(raw: Raw) -> str:
    """The HTML body as the sender wrote it, hostile; empty when there is none. Raises UnreadableError."""
    try:
        defects = Defects()
        root = read_structure(raw, defects)
        return "\n".join(html_source(part, defects) for part in Body(root, defects).html)
    except (ValueError, MemoryError, ArithmeticError, LookupError) as error:
        raise UnreadableError(f"the HTML body cannot be read ({type(error).__name__}); open the raw message") from error


def leaf(raw: Raw, ordinal: int) -> tuple[Attachment, bytes]:
    """One leaf by its number (`Attachment.part`), with its content. Raises UnreadableError when there is none."""
    defects = Defects()
    root = read_structure(raw, defects)
    cids = _cids(root, Body(root, defects), defects)
    for found in leaves_of(root, defects):
        if found.number == ordinal:
            content = found.content(defects)
            return described(found, content, cids, defects), content
    raise UnreadableError(f"the message has no part {ordinal}; open the raw message")


def unreadable(reason: str, sender: Address = _NOBODY, subject: str = "") -> Message:
    """What stands for a message that could not be read."""
    return Message(sender=sender, subject=subject, text="", defects=(f"unreadable: {reason}",))


def read_head(head: bytes, reason: str) -> Message:
    """Sender and subject from the first bytes of a message that cannot be read as a whole."""
    defects = Defects()
    defects.add("unreadable", reason)
    headers, _ = read_headers(head, 0, min(len(head), HEAD_BYTES), defects)
    people = people_of(headers, defects)
    message = unreadable(reason, people.sender, _subject(headers, defects))
    return replace(message, senders=people.senders, defects=defects.all())


def _read(raw: Raw, defects: Defects) -> Message:
    raw = _mended(raw, defects)
    root = read_structure(raw, defects)
    said = _headers_of(root, defects)
    body = Body(root, defects)
    text = _whole_text(body, defects)
    attachments = _attachments(root, body, defects)
    _note_unreadable(raw, root, defects)
    return Message(
        **said,
        text=text,
        has_html=bool(body.html),
        attachments=attachments,
        part_types=tuple(part.type for part in root.walk()),
        defects=defects.all(),
        fingerprint=fingerprint_of(
            said["message_id"],
            root.headers.first("date").decode("ascii", "replace"),
            said["sender"].address,
            said["subject"],
            text,
            (attachment.sha256 for attachment in attachments),
        ),
    )


def _mended(raw: Raw, defects: Defects) -> Raw:
    """Without a byte order mark; lines that end in a bare CR throughout, as on classic Mac OS, end in LF."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\n" in raw[:HEADER_BYTES] or b"\r" not in raw[:HEADER_BYTES]:
        return raw
    defects.add("line-ends")
    return raw.replace(b"\r", b"\n")


def _note_unreadable(raw: Raw, root: Part, defects: Defects) -> None:
    if root.headers:
        return
    defects.add("unreadable", "no header fields" if raw[: 1 << 20].strip() else "empty")


def _headers_of(root: Part, defects: Defects) -> dict[str, Any]:
    """Fields of the message that its header tells."""
    headers = root.headers
    people = people_of(headers, defects)
    message_id, in_reply_to, references = read_ids(headers, defects)
    return {
        "sender": people.sender,
        "subject": _subject(headers, defects),
        "message_id": message_id,
        "in_reply_to": in_reply_to,
        "references": references,
        "senders": people.senders,
        "reply_to": people.reply_to,
        "recipients": people.recipients,
        "return_path": return_path_of(headers),
        "sent_at": sent_at(headers, defects),
        "relayed_at": relayed_at(headers, defects),
        "content_type": root.type,
        "report_type": root.parameters.ascii("report-type").decode("ascii", "replace").lower(),
        "headers": kept_headers(headers, defects),
    }


def _subject(headers: Headers, defects: Defects) -> str:
    values = headers.all("subject")
    if len(values) > 1:
        defects.add("header-ambiguous", "subject")
    if not values:
        return ""
    subject = one_line(decoded(values[0], defects), SUBJECT_CHARACTERS + 1)
    if len(subject) > SUBJECT_CHARACTERS:
        defects.add("subject-limit")
    return subject[:SUBJECT_CHARACTERS]


def _whole_text(body: Body, defects: Defects) -> str:
    """The displayed parts one after the other; a message within under a rule, with its own sender and subject."""
    pieces: list[str] = []
    length = 0
    waiting = [(body, part) for part in reversed(body.shown)]
    while waiting and length <= TEXT_CHARACTERS:
        owner, part = waiting.pop()
        piece = _introduction(part.children[0], defects) if part.is_message else owner.text(part)
        if part.is_message:
            inner = Body(part.children[0], defects)
            waiting += [(inner, shown) for shown in reversed(inner.shown)]
        if piece.strip():
            pieces.append(piece)
            length += len(piece) + 2
    text = "\n\n".join(pieces)
    if len(text) > TEXT_CHARACTERS:
        defects.add("text-limit")
    return text[:TEXT_CHARACTERS]


def _introduction(root: Part, defects: Defects) -> str:
    """Who wrote a message within, when and about what; the names of the fields are those of its header."""
    lines = [_FORWARD_RULE]
    for name in ("from", "date", "subject", "to"):
        value = root.headers.first(name)
        if value:
            lines.append(f"{name.title()}: {one_line(decoded(value[:8192], defects), SUBJECT_CHARACTERS)}")
    return "\n".join(lines)


def _attachments(root: Part, body: Body, defects: Defects) -> tuple[Attachment, ...]:
    """Every leaf that is not displayed."""
    displayed = _displayed_leaves(body)
    cids = _cids(root, body, defects)
    return tuple(
        described(found, found.content(defects), cids, defects)
        for found in leaves_of(root, defects)
        if not _is_displayed(found, displayed)
    )


def _is_displayed(found: Leaf, displayed: set[int]) -> bool:
    return found.embedded is None and id(found.part) in displayed


def _displayed_leaves(body: Body) -> set[int]:
    """Text and HTML of the message, and of the messages within that are displayed."""
    found: set[int] = set()
    waiting = [body]
    while waiting:
        current = waiting.pop()
        found.update(id(part) for part in current.leaves)
        waiting += [Body(part.children[0], Defects()) for part in current.shown if part.is_message]
    return found


def _cids(root: Part, body: Body, defects: Defects) -> frozenset[bytes]:
    """Content-IDs that the HTML refers to (RFC 2392), looked for when any part has one."""
    found: set[bytes] = set()
    if not any(part.headers.first("content-id") for part in root.walk()):
        return frozenset()
    for part in body.html:
        for cid in _CID.findall(html_source(part, defects)):
            found.add(cid.encode("utf-8", "replace"))
            if len(found) >= _MAX_CIDS:
                return frozenset(found)
    return frozenset(found)
