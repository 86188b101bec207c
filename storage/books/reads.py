"""Who read what."""

from storage.transaction import Transaction


class SqlReadBook:
    """`ports.ReadBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
