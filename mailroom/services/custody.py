"""Taking messages into custody: bytes are durable in the archive and in the log before anyone reads them."""

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailroom.domain.errors import ChannelError
from mailroom.domain.message import Envelope
from mailroom.ports import Archive, Books, Clock, Content, Inbox

log = structlog.get_logger(__name__)

Progress = Callable[[int, int], None]
"""Called with the number of messages done and the number in all."""

Batch = Sequence[tuple[Envelope, Content]]


Settled = Callable[[datetime], None]
"""Called with the instant before which everything that entered is in custody."""


Held = Callable[[str, Content], None]
"""Called with the digest and the content of a message that is in custody."""


def no_progress(_done: int, _total: int) -> None:
    """For work that nobody watches."""


def _nothing_follows(_before: datetime) -> None:
    """For custody that nothing is begun beside."""


def _nobody_reads(_digest: str, _content: Content) -> None:
    """For custody of what is read another day."""


@dataclass(frozen=True, slots=True)
class Watch:
    """An account that is watched, and from when on its mail is processed and answered."""

    inbox: Inbox
    since: datetime | None = None
    """Consent to begin on a mailbox that already holds mail. Aware, UTC."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one look at an account brought."""

    messages: int = 0
    awaiting_consent: int = 0
    """Messages that were only counted: the first look at a mailbox in use takes nothing without `since`."""
    trouble: str = ""
    """What was wrong although the look went on, for example a folder that is missing."""


class _Missing:
    """What a look found and has not brought yet."""

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self._waiting = sorted(envelopes, key=lambda one: one.entered_system_at, reverse=True)
        self._brought: set[str] = set()

    def after(self, batch: Batch) -> datetime | None:
        """When the earliest of the rest entered, once this batch is there; None when nothing is missing."""
        self._brought.update(envelope.external_id for envelope, _ in batch)
        while self._waiting and self._waiting[-1].external_id in self._brought:
            self._brought.remove(self._waiting.pop().external_id)
        return self._waiting[-1].entered_system_at if self._waiting else None


class Custody:
    """Repeating any of this is safe: the archive knows digests, the log knows external ids."""

    def __init__(
        self, *, archive: Archive, books: Books, clock: Clock, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """`stopping` is asked between batches, so that a clean stop need not wait for a whole mailbox."""
        self._archive = archive
        self._books = books
        self._clock = clock
        self._stopping = stopping

    def look(
        self,
        watch: Watch,
        progress: Progress = no_progress,
        settled: Settled = _nothing_follows,
        held: Held = _nobody_reads,
    ) -> Taken:
        """Take everything that is new in an account. Raises ChannelError and StorageError; what was kept stays kept."""
        inbox = watch.inbox
        try:
            taken = self._take(watch, progress, settled, held)
        except ChannelError as error:
            self._note_poll(inbox, str(error))
            raise
        self._note_poll(inbox, inbox.trouble)
        return replace(taken, trouble=inbox.trouble)

    def _take(self, watch: Watch, progress: Progress, settled: Settled, held: Held) -> Taken:
        inbox = watch.inbox
        envelopes = inbox.survey(lambda ids: self._known(inbox, ids))
        if not self._consented(watch, bool(envelopes)):
            return Taken(awaiting_consent=len(envelopes))
        done, missing = 0, _Missing(envelopes)
        with closing(self._fetched_ahead(inbox.fetch(envelopes))) as batches:
            for batch in batches:
                self.keep(batch, held)
                done += len(batch)
                progress(done, len(envelopes))
                if before := missing.after(batch):
                    settled(before)
        if done:
            log.info("messages.taken", channel=inbox.channel, count=done)
        return Taken(messages=done)

    def _fetched_ahead(self, batches: Iterator[Batch]) -> Generator[Batch, None, None]:
        """The batches, each fetched while the one before it is kept; one that is a stream must be kept first."""
        with ThreadPoolExecutor(1, "fetching-ahead") as fetching:
            batch = next(batches, None)
            while batch is not None:
                following = fetching.submit(next, batches, None) if self._may_fetch_beside(batch) else None
                yield batch
                if self._stopping():
                    return
                batch = following.result() if following else next(batches, None)

    def _may_fetch_beside(self, batch: Batch) -> bool:
        return not self._stopping() and all(isinstance(content, bytes) for _, content in batch)

    def keep(self, batch: Batch, held: Held = _nobody_reads) -> None:
        """Archive a batch, then log it. Raises StorageError."""
        if not batch:
            return
        kept = self._archive.keep([content for _, content in batch])
        arrivals = [(envelope, one) for (envelope, _), one in zip(batch, kept, strict=True)]
        with self._books.begin() as uow:
            uow.messages.log(arrivals, self._clock.now())
            uow.commit()
        for (_, content), one in zip(batch, kept, strict=True):
            held(one.digest, content)

    def _known(self, inbox: Inbox, external_ids: Collection[str]) -> set[str]:
        with self._books.look() as uow:
            return uow.messages.known(inbox.channel, inbox.account, external_ids)

    def _consented(self, watch: Watch, has_mail: bool) -> bool:
        """No mass acknowledgements by accident: an old mailbox is begun only by a configured `since`."""
        inbox = watch.inbox
        with self._books.look() as uow:
            if uow.accounts.started(inbox.channel, inbox.account):
                return True
        if has_mail and watch.since is None:
            return False
        with self._books.begin() as uow:
            uow.accounts.start(inbox.channel, inbox.account, self._clock.now())
            uow.commit()
        return True

    def _note_poll(self, inbox: Inbox, error: str) -> None:
        with self._books.begin() as uow:
            uow.accounts.polled(inbox.channel, inbox.account, self._clock.now(), error)
            uow.commit()
