"""Sending what is committed, and nothing else. The row is the truth; sending is a retry."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from mailroom.domain.decision import Letter
from mailroom.domain.errors import (
    ArchiveDamagedError,
    ChannelError,
    ChannelSetupError,
    PermanentChannelError,
    StorageError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.evidence import SentCopy
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.ports import Archive, Books, Clock, Sender, UnitOfWork
from mailroom.services.evidence.sent_copies import SentCopies
from mailroom.stages.backoff import next_attempt

if TYPE_CHECKING:
    from mailroom.services.chat_fallback import ChatFallback

log = structlog.get_logger(__name__)

PROMPTS_LAST = timedelta(minutes=10)
"""A turn of a dialogue that comes later than this only puzzles."""
SETBACKS = 3
"""After so many temporary failures in a row the server is left alone until the next round."""


def at_once() -> None:
    """Letters wait for nothing."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What became of one letter. Without a copy nothing was handed over."""

    after: OutboxItem
    error: ChannelError | None = None
    copy: SentCopy | None = None
    begun: bool = True
    """False when something before it failed: the letter waits as if nobody had looked at it."""


class Dispatcher:
    """Sends the letters of one channel, one at a time, so that a crash leaves at most one in doubt."""

    def __init__(
        self,
        channel: str,
        *,
        sender: Sender,
        books: Books,
        archive: Archive,
        clock: Clock,
        fallback: "ChatFallback | None" = None,
        before_letter: Callable[[], None] = at_once,
    ) -> None:
        """`fallback` says what becomes of letters that a chat cannot carry; without one they fail.

        `before_letter` is called in a thread when a letter was claimed, which is to say when the number that it tells
        is committed, and before it goes. When it raises TemporaryChannelError or StorageError this letter and all others wait for
        the next round. It costs each letter what it costs: with nothing to do it must do nothing.
        """
        self._before_letter = before_letter
        self._copies = SentCopies(books=books, archive=archive, clock=clock)
        self._fallback = fallback
        self._channel = channel
        self._sender = sender
        self._books = books
        self._archive = archive
        self._clock = clock

    def recover(self) -> int:
        """Before the first round: what a dead process left claimed is due again, with the same bytes."""
        with self._books.begin() as uow:
            items = uow.outbox.reclaim(self._clock.now())
            uow.commit()
        return items

    async def run(self) -> int:
        """One round: every letter that is due, until none is left or the server fails repeatedly. Returns how many went."""
        sent = setbacks = 0
        item = await asyncio.to_thread(self._settle_and_claim, None)
        while item:
            attempt = await self._attempt(item)
            match attempt:
                case _Attempt(error=None):
                    sent, setbacks = sent + 1, 0
                case _Attempt(begun=False) | _Attempt(error=ChannelSetupError()):
                    setbacks = SETBACKS
                case _Attempt(error=TemporaryChannelError()):
                    setbacks += 1
            item = await asyncio.to_thread(self._settle_and_claim, attempt, go_on=setbacks < SETBACKS)
        return sent

    def _settle_and_claim(self, attempt: _Attempt | None, *, go_on: bool = True) -> OutboxItem | None:
        """Note what became of one letter and claim the next, in one commit: one sync for each letter."""
        now = self._clock.now()
        with self._books.begin() as uow:
            if attempt and attempt.begun:
                self._note(uow, attempt.after, now)
            elif attempt:
                uow.outbox.save(attempt.after)
            if attempt and attempt.copy:
                uow.sent.add(attempt.copy)
            claimed = self._claim(uow, now) if go_on else None
            uow.commit()
        return claimed

    def _note(self, uow: UnitOfWork, after: OutboxItem, now: datetime) -> None:
        if after.state is OutboxState.FAILED and self._fallback:
            after = self._fallback.instead(uow, after, now)
        uow.outbox.save(after)
        uow.events.add(f"letter.{after.state}", now, message_id=after.message_id, detail=after.reply)
        log.info("letter.attempted", item=after.id, state=after.state, attempts=after.attempts)

    def _claim(self, uow: UnitOfWork, now: datetime) -> OutboxItem | None:
        """The next letter to try; one that must not be tried is noted as failed, and passed over."""
        while claimed := uow.outbox.claim(self._channel, now, 1):
            item = claimed[0]
            obstacle = self._fallback.obstacle(uow, item) if self._fallback else ""
            if not obstacle:
                return item
            self._note(uow, item.failed(obstacle), now)
        return None

    async def _attempt(self, item: OutboxItem) -> _Attempt:
        """Keep one letter and send it; what became of it, whatever it is."""
        try:
            await asyncio.to_thread(self._before_letter)
        except (TemporaryChannelError, StorageError) as error:
            log.warning("letters.wait", channel=self._channel, error=type(error).__name__)
            return _Attempt(item.unclaimed(), TemporaryChannelError(str(error)), begun=False)
        copy = None
        try:
            enclosed = await asyncio.to_thread(self._enclosed, item) if item.enclosures else []
            raw = await self._sender.compose(item, enclosed)
            copy = await asyncio.to_thread(self._copies.keep, item, raw)
            reply = await self._sender.send(item, raw)
        except ChannelError as error:
            return _Attempt(self._after_failure(item, error), error, copy and replace(copy, reply=str(error)))
        after = item.sent(self._clock.now(), reply)
        return _Attempt(after, copy=replace(copy, reply=reply, accepted=True))

    def _enclosed(self, item: OutboxItem) -> list[bytes]:
        """The documents of a letter, each exactly what was signed, or the letter does not go (G18)."""
        with self._books.look() as uow:
            documents = [(one.digest, uow.documents.get(one.digest)) for one in item.enclosures]
        contents = []
        for digest, document in documents:
            if document is None:
                raise PermanentChannelError(f"document {digest} is not in the books; restore them from a backup")
            try:
                with closing(self._archive.open(document.place, digest)) as source:
                    contents.append(source.read())
            except ArchiveDamagedError as error:
                raise PermanentChannelError(f"document {digest} was not sent: {error}") from error
            except StorageError as error:
                raise TemporaryChannelError(f"document {digest} cannot be read: {error}") from error
        return contents

    def _after_failure(self, item: OutboxItem, error: ChannelError) -> OutboxItem:
        now = self._clock.now()
        if isinstance(error, PermanentChannelError):
            return item.failed(str(error))
        until = next_attempt(
            item, now, retry_after=error.retry_after if isinstance(error, TemporaryChannelError) else None
        )
        if until is None or (item.letter is Letter.PROMPT and until - item.created_at > PROMPTS_LAST):
            return item.failed(f"given up after {item.attempts} attempts: {error}")
        return item.deferred(until, str(error), uncertain=isinstance(error, UncertainDeliveryError))

    async def close(self) -> None:
        await self._sender.close()


async def send_letters(dispatchers: Iterable[Dispatcher]) -> int:
    """One full pass of each, and the end of it; how many letters were sent.

    Only for the one process that works on the data folder: what a dead one left half sent becomes due again.
    """
    sent = 0
    for dispatcher in dispatchers:
        await asyncio.to_thread(dispatcher.recover)
        sent += await dispatcher.run()
        await dispatcher.close()
    return sent
