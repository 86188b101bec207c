"""Classes of cases, holds, and destruction lists."""

from storage.transaction import Transaction


class SqlRetentionBook:
    """`ports.RetentionBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
