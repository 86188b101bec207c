"""What was read in attachments, and what each seems to be."""

from storage.transaction import Transaction


class SqlAttachmentBook:
    """`ports.AttachmentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
