"""One round of an account: take custody, understand, mark. What `mailroom once` does once and the daemon for ever."""

from dataclasses import dataclass, field, replace

import structlog

from mailroom.domain.errors import ChannelError
from mailroom.ports import Books, Clock
from mailroom.services.custody import Custody, Progress, Taken, Watch, no_progress
from mailroom.services.marking import mark_taken
from mailroom.services.processing import Processing

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did. An empty `error` means that the channel answered throughout."""

    channel: str
    account: str
    taken: Taken = field(default_factory=Taken)
    processed: int = 0
    marked: int = 0
    error: str = ""


class Rounds:
    """A server that fails delays its own account only: what is in custody is processed all the same."""

    def __init__(self, *, custody: Custody, processing: Processing, books: Books, clock: Clock) -> None:
        self._custody = custody
        self._processing = processing
        self._books = books
        self._clock = clock

    def receive(self, watch: Watch, progress: Progress = no_progress) -> Round:
        """Raises StorageError; trouble of the channel is logged and told in the result."""
        inbox = watch.inbox
        outcome = Round(inbox.channel, inbox.account)
        try:
            outcome = replace(outcome, taken=self._custody.look(watch, progress))
        except ChannelError as error:
            outcome = self._failed(outcome, error)
        outcome = replace(outcome, processed=self._processing.run(progress, outcome.taken.messages))
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
