"""A message with all that is known of it: what the log, the queue and the exports speak of."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from mailroom.domain.agency import Announcement
from mailroom.domain.decision import Classification, Decision, Letter
from mailroom.domain.message import LoggedMessage, Message
from mailroom.domain.register import RegisterNumber


@dataclass(frozen=True, slots=True)
class History:
    """What the books already know about a message that is about to be decided."""

    duplicate_of: str | None = None
    """Digest of the message of which this is another copy."""
    thread: RegisterNumber | None = None
    """The case of our own letter that this replies to."""
    replies_to_us: bool = False
    """In-Reply-To or References name a letter of ours."""
    mentioned: RegisterNumber | None = None
    """An existing number of this same sender: one that subject or text quotes, else the latest under the same subject."""
    letters_today: int = 0
    """Letters owed or sent to this address within the last 24 hours."""
    notices_today: frozenset[Letter] = frozenset()
    """Kinds of letter owed or sent to this address within the last 24 hours."""
    text_answered: bool = False
    """This sender sent this very text within seven days and was answered."""

    @property
    def is_thread(self) -> bool:
        """Whether the message belongs to a matter that we already know."""
        return self.replies_to_us or self.thread is not None or self.mentioned is not None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of raw bytes."""

    message: Message
    classification: Classification | None = None
    """What it seems to be by itself, without regard to what came before it; None where the reader was not told how."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A letter in the outbox, as the record of the message that it answers shows it."""

    letter: Letter
    to: str
    state: str
    """An `OutboxState`, as text."""
    attempts: int
    reply: str
    due_at: datetime
    sent_at: datetime | None
    uncertain: bool = False
    id: str = field(default="", compare=False)
    """Of its item in the outbox."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the event log: who did what, when and why."""

    name: str
    """`noun.verb`, for example `message.decided`."""
    at: datetime
    message_id: int | None = None
    actor: str = ""
    """User name of a clerk; empty for the program."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What processing found out about one logged message; recorded in one transaction with all that follows."""

    logged: LoggedMessage
    message: Message
    classification: Classification
    decision: Decision
    deemed_received_at: datetime
    processed_at: datetime
    duplicate_of: str | None = None
    follows: RegisterNumber | None = None
    announcement: Announcement | None = None
    """By which channels were judged, and which the letter quotes."""


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message of the log. Until it is decided, everything after `arrived_at` is None or empty."""

    logged: LoggedMessage
    arrived_at: datetime
    """When the log row was committed."""
    message: Message | None = None
    """As recorded: without `headers` and `part_types`."""
    classification: Classification | None = None
    decision: Decision | None = None
    """The decision in force: the program's, or that of the last clerk."""
    decided_by: str = ""
    """User name of the clerk who decided; empty for the program."""
    clerk_reason: str = ""
    deemed_received_at: datetime | None = None
    processed_at: datetime | None = None
    number: RegisterNumber | None = None
    follows: RegisterNumber | None = None
    duplicate_of: str | None = None
    replies: tuple[Reply, ...] = ()


def text_key(message: Message) -> str:
    """Equal for two messages in which one sender says the same thing; empty where there is nothing to compare.

    A robot that does not declare itself repeats its text: the key ends a mail loop (RFC 3834 section 2).
    """
    words = "".join(message.text.split())
    if not (words and message.sender.address):
        return ""
    return hashlib.sha256(f"{message.sender.address.lower()}\n{words}".encode("utf-8", "replace")).hexdigest()
