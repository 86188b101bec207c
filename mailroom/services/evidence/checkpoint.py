"""The daily checkpoint: the state of the chain at the end of a day, signed, and sent to whoever witnesses it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from mailroom.domain.agency import BANGKOK
from mailroom.domain.evidence import Checkpoint
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Books, Clock
from mailroom.ports.evidence import EvidenceKey
from mailroom.stages.checkpoint import checkpoint_text
from mailroom.stages.merkle import root

log = structlog.get_logger(__name__)

AFTER_MIDNIGHT = timedelta(minutes=10)
"""Thai time at which a day is closed: clocks that run a little behind are past it too."""

Witnesses = Callable[[Checkpoint], list[OutboxItem]]
"""The letters that tell witnesses of a checkpoint."""


def closed_day(now: datetime) -> date:
    """The latest Thai day that is to be closed at this instant."""
    return (now.astimezone(BANGKOK) - AFTER_MIDNIGHT).date() - timedelta(days=1)


class Checkpoints:
    """Closes the days of one agency. A day without the program running gets none: the next one covers it."""

    def __init__(
        self, *, books: Books, clock: Clock, key: EvidenceKey, origin: str, witnesses: Witnesses = lambda _: []
    ) -> None:
        """`origin` is the key of the agency."""
        self._books = books
        self._clock = clock
        self._key = key
        self._origin = origin
        self._witnesses = witnesses

    def close_day(self) -> Checkpoint | None:
        """The checkpoint of the day before, when it is due and there is something to prove. Raises StorageError.

        Safe to repeat: a day has one checkpoint.
        """
        now = self._clock.now()
        day = closed_day(now)
        if not self._is_due(day):
            return None
        with self._books.begin() as uow:
            uow.chain.seal_rows(now)
            uow.commit()
        made = self._made(day, now)
        with self._books.begin() as uow:
            uow.chain.add_checkpoint(made)
            for letter in self._witnesses(made):
                uow.outbox.put(letter)
            uow.events.add("checkpoint.made", now, detail=f"{made.day} {made.size} {made.root.hex()}")
            uow.commit()
        log.info("checkpoint.made", day=str(made.day), size=made.size)
        return made

    def _is_due(self, day: date) -> bool:
        with self._books.look() as uow:
            latest = uow.chain.checkpoint()
            return uow.chain.head().seq > 0 and (latest is None or latest.day < day)

    def _made(self, day: date, now: datetime) -> Checkpoint:
        with self._books.look() as uow:
            head = uow.chain.head()
            top = root(link.leaf for link in uow.chain.links(until=head.seq))
        text = checkpoint_text(origin=self._origin, day=day, made=now, head=head, root=top)
        return Checkpoint(
            day=day,
            at=now.replace(microsecond=0),
            size=head.seq,
            root=top,
            head=head.value,
            text=text,
            signature=self._key.sign(text.encode()),
            key=self._key.public,
        )
