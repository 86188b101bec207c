"""Which items of licences are published."""

import sqlalchemy as sa

from mailroom.domain.licence import FieldDecision
from storage.tables import FIELD_DECISION
from storage.transaction import Transaction

FIELDS = ("service", "field", "public", "reason", "decided_by", "decided_at")
COLUMNS = tuple(FIELD_DECISION.c[name] for name in FIELDS)


class SqlFieldBook:
    """`ports.FieldBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def decide(self, decision: FieldDecision) -> None:
        decide = self._transaction.insert_or_change(FIELD_DECISION, "agency", "service", "field", changed=FIELDS[2:])
        row = {name: getattr(decision, name) for name in FIELDS}
        self._transaction.run(decide.values(agency=self._transaction.agency, **row))

    def decisions(self) -> list[FieldDecision]:
        query = sa.select(*COLUMNS).where(FIELD_DECISION.c.agency == self._transaction.agency)
        rows = self._transaction.all(query.order_by(FIELD_DECISION.c.service, FIELD_DECISION.c.field))
        return [FieldDecision(**row._asdict()) for row in rows]
