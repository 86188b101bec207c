"""How full mailboxes are, and mail that was moved within them."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from mailroom.domain.mailbox import Clearable, Clearing, MailboxUse
from storage.tables import CLEARED_MESSAGE, CLEARING, MAILBOX_USE, MESSAGE
from storage.transaction import Transaction, chunks


class SqlMailboxBook:
    """`ports.MailboxBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    def note_use(self, use: MailboxUse) -> None:
        changed = ("at", "used", "limit_bytes")
        save = self._transaction.insert_or_change(MAILBOX_USE, "agency", "channel", "account", changed=changed)
        row = {"channel": use.channel, "account": use.account, "at": use.at, "used": use.used, "limit_bytes": use.limit}
        self._transaction.run(save, [{"agency": self._agency} | row])

    def uses(self) -> list[MailboxUse]:
        query = sa.select(MAILBOX_USE).where(MAILBOX_USE.c.agency == self._agency)
        return [
            MailboxUse(channel=row.channel, account=row.account, at=row.at, used=row.used, limit=row.limit_bytes)
            for row in self._transaction.all(query.order_by(MAILBOX_USE.c.channel, MAILBOX_USE.c.account))
        ]

    def clearable(self, channel: str, account: str, entered_before: datetime, kept_before: datetime) -> list[Clearable]:
        message = MESSAGE.c
        moved = sa.exists().where(CLEARED_MESSAGE.c.message_id == message.id)
        query = sa.select(message.id, message.external_id, message.entered_system_at, message.size).where(
            message.agency == self._agency,
            message.channel == channel,
            message.account == account,
            message.outcome.is_not(None),
            message.entered_system_at < entered_before,
            message.arrived_at < kept_before,
            ~moved,
        )
        return [
            Clearable(message_id=row.id, external_id=row.external_id, entered_at=row.entered_system_at, size=row.size)
            for row in self._transaction.all(query.order_by(message.entered_system_at, message.id))
        ]

    def add_clearing(self, clearing: Clearing) -> None:
        names = ("channel", "account", "at", "actor", "folder", "size")
        row = {name: getattr(clearing, name) for name in names} | {"agency": self._agency}
        number = self._transaction.run(sa.insert(CLEARING).returning(CLEARING.c.id), row).scalar_one()
        rows = [{"message_id": one, "agency": self._agency, "clearing_id": number} for one in clearing.messages]
        if rows:
            self._transaction.run(sa.insert(CLEARED_MESSAGE), rows)

    def clearings(self, limit: int = 20) -> list[Clearing]:
        query = sa.select(CLEARING).where(CLEARING.c.agency == self._agency).order_by(CLEARING.c.id.desc())
        rows = self._transaction.all(query.limit(limit))
        moved = self._moved([row.id for row in rows])
        return [
            Clearing(
                channel=row.channel,
                account=row.account,
                at=row.at,
                actor=row.actor,
                folder=row.folder,
                messages=tuple(moved.get(row.id, ())),
                size=row.size,
            )
            for row in rows
        ]

    def _moved(self, clearings: list[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for some in chunks(clearings):
            query = sa.select(CLEARED_MESSAGE).where(CLEARED_MESSAGE.c.clearing_id.in_(some))
            for row in self._transaction.all(query.order_by(CLEARED_MESSAGE.c.message_id)):
                found[row.clearing_id].append(row.message_id)
        return found
