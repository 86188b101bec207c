"""What was copied, tried and re-read, and the fence that a restore leaves."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.agency import buddhist_year
from mailroom.domain.backup import (
    LOST_IN_RESTORE,
    BackupCheck,
    BackupRun,
    Difference,
    Drill,
    Fence,
    FixityRun,
    Moved,
    NumberVoid,
)
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.stages.fence import is_series, stated
from mailroom.stages.reckoning import stretches
from storage.books import places
from storage.books.numbers import NumberSeries, fence_missing
from storage.tables import (
    BACKUP_CHECK,
    BACKUP_RUN,
    DRILL,
    FIXITY_RUN,
    NUMBER_FENCE,
    NUMBER_VOID,
    REGISTER_COUNTER,
    SEGMENT_READING,
)
from storage.transaction import Transaction, chunks

BEGIN = sa.insert(BACKUP_RUN).returning(BACKUP_RUN.c.id)
SAVED = ("target", "started_at", "ended_at", "point", "bytes_read", "bytes_added", "messages", "error")
"""Columns of a run that have its own names and types."""


class SqlKeepingBook:
    """`ports.KeepingBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency
        self._runs = BACKUP_RUN.c.agency == transaction.agency

    def begin_backup(self, run: BackupRun) -> BackupRun:
        row = _run_columns(run) | {"verified_at": run.verified_at, "forgotten_at": run.forgotten_at}
        found = self._transaction.run(BEGIN, row | {"agency": self._agency}).scalar_one()
        return replace(run, id=found)

    def end_backup(self, run: BackupRun) -> None:
        change = sa.update(BACKUP_RUN).where(self._runs, BACKUP_RUN.c.id == run.id)
        if self._transaction.run(change, _run_columns(run)).rowcount != 1:
            raise StorageError(f"there is no backup {run.id} in the books; nothing was changed")

    def backups(self, target: str = "", limit: int = 100) -> list[BackupRun]:
        query = sa.select(BACKUP_RUN).where(self._runs).order_by(BACKUP_RUN.c.id.desc()).limit(limit)
        if target:
            query = query.where(BACKUP_RUN.c.target == target)
        return [_run(row) for row in self._transaction.all(query)]

    def verified(self, target: str, point: str, at: datetime) -> None:
        self._mark(target, [point], verified_at=at)

    def forgotten(self, target: str, points: Sequence[str], at: datetime) -> None:
        self._mark(target, points, forgotten_at=at)

    def _mark(self, target: str, points: Sequence[str], **columns: datetime) -> None:
        """A run without a point made no copy, and is not meant by an empty one."""
        for some in chunks(point for point in points if point):
            change = sa.update(BACKUP_RUN).where(
                self._runs, BACKUP_RUN.c.target == target, BACKUP_RUN.c.point.in_(some)
            )
            self._transaction.run(change.values(**columns))

    def add_drill(self, drill: Drill) -> None:
        row = {name: getattr(drill, name) for name in ("target", "point", "at", "seconds", "messages", "bytes")}
        add = sa.insert(DRILL).values(agency=self._agency, differences=_listed(drill.differences), **row)
        self._transaction.run(add)

    def drills(self, limit: int = 20) -> list[Drill]:
        query = sa.select(DRILL).where(DRILL.c.agency == self._agency).order_by(DRILL.c.id.desc()).limit(limit)
        return [_drill(row) for row in self._transaction.all(query)]

    def add_check(self, check: BackupCheck) -> None:
        row = {"target": check.target, "part": check.part, "parts": check.of, "at": check.at}
        add = sa.insert(BACKUP_CHECK).values(agency=self._agency, differences=_listed(check.differences), **row)
        self._transaction.run(add)

    def checks(self, target: str, limit: int = 100) -> list[BackupCheck]:
        check = BACKUP_CHECK.c
        query = sa.select(BACKUP_CHECK).where(check.agency == self._agency, check.target == target)
        rows = self._transaction.all(query.order_by(check.id.desc()).limit(limit))
        return [
            BackupCheck(
                target=row.target, part=row.part, of=row.parts, at=row.at, differences=_differences(row.differences)
            )
            for row in rows
        ]

    def add_fixity(self, run: FixityRun) -> None:
        row = {name: getattr(run, name) for name in ("at", "seconds", "records", "bytes")}
        lists = {"segments": list(run.segments), "healed": list(run.healed), "damaged": _listed(run.damaged)}
        self._transaction.run(sa.insert(FIXITY_RUN).values(agency=self._agency, **row, **lists))
        if run.segments:
            save = self._transaction.insert_or_change(SEGMENT_READING, "agency", "segment", changed=("read_at",))
            rows = [{"agency": self._agency, "segment": name, "read_at": run.at} for name in run.segments]
            self._transaction.run(save, rows)

    def read_at(self) -> dict[str, datetime]:
        query = sa.select(SEGMENT_READING.c.segment, SEGMENT_READING.c.read_at)
        rows = self._transaction.all(query.where(SEGMENT_READING.c.agency == self._agency))
        return {row.segment: row.read_at for row in rows}

    def fixities(self, limit: int = 20) -> list[FixityRun]:
        query = sa.select(FIXITY_RUN).where(FIXITY_RUN.c.agency == self._agency)
        return [_fixity(row) for row in self._transaction.all(query.order_by(FIXITY_RUN.c.id.desc()).limit(limit))]

    def move(self, moves: Sequence[Moved]) -> int:
        return places.move(self._transaction, moves)

    def rows_in(self, segment: str) -> int:
        return places.rows_in(self._transaction, segment)

    def fence_missing(self) -> bool:
        return fence_missing(self._transaction)

    def require_fence(self, at: datetime, point: str) -> None:
        row = {"agency": self._agency, "required_at": at, "point": point, "lifted_by": "", "stated": []}
        self._transaction.run(sa.insert(NUMBER_FENCE).values(**row))
        self._transaction.fenced = True

    def last_numbers(self) -> dict[tuple[str, int], int]:
        counter = REGISTER_COUNTER.c
        query = sa.select(counter.register, counter.year, counter.last).where(counter.agency == self._agency)
        rows = self._transaction.all(query.order_by(counter.register, counter.year))
        return {(row.register, row.year): row.last for row in rows if is_series(row.register)}

    def lift_fence(
        self, fences: Sequence[Fence], by: str, at: datetime, known: Collection[tuple[str, int, int]] = ()
    ) -> None:
        if not self.fence_missing():
            raise RefusedActionError("fence-none")
        last_numbers, of_claims = self.last_numbers(), frozenset(known)
        for (name, year), last in stated(fences, last_numbers, buddhist_year(at)).items():
            between = range(last_numbers.get((name, year), 0) + 1, last + 1)
            NumberSeries(self._transaction, name).raise_to(year, last)
            for first, end in stretches(number for number in between if (name, year, number) not in of_claims):
                self._void(NumberVoid(name, year, first, end, at, by))
        said = [[one.series, one.year, one.last, one.source] for one in fences]
        missing = sa.update(NUMBER_FENCE).where(
            NUMBER_FENCE.c.agency == self._agency, NUMBER_FENCE.c.lifted_at.is_(None)
        )
        self._transaction.run(missing.values(lifted_at=at, lifted_by=by, stated=said))
        self._transaction.fenced = False

    def _void(self, void: NumberVoid) -> None:
        row = {"agency": self._agency, "register": void.series, "year": void.year, "first": void.first}
        rest = {"last": void.last, "voided_at": void.at, "actor": void.by, "reason": LOST_IN_RESTORE}
        self._transaction.run(sa.insert(NUMBER_VOID).values(**row, **rest))

    def voids(self) -> list[NumberVoid]:
        void = NUMBER_VOID.c
        query = sa.select(NUMBER_VOID).where(void.agency == self._agency)
        rows = self._transaction.all(query.order_by(void.register, void.year, void.first))
        return [
            NumberVoid(row.register, row.year, row.first, row.last, row.voided_at, row.actor, row.reason)
            for row in rows
        ]


def _run_columns(run: BackupRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in SAVED} | {"tables": dict(run.tables)}


def _run(row: Row[Any]) -> BackupRun:
    fields: dict[str, Any] = {name: getattr(row, name) for name in SAVED}
    return BackupRun(id=row.id, tables=row.tables, verified_at=row.verified_at, forgotten_at=row.forgotten_at, **fields)


def _drill(row: Row[Any]) -> Drill:
    names = ("id", "target", "point", "at", "seconds", "messages", "bytes")
    fields: dict[str, Any] = {name: getattr(row, name) for name in names}
    return Drill(**fields, differences=_differences(row.differences))


def _fixity(row: Row[Any]) -> FixityRun:
    fields: dict[str, Any] = {name: getattr(row, name) for name in ("id", "at", "seconds", "records", "bytes")}
    segments, healed = tuple(row.segments), tuple(row.healed)
    return FixityRun(segments=segments, healed=healed, damaged=_differences(row.damaged), **fields)


def _listed(differences: Sequence[Difference]) -> list[list[str]]:
    return [[one.subject, one.text] for one in differences]


def _differences(listed: Sequence[Sequence[str]]) -> tuple[Difference, ...]:
    return tuple(Difference(subject, text) for subject, text in listed)
