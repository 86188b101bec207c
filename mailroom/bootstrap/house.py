"""The whole house, joined: what one pass, the daemon and the web work with."""

import gc
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels import CHANNELS
from mailroom.bootstrap import guidance, keys
from mailroom.bootstrap.noting import Noted, join_journal
from mailroom.bootstrap.paperwork import Paperwork
from mailroom.bootstrap.parts import (
    SystemClock,
    announcements,
    composer,
    dispatchers,
    mailboxes,
    open_books,
    readers,
    reminders,
    texts,
)
from mailroom.configuration import Configuration
from mailroom.domain.message import LoggedMessage
from mailroom.ports import Archive, Books, ChannelHome, Clock, Inbox, Reader, UnitOfWork
from mailroom.services.acting import Actor, AsOwed, year_by_deemed, year_by_entered
from mailroom.services.attachment_readings import reading_codes
from mailroom.services.audit import audit_codes
from mailroom.services.bounces import Bounces
from mailroom.services.custody import Custody, Watch
from mailroom.services.desk import Desk
from mailroom.services.dispatch import Dispatcher
from mailroom.services.evidence.alarms import evidence_codes
from mailroom.services.guide import Guide
from mailroom.services.journal.alarms import journal_codes
from mailroom.services.journal.journalling import Journalling
from mailroom.services.keeping.alarms import keeping_codes
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing, Recognise
from mailroom.services.records.alarms import record_codes
from mailroom.services.reminders import Reminders
from mailroom.services.rounds import Rounds
from mailroom.stages.judge import Judge
from mailroom.texts import Texts
from storage.lock import FolderLock

if TYPE_CHECKING:
    from mailroom.bootstrap.chats import Talks

GARBAGE_THRESHOLD = 20_000
"""So many new objects make a search for unreachable ones; a message makes some thousands, and hardly any cycle."""


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
    journal: Journalling | None
    """Where numbers are noted off this machine; None where they are not."""
    desk: Desk
    desk_readers: Mapping[str, Reader]
    """Readers of their own for the web, so that a long batch keeps no clerk waiting."""
    papers: Paperwork
    reminders: Reminders
    guide: Guide
    """By what mail is understood now."""
    talks: "Mapping[str, Talks]"
    """Channels that know turns, by name."""
    stopping: threading.Event
    """Set to let work in hand end at the next batch."""

    def problems(self) -> list[str]:
        """Codes of problems that the books know nothing of, for `services.health.health`."""
        settings = self.configuration.settings
        targets = [one.name for one in settings.backup.target]
        signs, stamps = settings.keys.keyring is not None, bool(settings.signing.time_stamps)
        copies = keeping_codes(self.books, self.clock, targets)
        return [
            *copies,
            *keys.codes(self.configuration, self.clock.now()),
            *evidence_codes(self.books, self.clock, signs=signs, stamps=stamps),
            *journal_codes(self.books, self.clock),
            *record_codes(self.books, self.clock),
            *audit_codes(self.books, self.clock),
            *(["model-damaged"] if self.guide.damaged else []),
            *reading_codes(self.books),
            *mailboxes(self.configuration, self.books, self.clock).codes(),
            *self.papers.alarms.codes(),
            *(code for one in self.talks.values() for code in one.watch.codes()),
        ]


@contextmanager
def open_house(configuration: Configuration, clock: Clock | None = None) -> Iterator[House]:
    """Lock the data folder and join everything. Raises AlreadyRunningError, StorageError, ConfigurationError."""
    clock = clock or SystemClock()
    with ExitStack() as stack:
        configuration.data_dir.mkdir(parents=True, exist_ok=True)
        stack.enter_context(FolderLock(configuration.data_dir))
        books = stack.enter_context(open_books(configuration))
        archive = stack.enter_context(keys.open_archive(configuration))
        house = _joined(configuration, clock, books, archive, stack)
        _tune_interpreter()
        yield house


def _tune_interpreter() -> None:
    """What start-up made lives as long as the process: it is not searched for garbage again and again."""
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def _joined(configuration: Configuration, clock: Clock, books: Books, archive: Archive, stack: ExitStack) -> House:
    stopping = threading.Event()
    inboxes, listeners = (_inboxes(configuration, books, stack) for _ in range(2))
    desk_readers = readers(configuration, stack)
    noted = join_journal(configuration, books, clock, stack)
    actor = _actor(configuration, Bounces(archive=archive, readers=readers(configuration, stack)), noted.as_owed)
    processing, guide = _processing(configuration, books, archive, clock, stack, actor, noted, stopping)
    custody = Custody(archive=archive, books=books, clock=clock, stopping=stopping.is_set)
    return House(
        configuration=configuration,
        clock=clock,
        books=books,
        archive=archive,
        texts=texts(),
        watches=tuple(Watch(inbox, configuration.since(name)) for name, inbox in inboxes.items()),
        listeners=tuple(listeners.values()),
        rounds=Rounds(
            custody=custody, processing=processing, books=books, clock=clock, before_numbers=noted.before_numbers
        ),
        dispatchers=dispatchers(configuration, books, archive, clock, noted.before_letter),
        journal=noted.journal,
        desk=_desk(configuration, books, actor, clock),
        desk_readers=desk_readers,
        papers=Paperwork(configuration, books, archive, clock, stack, stopping.is_set),
        reminders=reminders(configuration, books, clock),
        guide=guide,
        talks=_talks(configuration, books, clock, stack, stopping, listeners),
        stopping=stopping,
    )


def _processing(
    configuration: Configuration,
    books: Books,
    archive: Archive,
    clock: Clock,
    stack: ExitStack,
    actor: Actor,
    noted: Noted,
    stopping: threading.Event,
) -> tuple[Processing, Guide]:
    """What reads and decides, and what tells both by which models."""
    judges = {name: _judge(configuration, name) for name in configuration.channels}
    mail_readers = readers(configuration, stack, {name: judge.classifier for name, judge in judges.items()})
    guide = guidance.guide(configuration, judges, mail_readers)
    processing = Processing(
        archive=archive,
        readers=mail_readers,
        books=books,
        judges=judges,
        actor=actor,
        clock=clock,
        announcements=announcements(configuration),
        recognise=_both(noted.recognise, guide.refresh),
        stopping=stopping.is_set,
    )
    return processing, guide


def _both(first: Recognise, second: Recognise) -> Recognise:
    def both(uow: UnitOfWork, batch: Sequence[LoggedMessage]) -> None:
        first(uow, batch)
        second(uow, batch)

    return both


def _talks(
    configuration: Configuration,
    books: Books,
    clock: Clock,
    stack: ExitStack,
    stopping: threading.Event,
    listeners: Mapping[str, Inbox],
) -> "Mapping[str, Talks]":
    """Loaded only where a channel of turns is in use: a pass over mail alone pays nothing for them."""
    if not any(CHANNELS[name].chat for name in configuration.channels):
        return {}
    from mailroom.bootstrap.chats import join_talks

    return join_talks(configuration, books, clock, stack, stopping.is_set, listeners)


def _actor(configuration: Configuration, bounces: Bounces, as_owed: AsOwed) -> Actor:
    return Actor(
        agency=configuration.agency,
        letters=_letters(configuration),
        bounces=bounces,
        as_owed=as_owed,
        year_of=year_by_deemed if configuration.settings.register_.year_by == "deemed" else year_by_entered,
    )


def _inboxes(configuration: Configuration, books: Books, stack: ExitStack) -> dict[str, Inbox]:
    return {
        name: stack.enter_context(
            closing(CHANNELS[name].inbox(settings, ChannelHome(configuration.data_dir / name, books)))
        )
        for name, settings in configuration.channels.items()
    }


def _desk(configuration: Configuration, books: Books, actor: Actor, clock: Clock) -> Desk:
    return Desk(
        books=books,
        actor=actor,
        catalogue=configuration.catalogue,
        announcements=announcements(configuration),
        clock=clock,
    )


def _letters(configuration: Configuration) -> Letters:
    return Letters(
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        composer=composer(),
    )


def _judge(configuration: Configuration, channel: str) -> Judge:
    answers = configuration.settings.answers
    return Judge(
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        hours=configuration.hours,
        since=configuration.since(channel),
        per_sender_per_day=answers.per_sender_per_day,
        official_letters=answers.official_letters,
    )
