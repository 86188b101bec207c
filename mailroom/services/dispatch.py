"""Sending what is committed, and nothing else. The row is the truth; sending is a retry."""

import asyncio
from datetime import datetime

import structlog

from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Books, Clock, Sender
from mailroom.stages.backoff import next_attempt

log = structlog.get_logger(__name__)

SETBACKS = 3
"""After so many temporary failures in a row the server is left alone until the next round."""


class Dispatcher:
    """Sends the letters of one channel, one at a time, so that a crash leaves at most one in doubt."""

    def __init__(self, channel: str, *, sender: Sender, books: Books, clock: Clock) -> None:
        self._channel = channel
        self._sender = sender
        self._books = books
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
        while setbacks < SETBACKS and (item := await asyncio.to_thread(self._claim)):
            error = await self._deliver(item)
            match error:
                case None:
                    sent, setbacks = sent + 1, 0
                case ChannelSetupError():
                    setbacks = SETBACKS
                case TemporaryChannelError():
                    setbacks += 1
        return sent

    def _claim(self) -> OutboxItem | None:
        with self._books.begin() as uow:
            items = uow.outbox.claim(self._channel, self._clock.now(), 1)
            if items:
                uow.commit()
        return items[0] if items else None

    async def _deliver(self, item: OutboxItem) -> ChannelError | None:
        """Send one letter and note what became of it, whatever it is."""
        failure: ChannelError | None = None
        try:
            reply = await self._sender.send(item)
        except ChannelError as error:
            failure = error
            after = self._after_failure(item, error)
        else:
            after = item.sent(self._clock.now(), reply)
        await asyncio.to_thread(self._save, after)
        log.info("letter.attempted", item=item.id, state=after.state, attempts=item.attempts)
        return failure

    def _after_failure(self, item: OutboxItem, error: ChannelError) -> OutboxItem:
        now = self._clock.now()
        if isinstance(error, PermanentChannelError):
            return item.failed(str(error))
        until = next_attempt(
            item, now, retry_after=error.retry_after if isinstance(error, TemporaryChannelError) else None
        )
        if until is None:
            return item.failed(f"given up after {item.attempts} attempts: {error}")
        return item.deferred(until, str(error), uncertain=isinstance(error, UncertainDeliveryError))

    def _save(self, item: OutboxItem) -> None:
        now: datetime = self._clock.now()
        with self._books.begin() as uow:
            uow.outbox.save(item)
            uow.events.add(f"letter.{item.state}", now, message_id=item.message_id, detail=item.reply)
            uow.commit()

    async def close(self) -> None:
        await self._sender.close()
