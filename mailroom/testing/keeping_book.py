"""Copies, drills, re-readings and the fence of a restore in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from mailroom.domain.agency import buddhist_year
from mailroom.domain.backup import BackupCheck, BackupRun, Drill, Fence, FixityRun, Moved, NumberVoid
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.message import Place
from mailroom.stages.fence import is_series, stated
from mailroom.stages.reckoning import stretches
from mailroom.testing.shelf import Shelf


class MemoryKeepingBook:
    """`ports.KeepingBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def begin_backup(self, run: BackupRun) -> BackupRun:
        begun = replace(run, id=len(self._shelf.backups) + 1)
        self._shelf.backups[begun.id] = begun
        return begun

    def end_backup(self, run: BackupRun) -> None:
        known = self._shelf.backups.get(run.id)
        if known is None:
            raise StorageError(f"there is no backup {run.id} in the books; nothing was changed")
        saved = replace(run, verified_at=known.verified_at, forgotten_at=known.forgotten_at)
        self._shelf.backups[run.id] = saved

    def backups(self, target: str = "", limit: int = 100) -> list[BackupRun]:
        latest = sorted(self._shelf.backups.values(), key=lambda one: one.id, reverse=True)
        return [one for one in latest if target in ("", one.target)][:limit]

    def verified(self, target: str, point: str, at: datetime) -> None:
        for run in self._of(target, [point]):
            self._shelf.backups[run.id] = replace(run, verified_at=at)

    def forgotten(self, target: str, points: Sequence[str], at: datetime) -> None:
        for run in self._of(target, points):
            self._shelf.backups[run.id] = replace(run, forgotten_at=at)

    def _of(self, target: str, points: Sequence[str]) -> list[BackupRun]:
        """A run without a point made no copy, and is not meant by an empty one."""
        runs = self._shelf.backups.values()
        return [run for run in runs if run.target == target and run.point and run.point in points]

    def add_drill(self, drill: Drill) -> None:
        self._shelf.drills.append(replace(drill, id=len(self._shelf.drills) + 1))

    def drills(self, limit: int = 20) -> list[Drill]:
        return self._shelf.drills[::-1][:limit]

    def add_check(self, check: BackupCheck) -> None:
        self._shelf.checks.append(check)

    def checks(self, target: str, limit: int = 100) -> list[BackupCheck]:
        return [one for one in reversed(self._shelf.checks) if one.target == target][:limit]

    def add_fixity(self, run: FixityRun) -> None:
        self._shelf.fixities.append(replace(run, id=len(self._shelf.fixities) + 1))

    def read_at(self) -> dict[str, datetime]:
        return {name: run.at for run in self._shelf.fixities for name in run.segments}

    def fixities(self, limit: int = 20) -> list[FixityRun]:
        return self._shelf.fixities[::-1][:limit]

    def move(self, moves: Sequence[Moved]) -> int:
        there = {(one.segment, one.offset, one.digest): one.place for one in moves}
        changed = 0
        for key, record in self._shelf.messages.items():
            if place := there.get(_named(record.logged.place, record.logged.digest)):
                self._shelf.messages[key] = replace(record, logged=replace(record.logged, place=place))
                changed += 1
        for digest, document in self._shelf.documents.items():
            if place := there.get(_named(document.place, digest)):
                self._shelf.documents[digest] = replace(document, place=place)
                changed += 1
        for number, copy in enumerate(self._shelf.sent):
            if place := there.get((copy.segment, copy.offset, copy.digest)):
                self._shelf.sent[number] = replace(
                    copy, segment=place.segment, offset=place.offset, stored_length=place.length
                )
                changed += 1
        return changed

    def rows_in(self, segment: str) -> int:
        messages = [one.logged.place.segment for one in self._shelf.messages.values()]
        documents = [one.place.segment for one in self._shelf.documents.values()]
        return [*messages, *documents, *(one.segment for one in self._shelf.sent)].count(segment)

    def fence_missing(self) -> bool:
        return bool(self._shelf.fences)

    def require_fence(self, at: datetime, point: str) -> None:  # noqa: ARG002 - a row of the database tells the time
        self._shelf.fences.append(point)

    def last_numbers(self) -> dict[tuple[str, int], int]:
        return {key: last for key, last in sorted(self._shelf.counters.items()) if is_series(key[0])}

    def lift_fence(
        self, fences: Sequence[Fence], by: str, at: datetime, known: Collection[tuple[str, int, int]] = ()
    ) -> None:
        if not self._shelf.fences:
            raise RefusedActionError("fence-none")
        last_numbers = self.last_numbers()
        for (name, year), last in stated(fences, last_numbers, buddhist_year(at)).items():
            self._shelf.counters[name, year] = last
            between = range(last_numbers.get((name, year), 0) + 1, last + 1)
            for first, end in stretches(number for number in between if (name, year, number) not in known):
                self._shelf.voids.append(NumberVoid(name, year, first, end, at, by))
        self._shelf.fences.clear()
        self._shelf.lifted.append(at)

    def voids(self) -> list[NumberVoid]:
        return sorted(self._shelf.voids, key=lambda one: (one.series, one.year, one.first))


def _named(place: Place, digest: str) -> tuple[str, int, str]:
    return place.segment, place.offset, digest
