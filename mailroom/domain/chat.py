"""Conversations: what people say on a channel that knows turns, and what becomes one submission of it.

Events are facts of the platform; a conversation is the span of them that becomes one message of the log.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

UNKNOWN_EVENT = "event-unknown"
"""Code of the defect of an event whose type nobody told us of (docs/defects.md)."""


class ChatEventKind(StrEnum):
    MESSAGE = "message"
    UNSEND = "unsend"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    JOIN = "join"
    """We were taken into a group or room."""
    LEAVE = "leave"
    POSTBACK = "postback"
    LINK = "link"
    """The platform says that an account was linked."""
    OTHER = "other"
    """Known to the platform's description and of no matter to a mail room: kept and listed, nothing follows."""
    UNKNOWN = "unknown"
    """A type of event that nobody told us of: kept, and shown to a clerk."""
    MALFORMED = "malformed"
    """It lacks what its type must have, or contradicts itself: kept, and shown to a clerk."""


class ChatMessageKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    LOCATION = "location"
    STICKER = "sticker"
    UNKNOWN = "unknown"


HAS_CONTENT = frozenset(
    {ChatMessageKind.IMAGE, ChatMessageKind.VIDEO, ChatMessageKind.AUDIO, ChatMessageKind.FILE, ChatMessageKind.UNKNOWN}
)
"""Messages whose bytes have to be fetched at the platform before they vanish there (R115)."""


class ContentState(StrEnum):
    NONE = "none"
    WANTED = "wanted"
    """To be fetched, or being prepared by the platform."""
    KEPT = "kept"
    """In the channel's folder, synced; later inside the archived submission."""
    GONE = "gone"
    """The platform has it no more, or never gave it."""
    TOO_LARGE = "too-large"
    EXTERNAL = "external"
    """Somewhere on the web, named by an address that is never fetched."""


@dataclass(frozen=True, slots=True)
class Location:
    title: str
    address: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message as the platform describes it; the sender's word throughout."""

    id: str
    kind: ChatMessageKind
    text: str = ""
    """Of a text message with its emoji as words; of a sticker the words that the platform gives it."""
    file_name: str = ""
    size: int | None = None
    """Bytes, as announced."""
    duration_ms: int | None = None
    location: Location | None = None
    quoted_id: str = ""
    """Id of the message that it quotes."""
    set_id: str = ""
    """Common to images that were sent together."""
    set_index: int = 0
    set_total: int = 0
    url: str = ""
    """Of content that lies elsewhere: shown, never fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatContent:
    """What is known of the bytes of one message."""

    state: ContentState = ContentState.NONE
    file: str = ""
    """Name inside the channel's folder of contents."""
    size: int = 0
    sha256: str = ""
    media_type: str = ""
    """As the platform declared it."""
    attempts: int = 0
    due_at: datetime | None = None
    """When to ask for it next."""
    note: str = ""
    """What the platform last said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """One event, decoded as far as it can be."""

    id: str
    """The platform's id of the event; where it lacks one, `DIGEST-INDEX` of its delivery."""
    kind: ChatEventKind
    person: str = ""
    """The platform's id of who caused it; empty where it names nobody."""
    room: str = ""
    """Id of the group or room; empty in a conversation of two."""
    occurred_at: datetime
    """By the platform's clock, never later than `received_at`. Aware, UTC. The time of entry (R14)."""
    received_at: datetime
    """When our end had it safe."""
    redelivered: bool = False
    reply_token: str = ""
    message: ChatMessage | None = None
    unsent: str = ""
    """Of an unsend event: the id of the message that is taken back (R117)."""
    data: str = ""
    """Of a postback: what we gave the choice to carry. Of a link: its nonce, where linking went well. Of a follow:
    `unblocked` where they had blocked us before."""
    raw: str = ""
    """The event exactly as it stood in the delivery."""
    delivery: str = ""
    """SHA-256 (hex) of the delivery's body."""
    defect: str = ""
    """`code: detail` of what is broken; the codes are those of docs/defects.md. A sound message may have one as well,
    for example `name-deceptive: …`: `kind` says whether it was understood."""
    content: ChatContent = field(default_factory=ChatContent)
    unsent_at: datetime | None = None
    """When its sender took its message back; it is hidden from ordinary view, and stays on record (R117)."""
    conversation: str = ""
    """Id of the conversation that it belongs to; empty where none does."""

    def repeats(self, known: "ChatEvent") -> bool:
        """Whether it is that event once more: word for word, or delivered again with the same content.

        A redelivery says of itself that it is one, and may bear another reply token: its text is not the same.
        """
        delivered_again = self.redelivered or known.redelivered
        return self.raw == known.raw or (delivered_again and self.said == known.said)

    @property
    def said(self) -> tuple[object, ...]:
        """What it tells, without the circumstances of its delivery."""
        return (self.kind, self.person, self.room, self.message, self.unsent, self.data, self.defect)

    def reused(self) -> "ChatEvent":
        """As it is kept when its id belongs to an event of other content."""
        name = f"{self.id}~{hashlib.sha256(self.raw.encode('utf-8', 'replace')).hexdigest()}"
        return replace(self, id=name, kind=ChatEventKind.MALFORMED, defect=f"event-id-reused: {self.id}")


class ConversationState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    """Complete: it waits to be taken into custody."""
    TAKEN = "taken"
    """In the archive and in the log, as one message."""
    DROPPED = "dropped"
    """Nothing in it is for the register: a status enquiry that was answered, a dialogue that was cancelled empty."""


class Step(StrEnum):
    """Where a guided dialogue stands."""

    FREE = "free"
    """No guide: whatever is said belongs to the submission."""
    SERVICE = "service"
    DOCUMENTS = "documents"
    NAME = "name"
    EMAIL = "email"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The span of one person's messages that becomes one submission."""

    id: str
    """That of its first event; the external id of the message that it becomes."""
    person: str
    state: ConversationState = ConversationState.OPEN
    step: Step = Step.FREE
    opened_at: datetime
    closes_at: datetime
    """When it is closed by itself, unless more is said."""
    closed_at: datetime | None = None
    service: str = ""
    """Key of the service that was chosen from the list."""
    documents: tuple[tuple[int, str], ...] = ()
    """Index in the service's list of documents, and id of the event that brought it."""
    awaited: int | None = None
    """Index of the document that is asked for now; at the list of services, the page of it that is shown."""
    name: str = ""
    email: str = ""
    """As given in this dialogue."""
    answers: str = ""
    """Id (outbox) of the letter that acknowledged the open case which this joins; empty for a new matter."""
    reply_token: str = ""
    """The latest that is unused, and when it came: it answers free of charge for about a minute."""
    reply_token_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPerson:
    """Who writes, as far as is known, and what of it is proven."""

    id: str
    name: str = ""
    """As the platform shows it: chosen by the person, proof of nothing."""
    given_name: str = ""
    """As last given to us."""
    email: str = ""
    """As last given to us."""
    email_proven_at: datetime | None = None
    """When a code sent to `email` came back; None while the address is only their word."""
    code_hash: str = ""
    """SHA-256 (hex) of the code that was sent and has not come back."""
    code_email: str = ""
    code_expires_at: datetime | None = None
    code_tries: int = 0
    codes_sent_at: tuple[datetime, ...] = ()
    """Latest first; a few are kept, to send no flood."""
    blocked_at: datetime | None = None
    """They blocked us: what we push to them vanishes."""
    greeted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatCase:
    """A case of one person, as a status answer tells it."""

    message_id: int
    number: str
    """`41/2569`."""
    subject: str
    state: str
    """A `CaseState`, as text."""
    service: str | None
    entered_system_at: datetime
    acknowledged_by: str = ""
    """Id of the letter that acknowledged it; empty where none did."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One delivery of a platform, exactly as it came, its signature checked."""

    place: str
    """Where the spool keeps it; opaque, and grows in order."""
    body: bytes
    digest: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Quota:
    """Messages that may be pushed this month, and were. `limit` is None where there is none."""

    limit: int | None
    used: int
