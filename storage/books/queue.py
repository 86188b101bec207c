"""What clerks look at."""

from collections.abc import Collection

import sqlalchemy as sa

from mailroom.domain.decision import Outcome
from mailroom.domain.outbox import OutboxState
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterNumber
from mailroom.stages.normalise import compact
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


class SqlQueueBook:
    """`ports.QueueBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ours = MESSAGE.c.agency == transaction.agency

    def page(self, view: str, search: str, *, offset: int, limit: int) -> list[MessageRecord]:
        query = sa.select(MESSAGE.c.id).where(self._ours, *self._in_view(view), *self._matching(compact(search)))
        query = query.where(*in_sight(self._transaction, MESSAGE.c.id))
        query = query.order_by(*ORDER).offset(offset).limit(limit)
        # First the ids alone, which indexes know; then whole rows, for one page only.
        ids = [row.id for row in self._transaction.all(query)]
        rows = self._transaction.all(RECORDS.where(MESSAGE.c.id.in_(ids)).order_by(*ORDER))
        return list(records_of(self._transaction, rows, attachments=False))

    def _matching(self, words: str) -> list[sa.ColumnElement[bool]]:
        """The search as a condition; none for an empty search. `words` are compact."""
        if not words:
            return []
        number = sa.cast(REGISTER_ENTRY.c.number, sa.Text) + "/" + sa.cast(REGISTER_ENTRY.c.year, sa.Text)
        numbered = sa.select(REGISTER_ENTRY.c.message_id).where(
            REGISTER_ENTRY.c.agency == self._transaction.agency, number.contains(words, autoescape=True)
        )
        in_text = MESSAGE.c.search_text.contains(words, autoescape=True)
        return [sa.or_(in_text, MESSAGE.c.id.in_(numbered))]

    def _in_view(self, view: str) -> list[sa.ColumnElement[bool]]:
        if view == "all":
            return []
        if view == "undelivered":
            letters = sa.select(OUTBOX_ITEM.c.message_id).where(
                OUTBOX_ITEM.c.agency == self._transaction.agency, NOT_SENT, OUTBOX_ITEM.c.state.in_(UNDELIVERED)
            )
            return [MESSAGE.c.id.in_(letters)]
        return [MESSAGE.c.outcome.in_(OUTCOMES[view])]

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
