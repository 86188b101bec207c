"""Where the archive holds what the books name, and that it was moved elsewhere."""

from collections.abc import Sequence

import sqlalchemy as sa

from mailroom.domain.backup import Moved
from storage.tables import DOCUMENT, MESSAGE, SENT_COPY
from storage.transaction import Transaction

PLACED = (MESSAGE, DOCUMENT, SENT_COPY)
"""Tables that name places."""


def move(transaction: Transaction, moves: Sequence[Moved]) -> int:
    """How many rows name the new places now."""
    if not moves:
        return 0
    rows = [
        {
            "of_agency": transaction.agency,
            "old_segment": one.segment,
            "old_offset": one.offset,
            "of_digest": one.digest,
            "segment": one.place.segment,
            "segment_offset": one.place.offset,
            "stored_length": one.place.length,
        }
        for one in moves
    ]
    return sum(transaction.run(_moving(table), rows).rowcount for table in PLACED)


def _moving(table: sa.Table) -> sa.Update:
    return (
        sa.update(table)
        .where(
            table.c.agency == sa.bindparam("of_agency"),
            table.c.segment == sa.bindparam("old_segment"),
            table.c.segment_offset == sa.bindparam("old_offset"),
            table.c.digest == sa.bindparam("of_digest"),
        )
        .values(
            segment=sa.bindparam("segment"),
            segment_offset=sa.bindparam("segment_offset"),
            stored_length=sa.bindparam("stored_length"),
        )
    )


def rows_in(transaction: Transaction, segment: str) -> int:
    """How many rows, of whatever agency, name a place in a segment."""
    counts = (
        sa.select(sa.func.count()).select_from(table).where(table.c.segment == segment).scalar_subquery()
        for table in PLACED
    )
    return sum(transaction.run(sa.select(*counts)).one())
