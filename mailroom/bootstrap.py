"""The only module that joins ports to adapters."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from channels import CHANNELS, Finding
from mailroom.configuration import Configuration, load, warnings
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books, Clock, Inbox, Reader
from mailroom.services.acting import Actor, year_by_deemed, year_by_entered
from mailroom.services.custody import Custody, Watch
from mailroom.services.desk import Desk
from mailroom.services.dispatch import Dispatcher
from mailroom.services.export import Export
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing
from mailroom.services.rounds import Rounds
from mailroom.services.sign_in import SignIn
from mailroom.services.wording import Wording
from mailroom.stages.judge import Judge
from mailroom.texts import Texts, load_composer, load_texts
from signing.render import TypstRenderer
from storage.archive import SegmentArchive
from storage.lock import FolderLock
from storage.unit_of_work import SqlBooks
from storage.verify import Report
from storage.verify import verify as verify_storage

__all__ = [
    "House",
    "examine",
    "export",
    "load",
    "login_address",
    "open_books",
    "open_house",
    "sign_in",
    "verify",
    "warnings",
]


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything, joined: what `once`, the daemon and the web work with."""

    configuration: Configuration
    clock: Clock
    books: Books
    archive: Archive
    texts: Texts
    watches: tuple[Watch, ...]
    listeners: tuple[Inbox, ...]
    """A second connection for each watch, in the same order, to wait on."""
    rounds: Rounds
    dispatchers: tuple[Dispatcher, ...]
    desk: Desk
    desk_readers: Mapping[str, Reader]
    """Readers of their own for the web, so that a long batch keeps no clerk waiting."""
    stopping: threading.Event
    """Set to let work in hand end at the next batch."""


@contextmanager
def open_books(configuration: Configuration) -> Iterator[Books]:
    """The books alone, for commands that change nothing at a server. Raises StorageError."""
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    with closing(SqlBooks(configuration.database, configuration.agency.key)) as books:
        yield books


@contextmanager
def open_house(configuration: Configuration, clock: Clock | None = None) -> Iterator[House]:
    """Lock the data folder and join everything. Raises AlreadyRunningError, StorageError, ConfigurationError."""
    clock = clock or SystemClock()
    with ExitStack() as stack:
        configuration.data_dir.mkdir(parents=True, exist_ok=True)
        stack.enter_context(FolderLock(configuration.data_dir))
        books = stack.enter_context(closing(SqlBooks(configuration.database, configuration.agency.key)))
        archive = stack.enter_context(closing(SegmentArchive(configuration.data_dir / "archive")))
        yield _joined(configuration, clock, books, archive, stack)


def _joined(configuration: Configuration, clock: Clock, books: Books, archive: Archive, stack: ExitStack) -> House:
    stopping = threading.Event()
    inboxes, listeners = (_inboxes(configuration, stack) for _ in range(2))
    actor = Actor(
        agency=configuration.agency,
        letters=_letters(configuration),
        year_of=year_by_deemed if configuration.settings.register_.year_by == "deemed" else year_by_entered,
    )
    processing = Processing(
        archive=archive,
        readers=_readers(configuration, stack),
        books=books,
        judges={name: _judge(configuration, name) for name in configuration.channels},
        actor=actor,
        clock=clock,
        stopping=stopping.is_set,
    )
    custody = Custody(archive=archive, books=books, clock=clock, stopping=stopping.is_set)
    return House(
        configuration=configuration,
        clock=clock,
        books=books,
        archive=archive,
        texts=load_texts(CONFIG),
        watches=tuple(Watch(inbox, configuration.since(name)) for name, inbox in inboxes.items()),
        listeners=tuple(listeners.values()),
        rounds=Rounds(custody=custody, processing=processing, books=books, clock=clock),
        dispatchers=tuple(_dispatcher(configuration, name, books, clock) for name in configuration.channels),
        desk=_desk(configuration, books, actor, clock),
        desk_readers=_readers(configuration, stack),
        stopping=stopping,
    )


def _inboxes(configuration: Configuration, stack: ExitStack) -> dict[str, Inbox]:
    return {
        name: stack.enter_context(closing(CHANNELS[name].inbox(settings)))
        for name, settings in configuration.channels.items()
    }


def _readers(configuration: Configuration, stack: ExitStack) -> dict[str, Reader]:
    return {
        name: stack.enter_context(closing(CHANNELS[name].reader(settings)))
        for name, settings in configuration.channels.items()
    }


def _dispatcher(configuration: Configuration, name: str, books: Books, clock: Clock) -> Dispatcher:
    sender = CHANNELS[name].sender(configuration.channels[name], configuration.agency.name)
    return Dispatcher(name, sender=sender, books=books, clock=clock)


def _desk(configuration: Configuration, books: Books, actor: Actor, clock: Clock) -> Desk:
    return Desk(
        books=books,
        actor=actor,
        catalogue=configuration.catalogue,
        announcement=configuration.announcement,
        clock=clock,
    )


def _letters(configuration: Configuration) -> Letters:
    return Letters(
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        announcement=configuration.announcement,
        composer=load_composer(CONFIG),
    )


def _judge(configuration: Configuration, channel: str) -> Judge:
    answers = configuration.settings.answers
    return Judge(
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        hours=configuration.hours,
        announcement=configuration.announcement,
        since=configuration.since(channel),
        per_sender_per_day=answers.per_sender_per_day,
        official_letters=answers.official_letters,
    )


def sign_in(configuration: Configuration, books: Books, clock: Clock | None = None) -> SignIn:
    """Signing in under the limits of [web]."""
    web = configuration.settings.web
    return SignIn(
        books=books,
        clock=clock or SystemClock(),
        idle=timedelta(minutes=web.session_idle_minutes),
        absolute=timedelta(hours=web.session_hours),
    )


def login_address(configuration: Configuration, token: str) -> str:
    """Where a one-time token signs in. It stands in the fragment, which browsers send to nobody."""
    return f"{configuration.base_url}/login/link#{token}"


def export(configuration: Configuration, books: Books, *, thai_digits: bool) -> Export:
    return Export(
        books,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        wording=Wording(load_texts(CONFIG).tables, thai_digits=thai_digits),
        renderer=partial(TypstRenderer, CONFIG),
        clock=SystemClock(),
    )


def verify(configuration: Configuration) -> Report:
    """The independent check of everything that is kept. Raises StorageError when there is nothing to check."""
    return verify_storage(configuration.data_dir / "archive", configuration.database, configuration.agency.key)


def examine(configuration: Configuration) -> Iterator[Finding]:
    """Connect to everything that is configured, and say of each what works."""
    for name, settings in configuration.channels.items():
        yield from CHANNELS[name].check(settings)
