"""Fixity: the archive is read again in rotation, and what is damaged is put right from a second copy, never removed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO

import structlog

from mailroom.domain.backup import Difference, FixityRun
from mailroom.domain.errors import MailroomError
from mailroom.ports import Books, Clock, Segments
from mailroom.services.keeping.restore import ARCHIVE, restore_scratch
from mailroom.services.keeping.targets import Lock, Target, Watch

log = structlog.get_logger(__name__)

NIGHTS = 7
"""Each segment is read once in so many nights."""
AT_LATEST = timedelta(days=NIGHTS - 1, hours=-1)
"""What was read longer ago would be overdue by the next night; an hour is left for runs of unequal length."""
POINTS_TRIED = 10
"""Of each target so many copies, newest first, are tried as a second copy."""
RUNS_LOOKED_AT = 60


def part_for(names: Sequence[str], read_at: Mapping[str, datetime], now: datetime) -> list[str]:
    """Which segments are read this night: a seventh of them, longest unread first, and all that would be overdue."""
    waiting = sorted(names, key=lambda name: (name in read_at, read_at.get(name, now), name))
    share = -(-len(names) // NIGHTS)
    overdue = [name for name in waiting[share:] if name in read_at and now - read_at[name] > AT_LATEST]
    return waiting[:share] + overdue


def still_damaged(runs: Sequence[FixityRun]) -> dict[str, Difference]:
    """By segment what was found when it was last read; `runs` are latest first."""
    seen: set[str] = set()
    damaged: dict[str, Difference] = {}
    for run in runs:
        for difference in run.damaged:
            if difference.subject not in seen:
                damaged.setdefault(difference.subject, difference)
        seen |= set(run.segments)
    return damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityService:
    """Reads segments from end to end and heals them."""

    books: Books
    segments: Segments
    targets: Sequence[Target]
    """Places of second copies; plain ones are asked first."""
    scratch: Path
    installation: str
    lock: Lock
    clock: Clock

    def run(self, watch: Watch, *, everything: bool = False) -> FixityRun:
        """This night's part, or everything; in the books with what was found. Raises AlreadyRunningError."""
        with self.lock():
            at, begun = self.clock.now(), time.monotonic()
            records = size = 0
            healed: list[str] = []
            damaged: list[Difference] = []
            part = self._part(at, everything=everything)
            for name in part:
                found_records, found_size, differences = self._read(name, watch)
                records, size = records + found_records, size + found_size
                if differences and self._healed(name, watch):
                    healed.append(name)
                elif differences:
                    damaged.append(Difference(name, "; ".join(one.text for one in differences)))
            run = FixityRun(
                at=at,
                seconds=time.monotonic() - begun,
                segments=tuple(part),
                records=records,
                bytes=size,
                healed=tuple(healed),
                damaged=tuple(damaged),
            )
            self._note(run)
            return run

    def _part(self, now: datetime, *, everything: bool) -> list[str]:
        """What was damaged is looked at again each night: somebody may have put it right, or a new copy may heal it."""
        names = self.segments.names()
        if everything:
            return names
        with self.books.look() as uow:
            read_at, runs = uow.keeping.read_at(), uow.keeping.fixities(RUNS_LOOKED_AT)
        part = part_for(names, read_at, now)
        return part + [name for name in still_damaged(runs) if name not in part]

    def _read(self, name: str, watch: Watch) -> tuple[int, int, list[Difference]]:
        with watch(name) as done:
            return self.segments.read_through(name, done)

    def _healed(self, name: str, watch: Watch) -> bool:
        """From the first copy that is whole and holds every record of the books; the damaged file stays beside it.

        Where the key of the segment is lost, that small file is put back first.
        """
        key = self.segments.broken_key(name)
        if key and self._restored(key, partial(self.segments.replace_key, name)) and not self._read(name, watch)[2]:
            return True
        return self._restored(f"segments/{name}", partial(self.segments.replace, name))

    def _restored(self, path: str, put: Callable[[BinaryIO], None]) -> bool:
        """Whether a copy of this file of the archive was fit to be put back."""
        try:
            return any(
                self._restored_from(target, f"{ARCHIVE}/{path}", put)
                for target in sorted(self.targets, key=lambda one: not one.plain)
            )
        finally:
            rmtree(self.scratch, ignore_errors=True)

    def _restored_from(self, target: Target, path: str, put: Callable[[BinaryIO], None]) -> bool:
        try:
            store = target.open()
            points = [one for one in store.points() if one.installation in ("", self.installation)]
        except MailroomError as error:
            log.warning("fixity.no-second-copy", target=target.name, error=type(error).__name__)
            return False
        for point in sorted(points, key=lambda one: one.at, reverse=True)[:POINTS_TRIED]:
            try:
                restore_scratch(store, point.id, self.scratch, _unwatched, [path])
                with (self.scratch / path).open("rb") as whole:
                    put(whole)
            except (MailroomError, OSError) as error:
                log.warning("fixity.copy-unfit", target=target.name, point=point.id, error=type(error).__name__)
            else:
                return True
        return False

    def _note(self, run: FixityRun) -> None:
        with self.books.begin() as uow:
            uow.keeping.add_fixity(run)
            for name in run.healed:
                uow.events.add("segment.healed", run.at, detail=name)
            for one in run.damaged:
                uow.events.add("segment.damaged", run.at, detail=one.subject)
            uow.commit()
        tell = log.warning if run.damaged else log.info
        tell("fixity.done", segments=len(run.segments), healed=len(run.healed), damaged=len(run.damaged))


def _unwatched(done: int, total: int) -> None:
    """A segment is small; nobody waits for it with a bar."""
