"""Sending what is committed, and nothing else. The row is the truth; sending is a retry."""

import asyncio
from collections.abc import Iterable
from contextlib import closing
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
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.ports import Archive, Books, Clock, Sender, UnitOfWork
from mailroom.stages.backoff import next_attempt

if TYPE_CHECKING:
    from mailroom.services.chat_fallback import ChatFallback

log = structlog.get_logger(__name__)

PROMPTS_LAST = timedelta(minutes=10)
"""A turn of a dialogue that comes later than this only puzzles."""
SETBACKS = 3
"""After so many temporary failures in a row the server is left alone until the next round."""


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
    ) -> None:
        """`fallback` says what becomes of letters that a chat cannot carry; without one they fail."""
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
            after, error = await self._attempt(item)
            match error:
                case None:
                    sent, setbacks = sent + 1, 0
                case ChannelSetupError():
                    setbacks = SETBACKS
                case TemporaryChannelError():
                    setbacks += 1
            item = await asyncio.to_thread(self._settle_and_claim, after, go_on=setbacks < SETBACKS)
        return sent

    def _settle_and_claim(self, after: OutboxItem | None, *, go_on: bool = True) -> OutboxItem | None:
        """Note what became of one letter and claim the next, in one commit: one sync for each letter."""
        now = self._clock.now()
        with self._books.begin() as uow:
            if after:
                self._note(uow, after, now)
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

    async def _attempt(self, item: OutboxItem) -> tuple[OutboxItem, ChannelError | None]:
        """Send one letter; what became of it, whatever it is, and the error if there was one."""
        try:
            enclosed = await asyncio.to_thread(self._enclosed, item) if item.enclosures else []
            reply = await self._sender.send(item, enclosed)
        except ChannelError as error:
            return self._after_failure(item, error), error
        return item.sent(self._clock.now(), reply), None

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
