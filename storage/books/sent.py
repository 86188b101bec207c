"""Letters as they were handed over."""

from storage.transaction import Transaction


class SqlSentBook:
    """`ports.SentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
