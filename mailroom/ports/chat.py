"""Channels that push: a spool that takes deliveries at once, a platform that is asked, and the books of both."""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, runtime_checkable

from mailroom.domain.chat import (
    ChatCase,
    ChatContent,
    ChatEvent,
    ChatPerson,
    Conversation,
    Quota,
    Spooled,
)

if TYPE_CHECKING:
    from mailroom.ports.books import Books

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Callable[[], Awaitable[Scope]], Callable[[Scope], Awaitable[None]]], Awaitable[None]]
"""An ASGI application."""


class Spool(Protocol):
    """Deliveries of one channel, durable before they are answered; independent of the database.

    Append-only and kept for good. Safe to share between threads.
    """

    def keep(self, body: bytes, received_at: datetime, within: float) -> None:
        """On return it survives a power cut; it may be kept all the same when this raises.

        Raises StorageError, also when `within` seconds are over before it is safe.
        """

    def after(self, place: str) -> Iterator[Spooled]:
        """Everything that was kept after that place, in order; all of it after the empty one."""

    def close(self) -> None: ...


@runtime_checkable
class RungInbox(Protocol):
    """An inbox of which this program itself knows when something arrives."""

    def ring(self) -> None:
        """End its wait: something has arrived. From any thread."""


class ChatPlatform(Protocol):
    """One account of a platform for conversations. Nothing connects before it is asked to."""

    @property
    def channel(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def webhook_path(self) -> str:
        """Under the agency's web address."""

    def webhook(self, spool: Spool, arrived: Callable[[], None]) -> Asgi:
        """Checks the signature over the bytes, spools, answers: within 900 ms, or refuses. `arrived` is called after."""

    def refused(self) -> int:
        """Deliveries refused for their signature or form since the start."""

    def decode(self, spooled: Spooled) -> list[ChatEvent]:
        """The events of a delivery, each by itself: what is broken in one does not hurt another. Never raises."""

    def fetch(self, message_id: str, into: BinaryIO, limit: int) -> ChatContent:
        """Stream the content of a message into a file; its state (KEPT, GONE, TOO_LARGE), size, digest, declared type.

        Raises TemporaryChannelError while it is being prepared or the platform fails, ChannelSetupError.
        """

    def name_of(self, person: str) -> str:
        """The name that the platform shows; empty where it gives none. Raises TemporaryChannelError, ChannelSetupError."""

    def quota(self) -> Quota:
        """Raises TemporaryChannelError, ChannelSetupError."""

    def reaches_us(self) -> bool:
        """Whether an empty delivery that the platform sends on demand arrives here. Raises ChannelError."""

    def close(self) -> None: ...


class ChatBook(Protocol):
    """Events, people and conversations of one account; `channel` and `account` are given to each book at its making."""

    def cursor(self) -> str:
        """The place in the spool up to which deliveries are in these books; empty at first."""

    def advance(self, place: str) -> None: ...

    def add(self, events: Sequence[ChatEvent]) -> list[ChatEvent]:
        """Those that are new, in their order and as they were written; one that is known is passed over.

        One is known when it has the id and the `raw` of another, or when either of both is a redelivery and what they
        say is the same (`ChatEvent.repeats`). An id that is known with other content is no redelivery: it is written as
        MALFORMED with the defect `event-id-reused: ID` under the id `ID~DIGEST` (of its raw text), once. What brings a
        message that was taken back before it came is marked as taken back.
        """

    def unhandled(self, limit: int) -> list[ChatEvent]:
        """Events that nothing has followed from yet, in order of occurrence; of one instant, in order of arrival."""

    def handled(self, event_id: str, conversation: str = "") -> None:
        """It has been acted on; it belongs to that conversation, or to none. Safe to repeat; an unknown id is passed over."""

    def message(self, message_id: str) -> ChatEvent | None:
        """The event that brought a message of the platform; the first, should there be more."""

    def unsend(self, message_id: str, at: datetime) -> None:
        """Its sender took it back; also remembered of a message that has not come yet. The first time stands."""

    def wanted(self, now: datetime, limit: int) -> list[ChatEvent]:
        """Events whose content is due to be fetched, those that are due longest at the head; no `due_at` is at once.

        Those whose message was taken back are among them: what came is a record (R60), only its display ends (R117).
        """

    def save_content(self, event_id: str, content: ChatContent) -> None:
        """An unknown id is passed over."""

    def person(self, person_id: str) -> ChatPerson:
        """What is known; somebody new is a person with nothing known."""

    def save_person(self, person: ChatPerson) -> None: ...

    def current(self, person_id: str) -> Conversation | None:
        """The open one; a person has at most one."""

    def conversation(self, conversation_id: str) -> Conversation | None: ...

    def save(self, conversation: Conversation) -> None:
        """Raises StorageError when another conversation of that person is open."""

    def open(self) -> list[Conversation]:
        """All that are open, those that close first at the head; what somebody opens who has no id among them."""

    def closed(self) -> list[Conversation]:
        """Complete and not in custody, in order of opening."""

    def events_of(self, conversation_id: str) -> list[ChatEvent]:
        """In order of occurrence, those taken back included."""

    def latest(self, person_id: str, limit: int) -> list[ChatEvent]:
        """Events of one person, latest first, whatever became of them."""

    def recent(self, limit: int) -> list[ChatEvent]:
        """Events of everybody, latest first, for the page that lists them."""

    def cases(self, person: ChatPerson, limit: int) -> list[ChatCase]:
        """Cases of this person alone, latest first: those of messages that they sent to this account of the platform, and
        those of mail (of whatever comes by another channel) from their e-mail address once that is proven.

        Addresses of mail compare in small letters. Of a graded matter the subject is empty (R58, R118).
        """


@dataclass(frozen=True, slots=True)
class ChannelHome:
    """What a channel may keep on this machine: a folder of its own, and the books."""

    folder: Path
    books: "Books"
