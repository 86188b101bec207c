"""What clerks look at."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from mailroom.domain.decision import Outcome
from mailroom.domain.outbox import OutboxState
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterNumber
from storage.books.hidden import in_sight
from storage.books.outbox import NOT_SENT
from storage.books.records import RECORDS, records_of
from storage.tables import MESSAGE, OUTBOX_ITEM, REGISTER_ENTRY
from storage.transaction import Transaction, chunks

OUTCOMES = {
    "hold": (Outcome.HOLD,),
    "accept": (Outcome.ACCEPT,),
    "redirect": (Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL),
    "ignore": (Outcome.IGNORE,),
}
UNDELIVERED = (OutboxState.FAILED, OutboxState.DEFERRED)

ORDER = (MESSAGE.c.urgency_rank.desc(), MESSAGE.c.deemed_received_at.desc().nulls_last(), MESSAGE.c.id.desc())
"""What is most urgent, then what was received last, stands first; what is not decided yet stands last."""


def in_view(transaction: Transaction, view: str) -> list[sa.ColumnElement[bool]]:
    """Conditions of a view, without restricted cases (R106)."""
    return [MESSAGE.c.agency == transaction.agency, *_view(transaction, view), *in_sight(transaction, MESSAGE.c.id)]


def _view(transaction: Transaction, view: str) -> list[sa.ColumnElement[bool]]:
    if view == "all":
        return []
    if view == "undelivered":
        letters = sa.select(OUTBOX_ITEM.c.message_id).where(
            OUTBOX_ITEM.c.agency == transaction.agency, NOT_SENT, OUTBOX_ITEM.c.state.in_(UNDELIVERED)
        )
        return [MESSAGE.c.id.in_(letters)]
    return [MESSAGE.c.outcome.in_(OUTCOMES[view])]


class SqlQueueBook:
    """`ports.QueueBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ours = MESSAGE.c.agency == transaction.agency

    def page(self, view: str, *, offset: int, limit: int) -> list[MessageRecord]:
        query = sa.select(MESSAGE.c.id).where(*in_view(self._transaction, view))
        ids = [row.id for row in self._transaction.all(query.order_by(*ORDER).offset(offset).limit(limit))]
        return self.records(ids)

    def records(self, message_ids: Sequence[int]) -> list[MessageRecord]:
        """Of one page, in its order: indexes know the ids alone, whole rows are read for few."""
        rows = self._transaction.all(RECORDS.where(MESSAGE.c.id.in_(message_ids)).order_by(*ORDER))
        return list(records_of(self._transaction, rows, attachments=False))

    def counts(self) -> dict[str, int]:
        query = (
            sa.select(MESSAGE.c.outcome, sa.func.count().label("messages"))
            .where(self._ours, *in_sight(self._transaction, MESSAGE.c.id))
            .group_by(MESSAGE.c.outcome)
        )
        by_outcome = {row.outcome: row.messages for row in self._transaction.all(query)}
        counts = {view: sum(by_outcome.get(one, 0) for one in outcomes) for view, outcomes in OUTCOMES.items()}
        letters = sa.select(sa.func.count(OUTBOX_ITEM.c.message_id.distinct())).where(
            OUTBOX_ITEM.c.agency == self._transaction.agency,
            NOT_SENT,
            OUTBOX_ITEM.c.state.in_(UNDELIVERED),
            *in_sight(self._transaction, OUTBOX_ITEM.c.message_id),
        )
        undelivered = self._transaction.run(letters).scalar_one()
        return counts | {"undelivered": undelivered, "all": sum(by_outcome.values())}

    def later(self, number: RegisterNumber) -> list[MessageRecord]:
        query = RECORDS.where(
            self._ours,
            MESSAGE.c.follows_year == number.year,
            MESSAGE.c.follows_number == number.number,
            REGISTER_ENTRY.c.number.is_(None),
        ).order_by(MESSAGE.c.entered_system_at, MESSAGE.c.id)
        return list(records_of(self._transaction, self._transaction.all(query), attachments=False))

    def rows(self, channel: str, account: str, external_ids: Collection[str]) -> dict[str, int]:
        ours = sa.and_(self._ours, MESSAGE.c.channel == channel, MESSAGE.c.account == account)
        found: dict[str, int] = {}
        for some in chunks(list(external_ids)):
            query = sa.select(MESSAGE.c.external_id, MESSAGE.c.id).where(ours, MESSAGE.c.external_id.in_(some))
            found |= {row.external_id: row.id for row in self._transaction.all(query)}
        return found
