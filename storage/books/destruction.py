"""Destruction lists, and packages for the National Archives."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import (
    CommitteeDecision,
    DestructionList,
    ListItem,
    ListState,
    Transfer,
    Verdict,
)
from storage.tables import DESTRUCTION_ITEM, DESTRUCTION_LIST, TRANSFER
from storage.transaction import Transaction

ADD = sa.insert(DESTRUCTION_LIST).returning(DESTRUCTION_LIST.c.id)
ADD_TRANSFER = sa.insert(TRANSFER).returning(TRANSFER.c.id)
MADE = ("year", "made_at", "made_by", "closed_at", "closed_by", "close_reason")
ITEM = ("class_key", "class_name", "ended", "due", "note")
HANDED = ("list_id", "made_at", "made_by", "profile", "cases", "files", "manifest")
GONE = (Verdict.DESTROY.value, Verdict.TRANSFER.value)


class DestructionPart:
    """The part of `ports.RetentionBook` about lists."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @property
    def _lists(self) -> sa.ColumnElement[bool]:
        return DESTRUCTION_LIST.c.agency == self._transaction.agency

    def add_list(self, made: DestructionList) -> DestructionList:
        row = _list_columns(made) | {"agency": self._transaction.agency}
        added = replace(made, id=self._transaction.run(ADD, row).scalar_one())
        if added.items:
            key = {"agency": self._transaction.agency, "list_id": added.id}
            self._transaction.run(sa.insert(DESTRUCTION_ITEM), [key | _item_columns(one) for one in added.items])
        return added

    def close_list(self, closed: DestructionList) -> None:
        known = self.destruction_list(closed.id)
        if known is None:
            raise StorageError(f"there is no list {closed.id}; nothing was changed")
        if known.state is not ListState.SURVEYED:
            raise RefusedActionError("list-closed", str(closed.id))
        columns = _list_columns(closed)
        changed = {name: columns[name] for name in columns if name not in ("year", "made_at", "made_by")}
        self._transaction.run(
            sa.update(DESTRUCTION_LIST).where(self._lists, DESTRUCTION_LIST.c.id == closed.id), changed
        )
        for one in closed.items:
            self._transaction.run(
                sa.update(DESTRUCTION_ITEM).where(
                    DESTRUCTION_ITEM.c.list_id == closed.id,
                    DESTRUCTION_ITEM.c.year == one.number.year,
                    DESTRUCTION_ITEM.c.number == one.number.number,
                ),
                {"verdict": one.verdict.value if one.verdict else "", "note": one.note},
            )

    def destruction_list(self, list_id: int) -> DestructionList | None:
        row = self._transaction.first(sa.select(DESTRUCTION_LIST).where(self._lists, DESTRUCTION_LIST.c.id == list_id))
        if row is None:
            return None
        order = (DESTRUCTION_ITEM.c.year, DESTRUCTION_ITEM.c.number)
        items = self._transaction.all(
            sa.select(DESTRUCTION_ITEM).where(DESTRUCTION_ITEM.c.list_id == list_id).order_by(*order)
        )
        return replace(_list(row), items=tuple(map(_item, items)))

    def lists(self, limit: int = 100) -> Sequence[DestructionList]:
        query = sa.select(DESTRUCTION_LIST).where(self._lists).order_by(DESTRUCTION_LIST.c.id.desc()).limit(limit)
        return [_list(row) for row in self._transaction.all(query)]

    def listed(self) -> frozenset[RegisterNumber]:
        waits = DESTRUCTION_LIST.c.state == ListState.SURVEYED.value
        decided = sa.and_(DESTRUCTION_LIST.c.state == ListState.DECIDED.value, DESTRUCTION_ITEM.c.verdict.in_(GONE))
        query = (
            sa.select(DESTRUCTION_ITEM.c.year, DESTRUCTION_ITEM.c.number)
            .join(DESTRUCTION_LIST, DESTRUCTION_LIST.c.id == DESTRUCTION_ITEM.c.list_id)
            .where(self._lists, sa.or_(waits, decided))
        )
        return frozenset(RegisterNumber(row.year, row.number) for row in self._transaction.all(query))

    def add_transfer(self, transfer: Transfer) -> Transfer:
        row = {"agency": self._transaction.agency, **{name: getattr(transfer, name) for name in HANDED}}
        return replace(transfer, id=self._transaction.run(ADD_TRANSFER, row).scalar_one())

    def transfers(self, list_id: int) -> Sequence[Transfer]:
        ours = sa.and_(TRANSFER.c.agency == self._transaction.agency, TRANSFER.c.list_id == list_id)
        rows = self._transaction.all(sa.select(TRANSFER).where(ours).order_by(TRANSFER.c.id))
        return [Transfer(id=row.id, **{name: getattr(row, name) for name in HANDED}) for row in rows]


def _list_columns(made: DestructionList) -> dict[str, Any]:
    decision = made.decision
    return {
        "state": made.state.value,
        "members": list(decision.members) if decision else [],
        "decided_on": decision.on if decision else None,
        "document": decision.document if decision else "",
        **{name: getattr(made, name) for name in MADE},
    }


def _list(row: Row[Any]) -> DestructionList:
    decision = None
    if row.decided_on is not None:
        decision = CommitteeDecision(members=tuple(row.members), on=row.decided_on, document=row.document)
    facts = {name: getattr(row, name) for name in MADE}
    return DestructionList(id=row.id, state=ListState(row.state), decision=decision, **facts)


def _item_columns(item: ListItem) -> dict[str, Any]:
    return {
        "year": item.number.year,
        "number": item.number.number,
        "proposal": item.proposal.value,
        "verdict": item.verdict.value if item.verdict else "",
        **{name: getattr(item, name) for name in ITEM},
    }


def _item(row: Row[Any]) -> ListItem:
    return ListItem(
        number=RegisterNumber(row.year, row.number),
        proposal=Verdict(row.proposal),
        verdict=Verdict(row.verdict) if row.verdict else None,
        **{name: getattr(row, name) for name in ITEM},
    )
