"""ทะเบียนหนังสือส่ง: the register of letters sent."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.outgoing import OUTGOING, OutgoingDraft, OutgoingEntry
from mailroom.domain.register import RegisterNumber
from storage.books.numbers import NumberSeries
from storage.tables import OUTGOING_ENTRY
from storage.transaction import Transaction

CHUNK = 500
ENTER = sa.insert(OUTGOING_ENTRY)
FIELDS = (
    "year",
    "dated",
    "sender",
    "addressee",
    "subject",
    "action",
    "note",
    "document",
    "message_id",
    "registered_at",
)


class SqlOutgoingBook:
    """`ports.OutgoingBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._numbers = NumberSeries(transaction, OUTGOING)

    def enter(self, draft: OutgoingDraft) -> OutgoingEntry:
        number = self._numbers.next(draft.year)
        row: dict[str, Any] = {name: getattr(draft, name) for name in FIELDS}
        self._transaction.write(ENTER, row | {"agency": self._transaction.agency, "number": number})
        return OutgoingEntry(RegisterNumber(draft.year, number), draft)

    def entries(self, year: int | None) -> Iterator[OutgoingEntry]:
        query = sa.select(OUTGOING_ENTRY).where(OUTGOING_ENTRY.c.agency == self._transaction.agency)
        if year is not None:
            query = query.where(OUTGOING_ENTRY.c.year == year)
        query = query.order_by(OUTGOING_ENTRY.c.year, OUTGOING_ENTRY.c.number).limit(CHUNK)
        key = sa.tuple_(OUTGOING_ENTRY.c.year, OUTGOING_ENTRY.c.number)
        last = (0, 0)
        while rows := self._transaction.all(query.where(key > sa.tuple_(*map(sa.literal, last)))):
            yield from map(_entry, rows)
            last = (rows[-1].year, rows[-1].number)


def _entry(row: Row[Any]) -> OutgoingEntry:
    fields: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    return OutgoingEntry(RegisterNumber(row.year, row.number), OutgoingDraft(**fields))
