"""Understanding what is in custody, and acting on it in one transaction. Nothing is sent from here.

Processing reads the archive, never the wire, so that any message can be replayed after a fix.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby

import structlog

from mailroom.domain.errors import ArchiveDamagedError, MailroomError
from mailroom.domain.message import Address, LoggedMessage, Message
from mailroom.ports import Archive, Books, Clock, Reader
from mailroom.services.acting import Actor
from mailroom.services.custody import Progress, no_progress
from mailroom.stages.judge import Judge

log = structlog.get_logger(__name__)

BATCH_COUNT = 100
BATCH_BYTES = 8 << 20
MAX_ATTEMPTS = 3
"""What cannot be processed in so many attempts is registered unread and held for a clerk; never dropped."""


class Processing:
    """One batch at a time, however many threads ask."""

    def __init__(
        self,
        *,
        archive: Archive,
        readers: Mapping[str, Reader],
        books: Books,
        judges: Mapping[str, Judge],
        actor: Actor,
        clock: Clock,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Readers and judges by channel; `stopping` is asked between batches."""
        self._archive = archive
        self._readers = readers
        self._books = books
        self._judges = judges
        self._stopping = stopping
        self._actor = actor
        self._clock = clock
        self._alone = threading.Lock()

    def run(self, progress: Progress = no_progress, total: int = 0) -> int:
        """Process everything that is in custody and undecided, in order of entry. Returns how many."""
        done = 0
        with self._alone:
            while not self._stopping() and (batch := self._next_batch()):
                self._process(batch)
                done += len(batch)
                progress(done, max(total, done))
        return done

    def _next_batch(self) -> list[LoggedMessage]:
        with self._books.look() as uow:
            batch = uow.messages.pending(count=BATCH_COUNT, size=BATCH_BYTES)
        # After a crash the culprit is unknown: each goes alone, so that only the culprit collects attempts.
        return batch[:1] if batch and batch[0].attempts else [one for one in batch if not one.attempts]

    def _process(self, batch: list[LoggedMessage]) -> None:
        with self._books.begin() as uow:
            uow.messages.attempt([one.id for one in batch])
            uow.commit()
        try:
            self._decide(batch, self._read(batch))
        except Exception as error:  # the job loop: one bad message must not stop the mail behind it
            self._give_way(error)
            log.warning("processing.failed", messages=[one.id for one in batch], error=type(error).__name__)
            for one in batch:
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

    def _read(self, batch: Sequence[LoggedMessage]) -> list[Message]:
        hopeless = [one for one in batch if one.attempts >= MAX_ATTEMPTS]
        if hopeless:
            return [unread("processing stopped three times") for _ in batch]
        messages: list[Message] = []
        for channel, group in groupby(batch, key=lambda one: one.envelope.channel):
            with ExitStack() as stack:
                sources = [stack.enter_context(self._archive.open(one.place, one.digest)) for one in group]
                messages.extend(self._readers[channel].read_many(sources))
        return messages

    def _decide(self, batch: Sequence[LoggedMessage], messages: Sequence[Message]) -> None:
        now = self._clock.now()
        pairs = list(zip(batch, messages, strict=True))
        with self._books.begin() as uow:
            for (logged, message), history in zip(pairs, uow.messages.histories(pairs, now), strict=True):
                verdict = self._judges[logged.envelope.channel].judge(logged, message, history, now)
                self._actor.carry_out(verdict, uow)
            uow.commit()
        log.info("messages.decided", count=len(pairs))


def unread(reason: str) -> Message:
    """Stands for a message that could not be read; its raw bytes are in the archive."""
    return Message(sender=Address("", ""), subject="", text="", defects=(f"unreadable: {reason}",))
