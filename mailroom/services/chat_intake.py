"""From the spool into the books: every delivery once, in order, whatever was interrupted before."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice

import structlog

from mailroom.domain.chat import ChatEvent, ChatEventKind, Spooled
from mailroom.ports import Books
from mailroom.ports.chat import ChatPlatform, Spool

log = structlog.get_logger(__name__)

BATCH = 50
"""Deliveries of one transaction; the platform puts a hundred events into one at most."""
RAW_LIMIT = 100_000


class ChatIntake:
    """Deliveries of one account. Repeating it after a crash adds nothing twice."""

    def __init__(self, *, books: Books, platform: ChatPlatform, spool: Spool, stopping: Callable[[], bool]) -> None:
        self._books = books
        self._platform = platform
        self._spool = spool
        self._stopping = stopping

    def run(self) -> int:
        """Take in what was spooled since; the number of events that are new. Raises StorageError."""
        channel, account, new = self._platform.channel, self._platform.account, 0
        with self._books.look() as uow:
            place = uow.chats(channel, account).cursor()
        deliveries = iter(self._spool.after(place))
        while not self._stopping() and (batch := list(islice(deliveries, BATCH))):
            with self._books.begin() as uow:
                chats = uow.chats(channel, account)
                for spooled in batch:
                    new += len(chats.add(self._decoded(spooled)))
                chats.advance(batch[-1].place)
                uow.commit()
        if new:
            log.info("chat.taken-in", account=account, events=new)
        return new

    def _decoded(self, spooled: Spooled) -> list[ChatEvent]:
        """Its events; a fault of our own makes the delivery one broken event, and the next ones come in."""
        try:
            return self._platform.decode(spooled)
        except Exception as error:  # the job loop: a clerk sees it, nothing is lost
            log.exception("chat.not-decoded", delivery=spooled.digest, error=type(error).__name__)
            return [_broken(spooled, spooled.received_at)]


def _broken(spooled: Spooled, at: datetime) -> ChatEvent:
    return ChatEvent(
        id=f"{spooled.digest}-0",
        kind=ChatEventKind.MALFORMED,
        occurred_at=at,
        received_at=at,
        raw=spooled.body.decode("utf-8", "replace")[:RAW_LIMIT],
        delivery=spooled.digest,
        defect="event-malformed: decoder",
    )
