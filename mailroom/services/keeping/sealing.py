"""An archive that gets a keyring later: what lies there in the open is sealed, a segment at a time."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import structlog

from mailroom.domain.backup import Difference, Sealing
from mailroom.domain.errors import StorageError
from mailroom.ports import Books, BytesDone, Clock, OpenSegments, OpenSpool
from mailroom.services.keeping.targets import Lock, Watch

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Done:
    segments: list[str] = field(default_factory=list)
    records: int = 0
    left: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealService:
    """While it works the program stands still: whoever keeps something in an open segment would lose it with that.

    Safe to kill and to repeat.
    """

    books: Books
    archive: OpenSegments
    spools: Sequence[OpenSpool]
    locks: Sequence[Lock]
    """Of the data folder, and of the work on copies: a copy whose database names old segments must find them."""
    clock: Clock

    def run(self, watch: Watch) -> Sealing:
        """Raises AlreadyRunningError, ConfigurationError. What could not be sealed is named, and stays as it is."""
        with ExitStack() as stack:
            for lock in self.locks:
                stack.enter_context(lock())
            done = _Done()
            for name in self.archive.names():
                self._attempt(name, watch, done, self._archive_segment)
            for spool in self.spools:
                for name in spool.names():
                    self._attempt(name, watch, done, partial(self._spool_segment, spool), _name(spool))
            for name in self.archive.leftovers():
                text = "it lies there in the open; move it to a safe place once it is of no use any more"
                done.left.append(Difference(name, text))
        sealing = Sealing(segments=tuple(done.segments), records=done.records, left=tuple(done.left))
        log.info("archive.sealed", segments=len(sealing.segments), records=sealing.records, left=len(sealing.left))
        return sealing

    def _attempt(
        self, name: str, watch: Watch, done: _Done, seal: Callable[[str, BytesDone], int], of: str = ""
    ) -> None:
        """`of` names the spool; the archive has no name."""
        subject = f"{of} {name}".lstrip()
        try:
            with watch(subject) as report:
                done.records += seal(name, report)
        except (StorageError, OSError) as error:
            done.left.append(Difference(subject, str(error)))
        else:
            done.segments.append(subject)

    def _archive_segment(self, name: str, done: BytesDone) -> int:
        moved = 0
        for moves in self.archive.copy(name, done):
            with self.books.begin() as uow:
                moved += uow.keeping.move(moves)
                uow.commit()
        with self.books.begin() as uow:
            if rows := uow.keeping.rows_in(name):
                raise StorageError(f"{rows} rows of the books still name it; run mailroom verify, then seal again")
            uow.events.add("segment.sealed", self.clock.now(), detail=name)
            uow.commit()
        self.archive.remove(name)
        return moved

    def _spool_segment(self, spool: OpenSpool, name: str, done: BytesDone) -> int:
        """A reader whose place was not changed in time begins the segment anew; what it knows it passes over."""
        with self.books.look() as uow:
            place = uow.chats(spool.channel, spool.account).cursor()
        now = spool.seal(name, place, done)
        if now != place:
            with self.books.begin() as uow:
                uow.chats(spool.channel, spool.account).advance(now)
                uow.commit()
        return 0


def _name(spool: OpenSpool) -> str:
    return f"spool of {spool.channel} {spool.account},"
