"""Pairs of messages that seem to be the same request."""

from storage.transaction import Transaction


class SqlMatchBook:
    """`ports.MatchBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
