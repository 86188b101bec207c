"""Letters that are owed: the row is the truth, sending is a retry."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.decision import Letter
from mailroom.domain.document import Enclosed
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.record import Reply
from storage.books.cards import card_column, card_of
from storage.books.records import REPLY_COLUMNS, reply_of
from storage.tables import OUTBOX_ITEM
from storage.transaction import Transaction

PUT = sa.insert(OUTBOX_ITEM)
# A partial index is used only where its condition stands in the query word for word.
IS_WAITING = sa.text("outbox_item.state IN ('pending', 'deferred')")
NOT_SENT = sa.text("outbox_item.state <> 'sent'")
IS_STRANDED = sa.and_(
    OUTBOX_ITEM.c.message_id.is_(None), OUTBOX_ITEM.c.state.in_((OutboxState.FAILED.value, OutboxState.DEFERRED.value))
)

OURS = sa.and_(OUTBOX_ITEM.c.agency == sa.bindparam("row_agency"), OUTBOX_ITEM.c.channel == sa.bindparam("row_channel"))
DUE = (
    sa.select(OUTBOX_ITEM.c.id)
    .where(OURS, IS_WAITING, OUTBOX_ITEM.c.due_at <= sa.bindparam("at"))
    .order_by(OUTBOX_ITEM.c.due_at)
    .limit(sa.bindparam("count", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
CLAIM = (
    sa.update(OUTBOX_ITEM)
    .where(OUTBOX_ITEM.c.id.in_(DUE.scalar_subquery()))
    .values(state=OutboxState.SENDING.value, attempts=OUTBOX_ITEM.c.attempts + 1)
    .returning(*OUTBOX_ITEM.c)
)
MADE = (OUTBOX_ITEM.c.created_at, OUTBOX_ITEM.c.id)
"""In order of making."""
SAVE = sa.update(OUTBOX_ITEM).where(
    OUTBOX_ITEM.c.id == sa.bindparam("row_id"), OUTBOX_ITEM.c.agency == sa.bindparam("row_agency")
)


class SqlOutboxBook:
    """`ports.OutboxBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @property
    def _ours(self) -> sa.ColumnElement[bool]:
        return OUTBOX_ITEM.c.agency == self._transaction.agency

    def put(self, item: OutboxItem) -> None:
        self._transaction.letters.append(item)
        self._transaction.write(PUT, self._columns(item))

    def _columns(self, item: OutboxItem) -> dict[str, Any]:
        return _progress(item) | {
            "id": item.id,
            "agency": self._transaction.agency,
            "message_id": item.message_id,
            "channel": item.channel,
            "letter": item.letter.value,
            "to": item.to,
            "to_address": item.to.lower(),
            "to_name": item.to_name,
            "subject": item.subject,
            "text": item.text,
            "html": item.html,
            "in_reply_to": item.in_reply_to,
            "references": list(item.references),
            "created_at": item.created_at,
            "enclosures": [[one.digest, one.name, one.media_type] for one in item.enclosures],
            "card": card_column(item.card),
        }

    def claim(self, channel: str, now: datetime, limit: int) -> list[OutboxItem]:
        values = {"row_agency": self._transaction.agency, "row_channel": channel, "at": now, "count": limit}
        items = [_item(row) for row in self._transaction.all(CLAIM, values)]
        return sorted(items, key=lambda item: item.due_at)

    def save(self, item: OutboxItem) -> None:
        key = {"row_id": item.id, "row_agency": self._transaction.agency}
        self._transaction.write(SAVE, _progress(item) | key, key=item.id)

    def reclaim(self, now: datetime) -> int:
        change = sa.update(OUTBOX_ITEM).where(self._ours, NOT_SENT, OUTBOX_ITEM.c.state == OutboxState.SENDING.value)
        state = {"state": OutboxState.DEFERRED.value, "due_at": now, "uncertain": True}
        return self._transaction.run(change.values(state)).rowcount

    def get(self, item_id: str) -> OutboxItem | None:
        row = self._transaction.first(sa.select(*OUTBOX_ITEM.c).where(self._ours, OUTBOX_ITEM.c.id == item_id))
        return _item(row) if row else None

    def of_message(self, message_id: int) -> tuple[Reply, ...]:
        query = sa.select(*REPLY_COLUMNS).where(self._ours, OUTBOX_ITEM.c.message_id == message_id)
        return tuple(map(reply_of, self._transaction.all(query.order_by(OUTBOX_ITEM.c.created_at, OUTBOX_ITEM.c.id))))

    def said_to(self, channel: str, to: str, since: datetime, until: datetime, limit: int) -> list[OutboxItem]:
        query = sa.select(*OUTBOX_ITEM.c).where(
            self._ours,
            OUTBOX_ITEM.c.to_address == to.lower(),
            OUTBOX_ITEM.c.created_at.between(since, until),
            OUTBOX_ITEM.c.channel == channel,
        )
        return [_item(row) for row in self._transaction.all(query.order_by(*MADE).limit(limit))]

    def stranded(self, limit: int) -> list[OutboxItem]:
        query = sa.select(*OUTBOX_ITEM.c).where(self._ours, NOT_SENT, IS_STRANDED)
        latest = query.order_by(OUTBOX_ITEM.c.created_at.desc(), OUTBOX_ITEM.c.id).limit(limit)
        return [_item(row) for row in self._transaction.all(latest)]


def _progress(item: OutboxItem) -> dict[str, Any]:
    """What sending changes; the letter itself never changes."""
    return {
        "state": item.state.value,
        "attempts": item.attempts,
        "due_at": item.due_at,
        "reply": item.reply,
        "sent_at": item.sent_at,
        "uncertain": item.uncertain,
    }


def _item(row: Row[Any]) -> OutboxItem:
    return OutboxItem(
        id=row.id,
        message_id=row.message_id,
        channel=row.channel,
        letter=Letter(row.letter),
        to=row.to,
        to_name=row.to_name,
        subject=row.subject,
        text=row.text,
        html=row.html,
        in_reply_to=row.in_reply_to,
        references=tuple(row.references),
        created_at=row.created_at,
        due_at=row.due_at,
        state=OutboxState(row.state),
        attempts=row.attempts,
        reply=row.reply,
        sent_at=row.sent_at,
        enclosures=tuple(Enclosed(*one) for one in row.enclosures),
        uncertain=row.uncertain,
        card=card_of(row.card),
    )
