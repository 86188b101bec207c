"""What the journal tells already, and numbers that only it knows."""

from storage.transaction import Transaction


class SqlJournalBook:
    """`ports.JournalBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
