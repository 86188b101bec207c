"""Letters as they were handed over."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.evidence import SentCopy
from storage.tables import SENT_COPY
from storage.transaction import Transaction

ADD = sa.insert(SENT_COPY)


class SqlSentBook:
    """`ports.SentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, copy: SentCopy) -> None:
        row = {
            "agency": self._transaction.agency,
            "item": copy.item,
            "attempt": copy.attempt,
            "at": copy.at,
            "digest": copy.digest,
            "size": copy.size,
            "segment": copy.segment,
            "segment_offset": copy.offset,
            "stored_length": copy.stored_length,
            "reply": copy.reply,
            "accepted": copy.accepted,
        }
        self._transaction.write(ADD, row)

    def of_item(self, item: str) -> list[SentCopy]:
        query = sa.select(SENT_COPY).filter_by(agency=self._transaction.agency, item=item)
        return [_copy(row) for row in self._transaction.all(query.order_by(SENT_COPY.c.attempt))]


def _copy(row: Row[Any]) -> SentCopy:
    return SentCopy(
        item=row.item,
        attempt=row.attempt,
        at=row.at,
        digest=row.digest,
        size=row.size,
        segment=row.segment,
        offset=row.segment_offset,
        stored_length=row.stored_length,
        reply=row.reply,
        accepted=row.accepted,
    )
