"""Requests about personal data, and breaches."""

from storage.transaction import Transaction


class SqlPrivacyBook:
    """`ports.PrivacyBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
