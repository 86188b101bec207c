"""The services of conversations around books in memory, a spool of prepared deliveries and a platform that does as told."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from mailroom.domain.agency import Announcement
from mailroom.domain.chat import ChatContent, ChatEvent, ChatPerson, ContentState, Conversation, Quota, Spooled
from mailroom.domain.decision import Letter
from mailroom.domain.outbox import OutboxItem
from mailroom.paths import CONFIG
from mailroom.ports import Books, UnitOfWork
from mailroom.ports.chat import Asgi, ChatBook, Spool
from mailroom.services.announcements import Announced, Announcements
from mailroom.services.chat_desk import ChatDesk, Worked
from mailroom.testing import FakeClock
from mailroom.testing.books import MemoryBooks
from tests.support.chat_talk import CATALOGUE, DIALOGUE, QUIET, SOMSRI, START, Events, both_texts
from tests.support.stage_values import AGENCY
from tests.support.texts import load_composer

CHANNEL, ACCOUNT = "line", "@town"
COMPOSER = load_composer(CONFIG)


@dataclass
class PreparedSpool:
    """`ports.Spool` whose deliveries are made of events."""

    kept: list[Spooled] = field(default_factory=list)
    events: dict[str, list[ChatEvent]] = field(default_factory=dict)

    def deliver(self, *events: ChatEvent, at: datetime = START) -> None:
        body = repr([(one.id, one.raw, one.redelivered) for one in events]).encode()
        digest = hashlib.sha256(body + bytes([len(self.kept) % 256])).hexdigest()
        self.events[digest] = list(events)
        self.kept.append(Spooled(f"{len(self.kept) + 1:06}", body, digest, at))

    def keep(self, body: bytes, received_at: datetime, within: float) -> None:
        self.kept.append(Spooled(f"{len(self.kept) + 1:06}", body, hashlib.sha256(body).hexdigest(), received_at))

    def after(self, place: str) -> Iterator[Spooled]:
        return (one for one in list(self.kept) if one.place > place)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class ScriptedPlatform:
    """`ports.ChatPlatform`. `failures` are raised first, one for each fetch or question for a name."""

    spool: PreparedSpool
    contents: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    undecodable: set[str] = field(default_factory=set)

    channel = CHANNEL
    account = ACCOUNT
    webhook_path = "/line/webhook"

    def webhook(self, spool: Spool, arrived: Callable[[], None]) -> Asgi:
        raise NotImplementedError

    def refused(self) -> int:
        return 0

    def decode(self, spooled: Spooled) -> list[ChatEvent]:
        if spooled.place in self.undecodable:
            raise ZeroDivisionError(spooled.place)
        return [replace(one, delivery=spooled.digest) for one in self.spool.events[spooled.digest]]

    def fetch(self, message_id: str, into: BinaryIO, limit: int) -> ChatContent:
        self.fetched.append(message_id)
        if self.failures:
            raise self.failures.pop(0)
        content = self.contents.get(message_id)
        if content is None:
            return ChatContent(state=ContentState.GONE, note="404")
        if len(content) > limit:
            return ChatContent(state=ContentState.TOO_LARGE)
        into.write(content)
        return ChatContent(
            state=ContentState.KEPT,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            media_type="image/jpeg",
        )

    def name_of(self, person: str) -> str:
        self.asked.append(person)
        if self.failures:
            raise self.failures.pop(0)
        return self.names.get(person, "")

    def quota(self) -> Quota:
        return Quota(None, 0)


class Killed(BaseException):
    """The process ends here."""


class FragileBooks:
    """Books with which the process dies at one of the commits: before it, or when it is done."""

    def __init__(self, inner: Books, *, at: int, before: bool) -> None:
        self._inner, self._left, self._before = inner, at, before

    def begin(self) -> UnitOfWork:
        return cast(UnitOfWork, _FragileUnit(self._inner.begin(), self))

    def look(self) -> UnitOfWork:
        return self._inner.look()

    def close(self) -> None:
        self._inner.close()

    def committing(self, commit: Callable[[], None]) -> None:
        self._left -= 1
        if self._left == 0 and self._before:
            raise Killed
        commit()
        if self._left == 0:
            raise Killed


class _FragileUnit:
    def __init__(self, inner: UnitOfWork, books: FragileBooks) -> None:
        self._inner, self._books = inner, books

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inner.__exit__(kind, error, trace)

    def commit(self) -> None:
        self._books.committing(self._inner.commit)


class CursedAnnouncements(Announcements):
    """`curses` are raised when it is asked what was in force at their instants, as a fault of our own would be."""

    def __init__(self, configured: Announcement | None) -> None:
        super().__init__(configured)
        self.curses: dict[datetime, Exception] = {}
        self.cursed = 0

    def known(self, uow: UnitOfWork) -> Announced:
        return _Cursed(self, super().known(uow))


class _Cursed(Announced):
    """Not the value of a batch, but one look at it after the other."""

    def __init__(self, owner: CursedAnnouncements, inner: Announced) -> None:
        super().__init__(inner.configured, inner.instruments, inner.base_url)
        object.__setattr__(self, "_owner", owner)

    def at(self, at: datetime) -> Announcement | None:
        owner: CursedAnnouncements = self.__dict__["_owner"]
        if error := owner.curses.get(at):
            owner.cursed += 1
            raise error
        return super().at(at)


class ChatHouse:
    """One account, joined as bootstrap joins it."""

    def __init__(self, folder: Path, *, books: Books | None = None, announcement: Announcement | None = None) -> None:
        self.folder = folder
        self.books: Books = books or MemoryBooks()
        self.clock = FakeClock(START)
        self.spool = PreparedSpool()
        self.platform = ScriptedPlatform(self.spool)
        self.somsri = Events(SOMSRI)
        self.announcements = CursedAnnouncements(announcement)
        self.mails = True
        self.stopping = False
        self.desk = self.fresh()

    def fresh(self, books: Books | None = None) -> ChatDesk:
        """A new process on the same books."""
        return ChatDesk(
            platform=self.platform,
            spool=self.spool,
            folder=self.folder,
            books=books or self.books,
            clock=self.clock,
            agency=AGENCY,
            catalogue=CATALOGUE,
            announcements=self.announcements,
            composer=COMPOSER,
            texts=both_texts(),
            quiet=QUIET,
            dialogue=DIALOGUE,
            largest_content=1000,
            mails=self.mails,
            stopping=lambda: self.stopping,
            new_code=lambda: "123456",
        )

    def receive(self, *events: ChatEvent) -> Worked:
        """One delivery, and one pass at the time of its last event."""
        self.spool.deliver(*events)
        self.clock.at = max(self.clock.at, *(one.occurred_at for one in events))
        return self.desk.run()

    def later(self, **by: float) -> Worked:
        self.clock.advance(**by)
        self.somsri.at = max(self.somsri.at, self.clock.at)
        return self.desk.run()

    # What is in the books

    def chats(self) -> ChatBook:
        """To be read at once: it is a look of its own."""
        with self.books.look() as uow:
            return uow.chats(CHANNEL, ACCOUNT)

    def person(self, name: str = SOMSRI) -> ChatPerson:
        with self.books.look() as uow:
            return uow.chats(CHANNEL, ACCOUNT).person(name)

    def know(self, **changes: object) -> None:
        with self.books.begin() as uow:
            chats = uow.chats(CHANNEL, ACCOUNT)
            chats.save_person(replace(chats.person(SOMSRI), **changes))  # type: ignore[arg-type]
            uow.commit()

    def talk(self, name: str) -> Conversation:
        with self.books.look() as uow:
            found = uow.chats(CHANNEL, ACCOUNT).conversation(name)
        assert found is not None
        return found

    def current(self, person: str = SOMSRI) -> Conversation | None:
        with self.books.look() as uow:
            return uow.chats(CHANNEL, ACCOUNT).current(person)

    def closed(self) -> list[Conversation]:
        with self.books.look() as uow:
            return uow.chats(CHANNEL, ACCOUNT).closed()

    def events_of(self, name: str) -> list[ChatEvent]:
        with self.books.look() as uow:
            return uow.chats(CHANNEL, ACCOUNT).events_of(name)

    def unhandled(self) -> list[ChatEvent]:
        with self.books.look() as uow:
            return uow.chats(CHANNEL, ACCOUNT).unhandled(1000)

    def letters(self, channel: str = CHANNEL) -> list[OutboxItem]:
        assert isinstance(self.books, MemoryBooks)
        items: Sequence[OutboxItem] = tuple(self.books.shelf.items.values())
        return sorted((one for one in items if one.channel == channel), key=lambda one: one.created_at)

    def prompts(self) -> list[str]:
        """Texts of what was said to people, in order."""
        return [one.text for one in self.letters() if one.letter is Letter.PROMPT]

    @property
    def answer(self) -> str:
        return self.prompts()[-1]
