"""The chain over the rows of one agency, its checkpoints and their proofs."""

from storage.transaction import Transaction


class SqlChainBook:
    """`ports.ChainBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
