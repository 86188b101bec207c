"""What the books of one account have in common."""

from typing import Any

import sqlalchemy as sa

from storage.transaction import Transaction


def at_account(table: sa.Table) -> sa.ColumnElement[bool]:
    """The rows of the account that `ChatPart` names when the statement is executed."""
    return sa.and_(*(table.c[name] == sa.bindparam(f"row_{name}") for name in ("agency", "channel", "account")))


class ChatPart:
    """One account of a channel, in one transaction."""

    def __init__(self, transaction: Transaction, channel: str, account: str) -> None:
        self._transaction = transaction
        self._key = {"agency": transaction.agency, "channel": channel, "account": account}
        self._row_key: dict[str, Any] = {f"row_{name}": value for name, value in self._key.items()}

    def _at(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """The rows of this account."""
        return sa.and_(*(table.c[name] == value for name, value in self._key.items()))

    def _save(self, table: sa.Table, key: dict[str, str], columns: dict[str, Any]) -> None:
        """Write a row, or change all of one that is there."""
        save = self._transaction.insert_or_change(table, *self._key, *key, changed=columns)
        self._transaction.run(save, [self._key | key | columns])
