"""Message records put together from the tables, many at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.decision import Letter
from mailroom.domain.message import Attachment
from mailroom.domain.record import MessageRecord, Reply
from storage.books.codec import (
    attachment_of,
    classification_of,
    decision_of,
    logged_of,
    message_of,
    number_of,
)
from storage.tables import ATTACHMENT, MESSAGE, OUTBOX_ITEM, REGISTER_ENTRY
from storage.transaction import Transaction, chunks

RECORD_COLUMNS = (
    *MESSAGE.c,
    REGISTER_ENTRY.c.year.label("entry_year"),
    REGISTER_ENTRY.c.number.label("entry_number"),
)
RECORDS = sa.select(*RECORD_COLUMNS).select_from(
    MESSAGE.outerjoin(REGISTER_ENTRY, REGISTER_ENTRY.c.message_id == MESSAGE.c.id)
)
"""Each message with its number; `records_of` makes records of the rows."""

REPLY_COLUMNS = tuple(
    OUTBOX_ITEM.c[name]
    for name in ("message_id", "letter", "to", "state", "attempts", "reply", "due_at", "sent_at", "uncertain", "id")
)


def records_of(
    transaction: Transaction, rows: Sequence[Row[Any]], *, attachments: bool = True
) -> Iterator[MessageRecord]:
    """The records of some rows, their attachments and replies fetched together."""
    ids = [row.id for row in rows]
    parts = attachments_of(transaction, ids) if attachments else {}
    replies = replies_of(transaction, ids)
    for row in rows:
        yield _record(row, parts.get(row.id, ()), replies.get(row.id, ()))


def _record(row: Row[Any], attachments: Sequence[Attachment], replies: Sequence[Reply]) -> MessageRecord:
    logged = logged_of(row)
    if row.outcome is None:
        return MessageRecord(logged, row.arrived_at)
    return MessageRecord(
        logged=logged,
        arrived_at=row.arrived_at,
        message=message_of(row, attachments),
        classification=classification_of(row),
        decision=decision_of(row),
        decided_by=row.decided_by,
        clerk_reason=row.clerk_reason,
        deemed_received_at=row.deemed_received_at,
        processed_at=row.processed_at,
        number=number_of(row.entry_year, row.entry_number),
        follows=number_of(row.follows_year, row.follows_number),
        duplicate_of=row.duplicate_of,
        replies=tuple(replies),
    )


def attachments_of(transaction: Transaction, message_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """Attachments by message, in document order."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    for some in chunks(message_ids):
        query = sa.select(ATTACHMENT).where(ATTACHMENT.c.message_id.in_(some))
        for row in transaction.all(query.order_by(ATTACHMENT.c.message_id, ATTACHMENT.c.part)):
            found[row.message_id].append(attachment_of(row))
    return found


def replies_of(transaction: Transaction, message_ids: Sequence[int]) -> dict[int, list[Reply]]:
    """Letters by the message that they answer, the oldest first."""
    found: dict[int, list[Reply]] = defaultdict(list)
    for some in chunks(message_ids):
        query = sa.select(*REPLY_COLUMNS).where(OUTBOX_ITEM.c.message_id.in_(some))
        for row in transaction.all(query.order_by(OUTBOX_ITEM.c.created_at, OUTBOX_ITEM.c.id)):
            found[row.message_id].append(reply_of(row))
    return found


def reply_of(row: Row[Any]) -> Reply:
    return Reply(
        letter=Letter(row.letter),
        to=row.to,
        state=row.state,
        attempts=row.attempts,
        reply=row.reply,
        due_at=row.due_at,
        sent_at=row.sent_at,
        uncertain=row.uncertain,
        id=row.id,
    )
