"""Events, accounts and ages: what shows that the work goes on."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from mailroom.domain.decision import Outcome
from mailroom.domain.outbox import OutboxState
from mailroom.domain.record import Event
from storage.books.chat_counts import chat_counts
from storage.books.outbox import NOT_SENT
from storage.tables import ACCOUNT, EVENT, MESSAGE, OUTBOX_ITEM
from storage.transaction import Transaction

ADD = sa.insert(EVENT)
UNSENT = (OutboxState.PENDING, OutboxState.DEFERRED, OutboxState.SENDING)


class SqlEventBook:
    """`ports.EventBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, name: str, at: datetime, *, message_id: int | None = None, actor: str = "", detail: str = "") -> None:
        row = {"name": name, "at": at, "message_id": message_id, "actor": actor, "detail": detail}
        self._transaction.write(ADD, row | {"agency": self._transaction.agency})

    def of_message(self, message_id: int) -> list[Event]:
        query = sa.select(EVENT).where(EVENT.c.message_id == message_id).order_by(EVENT.c.id)
        return [Event(row.name, row.at, row.message_id, row.actor, row.detail) for row in self._transaction.all(query)]


class SqlAccountBook:
    """`ports.AccountBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def started(self, channel: str, account: str) -> datetime | None:
        query = sa.select(ACCOUNT.c.started_at).filter_by(**self._key(channel, account))
        row = self._transaction.first(query)
        return row.started_at if row is not None else None

    def start(self, channel: str, account: str, at: datetime) -> None:
        if self.started(channel, account) is None:
            self._save(channel, account, started_at=at)

    def polled(self, channel: str, account: str, at: datetime, error: str) -> None:
        success = {} if error else {"succeeded_at": at}
        self._save(channel, account, polled_at=at, error=error, **success)

    def _save(self, channel: str, account: str, **columns: Any) -> None:
        save = self._transaction.insert_or_change(ACCOUNT, "agency", "channel", "account", changed=columns)
        self._transaction.run(save, [{"error": "", **self._key(channel, account), **columns}])

    def _key(self, channel: str, account: str) -> dict[str, str]:
        return {"agency": self._transaction.agency, "channel": channel, "account": account}

    def states(self) -> list[tuple[str, str, datetime | None, datetime | None, str]]:
        columns = (ACCOUNT.c.channel, ACCOUNT.c.account, ACCOUNT.c.succeeded_at, ACCOUNT.c.polled_at, ACCOUNT.c.error)
        query = sa.select(*columns).where(ACCOUNT.c.agency == self._transaction.agency)
        rows = self._transaction.all(query.order_by(ACCOUNT.c.channel, ACCOUNT.c.account))
        return [tuple(row) for row in rows]


class SqlHealthBook:
    """`ports.HealthBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    def ages(self) -> dict[str, datetime | int | None]:
        pending = sa.select(sa.func.min(MESSAGE.c.arrived_at).label("oldest"), sa.func.count().label("messages")).where(
            MESSAGE.c.agency == self._agency, MESSAGE.c.outcome.is_(None)
        )
        held = sa.select(sa.func.count()).where(
            MESSAGE.c.agency == self._agency, MESSAGE.c.outcome == Outcome.HOLD.value
        )
        letters = sa.select(
            sa.func.min(OUTBOX_ITEM.c.created_at).filter(OUTBOX_ITEM.c.state.in_(UNSENT)).label("oldest"),
            sa.func.count().filter(OUTBOX_ITEM.c.state.in_(UNSENT)).label("unsent"),
            sa.func.count().filter(OUTBOX_ITEM.c.state == OutboxState.FAILED.value).label("failed"),
        ).where(OUTBOX_ITEM.c.agency == self._agency, NOT_SENT)
        message = self._transaction.run(pending).one()
        letter = self._transaction.run(letters).one()
        return {
            "oldest_pending_at": message.oldest,
            "oldest_unsent_at": letter.oldest,
            "pending": message.messages,
            "unsent": letter.unsent,
            "failed": letter.failed,
            "held": self._transaction.run(held).scalar_one(),
        }

    def chats(self) -> dict[str, datetime | int | None]:
        return chat_counts(self._transaction)
