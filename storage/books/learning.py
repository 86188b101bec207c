"""Corrections by clerks, models trained on them, and the audit of both."""

from storage.transaction import Transaction


class SqlLearningBook:
    """`ports.LearningBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
