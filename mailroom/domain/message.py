"""A message as it came, and what it says: the envelope is not the letter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Folder(StrEnum):
    """What kind of folder a message lay in when it was taken (RFC 6154)."""

    INBOX = "inbox"
    JUNK = "junk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a message reached us: facts of transport, never of content."""

    channel: str
    account: str
    external_id: str
    """Unique within channel and account. E-mail: folder/uidvalidity/uid."""
    entered_system_at: datetime
    """When the agency's system took it in (R14). E-mail: INTERNALDATE. Aware, UTC."""
    folder: Folder = Folder.INBOX
    size: int = 0
    """Bytes, as the channel announced them."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. `address` is lower-case in its domain part; empty when none could be read."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One leaf part of a message."""

    name: str
    """As the sender wrote it, with control characters made visible; never a path to write to."""
    media_type: str
    """By content; the declared type where the content is not telling."""
    declared_type: str
    size: int
    """Bytes after the transfer encoding is undone."""
    sha256: str
    inline: bool
    """True when the HTML body refers to it by Content-ID, or its disposition says inline."""
    part: int
    """Number of the leaf in document order, from 0; `Reader.part` takes it."""
    withdrawn: bool = False
    """Its sender took it back: it is hidden from ordinary view, and stays on record (R117)."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says, as far as it could be read. Everything here is the sender's word."""

    sender: Address
    subject: str
    text: str
    """Readable body: the plain part, else the HTML part as text; bounded, never None."""
    message_id: str = ""
    """With its angle brackets; empty when missing."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    senders: tuple[Address, ...] = ()
    """All of From. More than one, or none, is a defect."""
    reply_to: tuple[Address, ...] = ()
    recipients: tuple[Address, ...] = ()
    """To and Cc together, in their order."""
    return_path: str | None = None
    """Empty string for the null sender `<>`; None when the header is missing."""
    sent_at: datetime | None = None
    """The Date header: the sender's claim, never the time of receipt (R14)."""
    relayed_at: datetime | None = None
    """Date of the topmost Received header, to cross-check the entry into the system (R14)."""
    content_type: str = "text/plain"
    report_type: str = ""
    """The report-type parameter of multipart/report, lower-case."""
    part_types: tuple[str, ...] = ()
    """Declared media type of every part, containers included, in document order."""
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Decoded header values by lower-case name: those that the rules ask for, bounded."""
    has_html: bool = False
    attachments: tuple[Attachment, ...] = ()
    defects: tuple[str, ...] = ()
    """What is broken, as `code: detail`, for example `charset-unknown: x-klingon`."""
    is_chat: bool = False
    """Said in a conversation of turns: what is said later belongs to the matter in hand."""
    reply_token: str = ""
    """By which the channel lets us answer this very message, where it has such a thing; else letters name its id."""
    service: str = ""
    """Key of the service that the sender chose from our list, where the channel offers one."""
    fingerprint: str = ""
    """SHA-256 over what a relay does not change; equal for a redelivered copy. Empty when too little is known."""

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string. Names compare without case."""
        values = self.headers.get(name.lower(), ())
        return values[0] if values else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the archive keeps one content. Opaque to all but the archive."""

    segment: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that the archive holds durably."""

    digest: str
    """SHA-256, hex, of the raw bytes."""
    size: int
    place: Place


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """One row of the message log: a message in custody, not yet or already decided."""

    id: int
    envelope: Envelope
    digest: str
    size: int
    place: Place
    attempts: int = 0
