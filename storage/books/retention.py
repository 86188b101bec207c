"""Classes of cases, holds, and how long ago a case ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.agency import BANGKOK, BUDDHIST_ERA
from mailroom.domain.case import CaseState
from mailroom.domain.decision import Secrecy
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.register import INCOMING, RegisterNumber
from mailroom.domain.retention import Assignment, CaseFile, Hold
from storage.books.destruction import DestructionPart
from storage.tables import CASE_FILE, CASE_RETENTION, HOLD, MESSAGE, REGISTER_ENTRY

PLACE = sa.insert(HOLD).returning(HOLD.c.id)
PLACED = ("reason", "placed_at", "placed_by")
LIFTED = ("asked_at", "asked_by", "ask_reason", "lifted_at", "lifted_by")


class SqlRetentionBook(DestructionPart):
    """`ports.RetentionBook`."""

    def files(self, until: int) -> Sequence[CaseFile]:
        after = datetime(until - BUDDHIST_ERA + 1, 1, 1, tzinfo=BANGKOK)
        rows = self._transaction.all(self._files.where(REGISTER_ENTRY.c.deemed_received_at < after))
        return [one for one in map(_file, rows) if one.last_at < after]

    def file(self, number: RegisterNumber) -> CaseFile | None:
        named = sa.and_(CASE_FILE.c.year == number.year, CASE_FILE.c.number == number.number)
        row = self._transaction.first(self._files.where(named))
        return _file(row) if row is not None else None

    @property
    def _files(self) -> sa.Select[Any]:
        """Each case with its entry, its last joined message, and the class that it was given."""
        last = (
            sa.select(sa.func.max(MESSAGE.c.deemed_received_at))
            .where(
                MESSAGE.c.agency == self._transaction.agency,
                MESSAGE.c.follows_year == CASE_FILE.c.year,
                MESSAGE.c.follows_number == CASE_FILE.c.number,
                MESSAGE.c.follows_number.is_not(None),
            )
            .scalar_subquery()
        )
        columns = (CASE_FILE.c.year, CASE_FILE.c.number, CASE_FILE.c.message_id, CASE_FILE.c.state, CASE_FILE.c.service)
        same = [REGISTER_ENTRY.c[name] == CASE_FILE.c[name] for name in ("agency", "register", "year", "number")]
        given = [CASE_RETENTION.c[name] == CASE_FILE.c[name] for name in ("agency", "year", "number")]
        return (
            sa.select(
                *columns,
                REGISTER_ENTRY.c.deemed_received_at,
                REGISTER_ENTRY.c.secrecy,
                CASE_RETENTION.c.class_key,
                last.label("joined_at"),
            )
            .join(REGISTER_ENTRY, sa.and_(*same))
            .outerjoin(CASE_RETENTION, sa.and_(*given))
            .where(CASE_FILE.c.agency == self._transaction.agency, CASE_FILE.c.register == INCOMING)
            .order_by(CASE_FILE.c.year, CASE_FILE.c.number)
        )

    def assign(self, assignment: Assignment) -> None:
        columns = {
            "class_key": assignment.class_key,
            "reason": assignment.reason,
            "assigned_at": assignment.at,
            "assigned_by": assignment.by,
        }
        if self.assignment(assignment.number) is not None:
            self._transaction.run(sa.update(CASE_RETENTION).where(self._given(assignment.number)), columns)
            return
        key = {"year": assignment.number.year, "number": assignment.number.number}
        self._transaction.run(sa.insert(CASE_RETENTION), {"agency": self._transaction.agency, **key, **columns})

    def assignment(self, number: RegisterNumber) -> Assignment | None:
        row = self._transaction.first(sa.select(CASE_RETENTION).where(self._given(number)))
        if row is None:
            return None
        return Assignment(
            number=number, class_key=row.class_key, reason=row.reason, at=row.assigned_at, by=row.assigned_by
        )

    def _given(self, number: RegisterNumber) -> sa.ColumnElement[bool]:
        return sa.and_(
            CASE_RETENTION.c.agency == self._transaction.agency,
            CASE_RETENTION.c.year == number.year,
            CASE_RETENTION.c.number == number.number,
        )

    def place(self, hold: Hold) -> Hold:
        if self.hold_of(hold.number) is not None:
            raise RefusedActionError("held-already", str(hold.number))
        key = {"agency": self._transaction.agency, "year": hold.number.year, "number": hold.number.number}
        row = key | {name: getattr(hold, name) for name in (*PLACED, *LIFTED)}
        return replace(hold, id=self._transaction.run(PLACE, row).scalar_one())

    def save_hold(self, hold: Hold) -> None:
        """What it is and why never changes."""
        change = sa.update(HOLD).where(HOLD.c.agency == self._transaction.agency, HOLD.c.id == hold.id)
        if self._transaction.run(change, {name: getattr(hold, name) for name in LIFTED}).rowcount != 1:
            raise StorageError(f"there is no hold {hold.id}; nothing was changed")

    def hold_of(self, number: RegisterNumber) -> Hold | None:
        named = sa.and_(HOLD.c.year == number.year, HOLD.c.number == number.number)
        row = self._transaction.first(sa.select(HOLD).where(self._holding, named))
        return _hold(row) if row is not None else None

    @property
    def _holding(self) -> sa.ColumnElement[bool]:
        return sa.and_(HOLD.c.agency == self._transaction.agency, HOLD.c.lifted_at.is_(None))

    def holds(self, *, every: bool = False) -> Sequence[Hold]:
        ours = HOLD.c.agency == self._transaction.agency if every else self._holding
        query = sa.select(HOLD).where(ours).order_by(HOLD.c.year, HOLD.c.number, HOLD.c.id)
        return [_hold(row) for row in self._transaction.all(query)]


def _file(row: Row[Any]) -> CaseFile:
    return CaseFile(
        number=RegisterNumber(row.year, row.number),
        message_id=row.message_id,
        state=CaseState(row.state),
        service=row.service,
        last_at=max(row.deemed_received_at, row.joined_at or row.deemed_received_at),
        graded=Secrecy(row.secrecy) is not Secrecy.NONE,
        assigned=row.class_key or "",
    )


def _hold(row: Row[Any]) -> Hold:
    facts = {name: getattr(row, name) for name in (*PLACED, *LIFTED)}
    return Hold(id=row.id, number=RegisterNumber(row.year, row.number), **facts)
