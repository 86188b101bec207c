"""One round of an account: take custody, understand, mark. What `mailroom once` does once and the daemon for ever."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

import structlog

from mailroom.domain.errors import ChannelError
from mailroom.ports import Books, Clock
from mailroom.services.custody import Custody, Progress, Taken, Watch, no_progress
from mailroom.services.marking import mark_taken
from mailroom.services.processing import Processing

log = structlog.get_logger(__name__)

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did. An empty `error` means that the channel answered throughout."""

    channel: str
    account: str
    taken: Taken = field(default_factory=Taken)
    processed: int = 0
    marked: int = 0
    error: str = ""


def _at_once() -> None:
    """For numbers that nobody else could give."""


class _Beside:
    """Processing of what entered before everything that is still to come, while custody takes the rest."""

    def __init__(self, processing: Processing) -> None:
        self._processing = processing
        self._executor = ThreadPoolExecutor(1, "processing-beside")
        self._work: Future[int] | None = None
        self._before: datetime | None = None
        self.processed = 0

    def go_on(self, before: datetime) -> None:
        """The order of entry is settled up to this instant. After a failure nothing more is begun.

        Custody that is far ahead waits a little: what was just taken is then read without a way through the archive.
        """
        self._before = before
        if self._work is None or (self._work.done() and self._gather()):
            self._work = self._executor.submit(self._processing.run, before=lambda: self._before)
        self._processing.fresh.await_room(self._work.done)

    def _gather(self) -> bool:
        """Count what the work that has ended did; False when it failed."""
        if self._work is None or self._work.exception():
            return False
        self.processed += self._work.result()
        self._work = None
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: object) -> None:
        """Wait for the work; what it raised is raised. When custody itself is broken off, only for the batch in hand."""
        if kind is not None:
            self._before = LONG_AGO
        self._executor.shutdown()
        if self._work is not None and not self._gather() and kind is None:
            self._work.result()


class Rounds:
    """A server that fails delays its own account only: what is in custody is processed all the same."""

    def __init__(
        self,
        *,
        custody: Custody,
        processing: Processing,
        books: Books,
        clock: Clock,
        before_numbers: Callable[[], None] = _at_once,
    ) -> None:
        """`before_numbers` is called at the beginning of each round; what it finds may keep numbers from being given."""
        self._before_numbers = before_numbers
        self._custody = custody
        self._processing = processing
        self._books = books
        self._clock = clock

    def receive(self, watch: Watch, progress: Progress = no_progress) -> Round:
        """Raises StorageError; trouble of the channel is logged and told in the result."""
        self._before_numbers()
        inbox = watch.inbox
        outcome = Round(inbox.channel, inbox.account)
        with _Beside(self._processing) as beside:
            try:
                taken = self._custody.look(watch, progress, beside.go_on, self._processing.fresh.hold)
                outcome = replace(outcome, taken=taken)
            except ChannelError as error:
                outcome = self._failed(outcome, error)
        rest = self._processing.run(progress, outcome.taken.messages - beside.processed)
        outcome = replace(outcome, processed=beside.processed + rest)
        if not outcome.error:
            try:
                outcome = replace(outcome, marked=mark_taken(inbox, self._books, self._clock))
            except ChannelError as error:
                outcome = self._failed(outcome, error)
        return outcome if outcome.error else replace(outcome, error=outcome.taken.trouble)

    @staticmethod
    def _failed(outcome: Round, error: ChannelError) -> Round:
        log.warning("round.failed", channel=outcome.channel, error=type(error).__name__)
        return replace(outcome, error=str(error))
