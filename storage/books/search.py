"""The full-text index over messages and attachments."""

from storage.transaction import Transaction


class SqlSearchBook:
    """`ports.SearchBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
