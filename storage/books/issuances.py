"""Papers on their road, from the clerk's form to the holder."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.errors import StorageError
from mailroom.domain.licence import Act, Issuance, IssuanceState
from mailroom.stages.normalise import normalised
from storage.books.codec import number_of
from storage.books.contents import content_columns, content_of
from storage.books.hidden import papers_in_sight
from storage.tables import ISSUANCE
from storage.transaction import Transaction

ADD = sa.insert(ISSUANCE).returning(ISSUANCE.c.id)
PLAIN = (
    "service",
    "licence_id",
    "number",
    "code",
    "email",
    "channel",
    "message_id",
    "follows",
    "prepared_by",
    "submitted_by",
    "approved_by",
    "signatory",
    "note",
    "rendition",
    "document",
    "batch",
    "prepared_at",
    "changed_at",
)
"""Fields that are a column each, as they are."""


class SqlIssuanceBook:
    """`ports.IssuanceBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ours = ISSUANCE.c.agency == transaction.agency

    def add(self, issuance: Issuance) -> Issuance:
        row = _columns(issuance) | {"agency": self._transaction.agency}
        return replace(issuance, id=self._transaction.run(ADD, row).scalar_one())

    def save(self, issuance: Issuance, was: IssuanceState) -> None:
        same = sa.and_(self._ours, ISSUANCE.c.id == issuance.id, ISSUANCE.c.state == was.value)
        if self._transaction.run(sa.update(ISSUANCE).where(same), _columns(issuance)).rowcount != 1:
            raise StorageError(f"paper {issuance.id} is no longer {was.value}: somebody was faster; look at it again")

    def get(self, issuance_id: int) -> Issuance | None:
        return next(iter(self._all(ISSUANCE.c.id == issuance_id)), None)

    def of_message(self, message_id: int) -> list[Issuance]:
        return self._all(ISSUANCE.c.message_id == message_id)

    def of_licence(self, licence_id: int) -> list[Issuance]:
        return self._all(ISSUANCE.c.licence_id == licence_id)

    def in_state(self, *states: IssuanceState, limit: int, after: int = 0, batch: str = "") -> list[Issuance]:
        conditions = [ISSUANCE.c.state.in_([state.value for state in states]), ISSUANCE.c.id > after]
        if batch:
            conditions.append(ISSUANCE.c.batch_name == batch)
        return self._all(*conditions, limit=limit)

    def page(self, states: Collection[IssuanceState], search: str, *, offset: int, limit: int) -> list[Issuance]:
        query = sa.select(ISSUANCE).where(self._ours, ISSUANCE.c.state.in_([state.value for state in states]))
        query = query.where(*papers_in_sight(self._transaction))
        if words := normalised(search).strip():
            columns = (ISSUANCE.c.number, ISSUANCE.c.holder, ISSUANCE.c.premises)
            query = query.where(sa.or_(*(column.icontains(words, autoescape=True) for column in columns)))
        latest = query.order_by(ISSUANCE.c.changed_at.desc(), ISSUANCE.c.id.desc())
        return [_issuance(row) for row in self._transaction.all(latest.offset(offset).limit(limit))]

    def _all(self, *conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Issuance]:
        query = sa.select(ISSUANCE).where(self._ours, *conditions).order_by(ISSUANCE.c.id).limit(limit)
        return [_issuance(row) for row in self._transaction.all(query)]

    def counts(self) -> dict[str, int]:
        query = sa.select(ISSUANCE.c.state, sa.func.count().label("papers")).where(self._ours)
        found = {row.state: row.papers for row in self._transaction.all(query.group_by(ISSUANCE.c.state))}
        return {state.value: found.get(state.value, 0) for state in IssuanceState}

    def batch_rows(self, batch: str) -> frozenset[int]:
        query = sa.select(ISSUANCE.c.batch).where(self._ours, ISSUANCE.c.batch_name == batch)
        return frozenset(int(row.batch.rpartition("#")[2]) for row in self._transaction.all(query))


def _columns(issuance: Issuance) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(issuance, name) for name in PLAIN}
    return columns | {
        "act": issuance.act.value,
        "state": issuance.state.value,
        "outgoing_year": issuance.outgoing.year if issuance.outgoing else None,
        "outgoing_number": issuance.outgoing.number if issuance.outgoing else None,
        "batch_name": issuance.batch.rpartition("#")[0],
        **content_columns(issuance.content),
    }


def _issuance(row: Row[Any]) -> Issuance:
    fields: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    return Issuance(
        id=row.id,
        act=Act(row.act),
        state=IssuanceState(row.state),
        outgoing=number_of(row.outgoing_year, row.outgoing_number),
        content=content_of(row),
        **fields,
    )
