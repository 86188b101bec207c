"""Incidents, and what was done about each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.breach import Breach, BreachFacts, BreachKind, BreachStep, Risk, StepKind
from mailroom.domain.errors import StorageError
from storage.tables import BREACH, BREACH_STEP
from storage.transaction import Transaction

OPEN = sa.insert(BREACH).returning(BREACH.c.id)
STEP = sa.insert(BREACH_STEP)
PLAIN = ("nature", "people", "records", "effects", "measures", "advice", "late_reason")
TIMES = ("known_at", "opened_at", "notified_at", "told_at", "closed_at")


class BreachPart:
    """The part of `ports.PrivacyBook` that is about breaches."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @property
    def _breaches(self) -> sa.ColumnElement[bool]:
        return BREACH.c.agency == self._transaction.agency

    def open_breach(self, breach: Breach) -> Breach:
        row = _columns(breach) | {"agency": self._transaction.agency}
        return replace(breach, id=self._transaction.run(OPEN, row).scalar_one())

    def save_breach(self, breach: Breach) -> None:
        change = sa.update(BREACH).where(self._breaches, BREACH.c.id == breach.id)
        if self._transaction.run(change, _columns(breach)).rowcount != 1:
            raise StorageError(f"there is no breach {breach.id}; nothing was changed")

    def breach(self, breach_id: int) -> Breach | None:
        row = self._transaction.first(sa.select(BREACH).where(self._breaches, BREACH.c.id == breach_id))
        return _breach(row) if row is not None else None

    def breaches(self, *, closed: bool = True, limit: int = 200) -> Sequence[Breach]:
        query = sa.select(BREACH).where(self._breaches)
        if not closed:
            query = query.where(BREACH.c.closed_at.is_(None))
        return [_breach(row) for row in self._transaction.all(query.order_by(BREACH.c.id.desc()).limit(limit))]

    def step(self, step: BreachStep) -> None:
        row = {name: getattr(step, name) for name in ("breach", "happened_at", "noted_at", "actor", "text")}
        self._transaction.write(STEP, row | {"agency": self._transaction.agency, "kind": step.kind.value})

    def steps(self, breach_id: int) -> Sequence[BreachStep]:
        ours = sa.and_(BREACH_STEP.c.agency == self._transaction.agency, BREACH_STEP.c.breach == breach_id)
        rows = self._transaction.all(sa.select(BREACH_STEP).where(ours).order_by(BREACH_STEP.c.id))
        return [
            BreachStep(
                breach=row.breach,
                kind=StepKind(row.kind),
                happened_at=row.happened_at,
                noted_at=row.noted_at,
                actor=row.actor,
                text=row.text,
            )
            for row in rows
        ]


def _columns(breach: Breach) -> dict[str, Any]:
    facts = breach.facts
    return {
        "title": breach.title,
        "opened_by": breach.opened_by,
        "kinds": sorted(facts.kinds),
        "risk": facts.risk.value,
        **{name: getattr(facts, name) for name in PLAIN},
        **{name: getattr(breach, name) for name in TIMES},
    }


def _breach(row: Row[Any]) -> Breach:
    plain = {name: getattr(row, name) for name in PLAIN}
    facts = BreachFacts(kinds=frozenset(map(BreachKind, row.kinds)), risk=Risk(row.risk), **plain)
    times = {name: getattr(row, name) for name in TIMES}
    return Breach(id=row.id, title=row.title, opened_by=row.opened_by, facts=facts, **times)
