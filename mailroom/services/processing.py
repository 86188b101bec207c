"""Understanding what is in custody, and acting on it in one transaction. Nothing is sent from here.

Processing reads what the archive holds, never the wire, so that any message can be replayed after a fix.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby

import structlog

from mailroom.domain.errors import ArchiveDamagedError, FenceMissingError, MailroomError
from mailroom.domain.message import Address, LoggedMessage, Message
from mailroom.domain.record import Reading
from mailroom.ports import Archive, Books, Clock, Reader, UnitOfWork
from mailroom.services.acting import Actor
from mailroom.services.announcements import Announcements
from mailroom.services.custody import Progress, no_progress
from mailroom.services.fresh import FreshMail
from mailroom.stages.judge import Judge

log = structlog.get_logger(__name__)

BATCH_COUNT = 200
BATCH_BYTES = 16 << 20
MAX_ATTEMPTS = 3
"""What cannot be processed in so many attempts is registered unread and held for a clerk; never dropped."""


Before = Callable[[], datetime | None]
"""Tells up to which instant, not included, the order of entry is settled; None when it is altogether."""


Recognise = Callable[[UnitOfWork, Sequence[LoggedMessage]], None]
"""Sees messages before they are decided: some may have had a number before a restore."""


def _all_are_new(_uow: UnitOfWork, _batch: Sequence[LoggedMessage]) -> None:
    """For books that were never restored."""


def _no_bound() -> None:
    """For mail of which all is in custody."""


@dataclass(frozen=True, slots=True)
class Work:
    """A batch whose attempts are counted, and its messages, which a thread of their own reads."""

    batch: list[LoggedMessage]
    readings: Future[list[Reading]]

    @property
    def is_repeated(self) -> bool:
        """It was begun before, by a process that died of it or beside it."""
        return bool(self.batch[0].attempts)


class Processing:
    """One batch is decided at a time, however many threads ask, while the next is being read."""

    def __init__(
        self,
        *,
        archive: Archive,
        readers: Mapping[str, Reader],
        books: Books,
        judges: Mapping[str, Judge],
        actor: Actor,
        clock: Clock,
        announcements: Announcements | None = None,
        recognise: Recognise = _all_are_new,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Readers and judges by channel; `stopping` is asked between batches.

        `recognise` sees each batch before it is decided, in a unit of work that is committed.
        """
        self._recognise = recognise
        self._archive = archive
        self._readers = readers
        self._books = books
        self._judges = judges
        self._stopping = stopping
        self._actor = actor
        self._announcements = announcements or Announcements()
        self._clock = clock
        self._alone = threading.Lock()
        self.fresh = FreshMail()
        """Custody may leave here what it has kept; without it, all is read from the archive."""

    def run(self, progress: Progress = no_progress, total: int = 0, before: Before = _no_bound) -> int:
        """Process everything that is in custody and undecided, in order of entry. Returns how many.

        `before` is asked for each batch: what entered at that instant or later is left alone.
        """
        done = 0
        with self._alone, ThreadPoolExecutor(1, "reading-ahead") as reading:
            begin = partial(self._begin, reading, before)
            work = begin()
            while work:
                ahead = begin(beside=work)
                self._finish(work)
                done += len(work.batch)
                progress(done, max(total, done))
                work = ahead or begin()
        return done

    def _begin(self, reading: Executor, before: Before, beside: Work | None = None) -> Work | None:
        """Count an attempt at the next messages and have them read; None when there are none, or work is to stop."""
        if self._stopping() or not (batch := self._next_batch(before(), beside)):
            return None
        with self._books.begin() as uow:
            uow.messages.attempt([one.id for one in batch])
            self._recognise(uow, batch)
            uow.commit()
        return Work(batch, reading.submit(self._read, batch))

    def _next_batch(self, before: datetime | None, beside: Work | None) -> list[LoggedMessage]:
        """After a crash the culprit is unknown: each goes alone, so that only the culprit collects attempts.

        Raises FenceMissingError: no message is to blame, and none collects an attempt, while no number can be given.
        """
        without = [one.id for one in beside.batch] if beside else []
        if beside and beside.is_repeated:
            return []
        with self._books.look() as uow:
            batch = uow.messages.pending(count=BATCH_COUNT, size=BATCH_BYTES, without=without, before=before)
            if batch and uow.keeping.fence_missing():
                raise FenceMissingError(
                    "these books were restored from a backup, or another host numbers for the same mailbox, and messages "
                    "wait for their numbers; see: mailroom fence show"
                )
        if batch and batch[0].attempts:
            return [] if beside else batch[:1]
        return [one for one in batch if not one.attempts]

    def _finish(self, work: Work) -> None:
        try:
            self._decide(work.batch, work.readings.result())
        except Exception as error:  # the job loop: one bad message must not stop the mail behind it
            self._give_way(error)
            log.warning("processing.failed", messages=[one.id for one in work.batch], error=type(error).__name__)
            for one in work.batch:
                self._process_alone(one)

    def _process_alone(self, one: LoggedMessage) -> None:
        """The last resort for a message on which our own code fails: registered unread, held, shown."""
        try:
            self._decide([one], self._read([one]))
        except Exception as error:  # as above
            self._give_way(error)
            log.exception("message.unprocessable", message=one.id, error=type(error).__name__)
            self._decide([one], [unread(f"processing failed: {type(error).__name__}")])

    @staticmethod
    def _give_way(error: Exception) -> None:
        """Trouble of the disk or the database concerns every message: it is raised, and nothing is decided."""
        if isinstance(error, MailroomError) and not isinstance(error, ArchiveDamagedError):
            raise error

    def _read(self, batch: Sequence[LoggedMessage]) -> list[Reading]:
        hopeless = [one for one in batch if one.attempts >= MAX_ATTEMPTS]
        if hopeless:
            return [unread("processing stopped three times") for _ in batch]
        readings: list[Reading] = []
        for channel, group in groupby(batch, key=lambda one: one.envelope.channel):
            with ExitStack() as stack:
                sources = [stack.enter_context(self.fresh.open(one, self._archive)) for one in group]
                readings.extend(self._readers[channel].read_many(sources))
        return readings

    def _decide(self, batch: Sequence[LoggedMessage], readings: Sequence[Reading]) -> None:
        now = self._clock.now()
        pairs = [(logged, reading.message) for logged, reading in zip(batch, readings, strict=True)]
        with self._books.begin() as uow:
            announced = self._announcements.known(uow)
            histories = uow.messages.histories(pairs, now)
            for logged, reading, history in zip(batch, readings, histories, strict=True):
                announcement = announced.at(logged.envelope.entered_system_at)
                judge = self._judges[logged.envelope.channel]
                verdict = judge.judge(logged, reading.message, history, now, announcement, reading.classification)
                self._actor.carry_out(verdict, uow)
            uow.commit()
        log.info("messages.decided", count=len(pairs))


def unread(reason: str) -> Reading:
    """Stands for a message that could not be read; its raw bytes are in the archive."""
    return Reading(Message(sender=Address("", ""), subject="", text="", defects=(f"unreadable: {reason}",)))
