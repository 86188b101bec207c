"""The books of one agency: what is written and read in transactions."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from mailroom.domain.case import Case
from mailroom.domain.clerk import Clerk, Role, Session
from mailroom.domain.decision import Decision
from mailroom.domain.message import Envelope, Kept, LoggedMessage, Message
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Event, History, MessageRecord, Reply, Verdict
from mailroom.domain.register import RegisterDraft, RegisterEntry, RegisterNumber
from mailroom.ports.attachments import AttachmentBook
from mailroom.ports.chat import ChatBook
from mailroom.ports.evidence import ChainBook, SentBook
from mailroom.ports.journal import JournalBook
from mailroom.ports.keeping import KeepingBook
from mailroom.ports.learning import LearningBook
from mailroom.ports.licences import (
    DocumentBook,
    FieldBook,
    InstrumentBook,
    IssuanceBook,
    LicenceBook,
    LinkBook,
    OutgoingBook,
)
from mailroom.ports.mailbox import MailboxBook
from mailroom.ports.matches import MatchBook
from mailroom.ports.privacy import PrivacyBook, ReadBook
from mailroom.ports.retention import RetentionBook
from mailroom.ports.search import SearchBook


class MessageBook(Protocol):
    """The message log of one agency."""

    def known(self, channel: str, account: str, external_ids: Collection[str]) -> set[str]: ...

    def log(self, arrivals: Sequence[tuple[Envelope, Kept]], at: datetime) -> None:
        """Add arrivals; one that is logged already is passed over."""

    def pending(
        self, *, count: int, size: int, without: Collection[int] = (), before: datetime | None = None
    ) -> list[LoggedMessage]:
        """Messages in custody and undecided, in order of entry: at most `count`, and `size` bytes beyond the first.

        Those with an id in `without` are passed over: they are being decided. With `before` only those that entered
        earlier than that instant.
        """

    def attempt(self, message_ids: Sequence[int]) -> None:
        """Count an attempt at each; committed before the work begins, so that a crash is counted."""

    def histories(self, batch: Sequence[tuple[LoggedMessage, Message]], now: datetime) -> Iterator[History]:
        """What the books know about each, in order, and earlier members of the batch itself included.

        Each is made up when it is asked for: it counts the letters that this unit of work put into the outbox for the
        members before it. The batch must be in order of entry, as `pending` gives it.
        """

    def record(self, verdict: Verdict) -> None: ...

    def decide_anew(
        self, message_id: int, decision: Decision, clerk: Clerk, reason: str, service: str | None = None
    ) -> None:
        """A clerk's decision takes the place of the one in force; the earlier one stays in the event log.

        `service` replaces the recorded one when it is given.
        """

    def redact(self, message_id: int, *, text: str, subject: str, hidden_parts: Collection[int]) -> None:
        """Its sender took something of it back (R117): `text` and `subject` take the place of what was read.

        The queue finds it by these, and attachments with a number in `hidden_parts` are marked `withdrawn`, for good.
        Everything else stays as it was recorded: archive, digest, decision, and the entry in the register. Safe to
        repeat. Raises RefusedActionError `no-such-message` when it is not there, or not decided yet: what is read
        later would come back.
        """

    def untaken(self, channel: str, account: str, limit: int) -> list[str]:
        """External ids of decided messages that are not marked at the server yet."""

    def taken(self, channel: str, account: str, external_ids: Sequence[str], at: datetime) -> None: ...

    def get(self, message_id: int) -> MessageRecord | None:
        """With attachments and replies."""

    def secret(self) -> frozenset[int]:
        """Rows of all messages that are marked with a grade of secrecy (R58); there are few."""

    def every(self) -> Iterator[MessageRecord]:
        """All of the log in order of custody, with attachments and replies, in bounded memory."""


class QueueBook(Protocol):
    """What clerks look at."""

    def page(self, view: str, *, offset: int, limit: int) -> list[MessageRecord]:
        """Newest first by urgency, then deemed receipt (R48); without attachments, and without restricted cases (R106).

        Views: `hold`, `accept`, `redirect`, `ignore`, `undelivered` (a letter failed or is deferred), `all`.
        """

    def counts(self) -> dict[str, int]:
        """How many messages each view holds."""

    def later(self, number: RegisterNumber) -> list[MessageRecord]:
        """Messages that joined the case of that number without one of their own, in order of entry; no attachments."""

    def rows(self, channel: str, account: str, external_ids: Collection[str]) -> dict[str, int]:
        """Row of each message in custody by its external id; those that are not there are left out."""


class RegisterBook(Protocol):
    def enter(self, draft: RegisterDraft) -> RegisterEntry:
        """The next number of the draft's year, taken in this transaction: none is lost, none is given twice (R51)."""

    def of_message(self, message_id: int) -> RegisterEntry | None: ...

    def entries(self, year: int | None) -> Iterator[tuple[RegisterEntry, MessageRecord]]:
        """In order of year and number, in bounded memory, each with the message that it registers."""

    def last(self, year: int) -> RegisterNumber | None: ...


class CaseBook(Protocol):
    def open(self, case: Case) -> None: ...

    def of(self, number: RegisterNumber) -> Case | None: ...

    def save(self, case: Case) -> None: ...


class OutboxBook(Protocol):
    def put(self, item: OutboxItem) -> None: ...

    def claim(self, channel: str, now: datetime, limit: int) -> list[OutboxItem]:
        """Pending and deferred items that are due, oldest first, marked as being sent, with their attempt counted."""

    def save(self, item: OutboxItem) -> None: ...

    def reclaim(self, now: datetime) -> int:
        """At start: items that a dead process left claimed become due again, marked uncertain. Their number."""

    def get(self, item_id: str) -> OutboxItem | None: ...

    def of_message(self, message_id: int) -> tuple[Reply, ...]: ...

    def said_to(self, channel: str, to: str, since: datetime, until: datetime, limit: int) -> list[OutboxItem]:
        """What is owed or was sent to one address of a channel, made within that span, in order of making."""

    def stranded(self, limit: int) -> list[OutboxItem]:
        """Failed and deferred letters that answer no message, latest first: no record of a message shows them."""


class EventBook(Protocol):
    """Append-only: who did what, when and why."""

    def add(self, name: str, at: datetime, *, message_id: int | None = None, actor: str = "", detail: str = "") -> None:
        """`name` is `noun.verb`, for example `message.decided`; `actor` is a clerk's user name or empty."""

    def of_message(self, message_id: int) -> list[Event]:
        """What happened to a message, in order."""


class AccountBook(Protocol):
    """What is known of a mailbox beside its messages."""

    def started(self, channel: str, account: str) -> datetime | None:
        """When this account was first taken into service; None before."""

    def start(self, channel: str, account: str, at: datetime) -> None: ...

    def polled(self, channel: str, account: str, at: datetime, error: str) -> None:
        """Note a poll: an empty `error` is a success."""

    def states(self) -> list[tuple[str, str, datetime | None, datetime | None, str]]:
        """Channel, account, last success, last attempt, last error."""


class HealthBook(Protocol):
    def ages(self) -> dict[str, datetime | int | None]:
        """`oldest_pending_at`, `oldest_unsent_at` (None when there is none), `pending`, `unsent`, `failed`, `held`."""

    def chats(self) -> dict[str, datetime | int | None]:
        """Of all accounts of channels that know turns.

        `oldest_unhandled_at` (when it was received; None when there is none) and `unhandled` events,
        `contents_wanted`, `contents_gone` (too large ones among them), `blocked` people who blocked us.
        """


class ClerkBook(Protocol):
    """Accounts, sessions and one-time links. Every token is kept as its SHA-256 (hex) only."""

    def add(
        self,
        username: str,
        display_name: str,
        password_hash: str,
        *,
        role: Role = Role.CLERK,
        position: str = "",
        capacity: str = "",
    ) -> Clerk:
        """Add a clerk, or change everything but user name and clearance of one. An empty hash allows one-time links only."""

    def clear(self, username: str, at: datetime, actor: str, *, cleared: bool = True) -> Clerk | None:
        """Name a clerk for secret matter, or take that back; who did it, and when, stays on record (R58).

        None where there is no such clerk; nothing is noted then, nor where nothing changes.
        """

    def every(self) -> list[Clerk]:
        """Clerks who are not disabled, by user name."""

    def find(self, username: str) -> tuple[Clerk, str] | None:
        """The clerk and the password hash; None when unknown or disabled."""

    def open_session(self, clerk: Clerk, token_hash: str, csrf: str, at: datetime) -> None: ...

    def session(self, token_hash: str) -> Session | None: ...

    def touch(self, token_hash: str, at: datetime) -> None: ...

    def end_session(self, token_hash: str) -> None: ...

    def put_link(self, clerk: Clerk, token_hash: str, expires_at: datetime) -> None: ...

    def use_link(self, token_hash: str, at: datetime) -> Clerk | None:
        """The clerk whose unexpired, unused link this is; the link is used up."""

    def failed_logins(self, username: str, since: datetime) -> int: ...

    def login_failed(self, username: str, at: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction over all books of one agency. Rolls back unless told to commit.

    Used as `with uow: … uow.commit()`. A writer is alone (BEGIN IMMEDIATE). Not shared between threads:
    `Books.begin` gives each its own.
    """

    @property
    def messages(self) -> MessageBook: ...
    @property
    def queue(self) -> QueueBook: ...
    @property
    def register(self) -> RegisterBook: ...
    @property
    def cases(self) -> CaseBook: ...
    @property
    def outbox(self) -> OutboxBook: ...
    @property
    def events(self) -> EventBook: ...
    @property
    def accounts(self) -> AccountBook: ...
    @property
    def clerks(self) -> ClerkBook: ...
    @property
    def health(self) -> HealthBook: ...
    @property
    def licences(self) -> LicenceBook: ...
    @property
    def issuances(self) -> IssuanceBook: ...
    @property
    def documents(self) -> DocumentBook: ...
    @property
    def links(self) -> LinkBook: ...
    @property
    def outgoing(self) -> OutgoingBook: ...
    @property
    def instruments(self) -> InstrumentBook: ...
    @property
    def fields(self) -> FieldBook: ...
    @property
    def keeping(self) -> KeepingBook: ...
    @property
    def chain(self) -> ChainBook: ...
    @property
    def sent(self) -> SentBook: ...
    @property
    def journal(self) -> JournalBook: ...
    @property
    def retention(self) -> RetentionBook: ...
    @property
    def mailbox(self) -> MailboxBook: ...
    @property
    def privacy(self) -> PrivacyBook: ...
    @property
    def reads(self) -> ReadBook: ...
    @property
    def search(self) -> SearchBook: ...
    @property
    def attachments(self) -> AttachmentBook: ...
    @property
    def learning(self) -> LearningBook: ...
    @property
    def matches(self) -> MatchBook: ...
    def chats(self, channel: str, account: str) -> ChatBook:
        """The books of conversations of one account."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...


class Books(Protocol):
    """Where units of work come from. Safe to share between threads."""

    def begin(self) -> UnitOfWork:
        """A unit of work that may write."""

    def look(self) -> UnitOfWork:
        """A unit of work that only reads; it never waits for a writer, and commit() is refused."""

    def close(self) -> None: ...
