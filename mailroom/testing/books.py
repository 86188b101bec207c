"""`ports.Books` in memory: a unit of work copies the shelf, and its commit puts the copy in place."""

import threading
from types import TracebackType
from typing import Self

from mailroom.testing.attachment_book import MemoryAttachmentBook
from mailroom.testing.chain_book import MemoryChainBook, link_new_rows
from mailroom.testing.chat_books import MemoryChatBook
from mailroom.testing.evidence_books import MemorySentBook
from mailroom.testing.journal_book import MemoryJournalBook
from mailroom.testing.keeping_book import MemoryKeepingBook
from mailroom.testing.learning_book import MemoryLearningBook
from mailroom.testing.licence_books import MemoryIssuanceBook, MemoryLicenceBook
from mailroom.testing.mailbox_book import MemoryMailboxBook
from mailroom.testing.match_book import MemoryMatchBook
from mailroom.testing.message_books import MemoryMessageBook, MemoryQueueBook
from mailroom.testing.other_books import (
    MemoryAccountBook,
    MemoryCaseBook,
    MemoryClerkBook,
    MemoryEventBook,
    MemoryHealthBook,
    MemoryOutboxBook,
    MemoryRegisterBook,
)
from mailroom.testing.paper_books import (
    MemoryDocumentBook,
    MemoryFieldBook,
    MemoryInstrumentBook,
    MemoryLinkBook,
    MemoryOutgoingBook,
)
from mailroom.testing.privacy_books import MemoryPrivacyBook, MemoryReadBook
from mailroom.testing.retention_book import MemoryRetentionBook
from mailroom.testing.search_book import MemorySearchBook
from mailroom.testing.shelf import Shelf


class MemoryUnitOfWork:
    """`ports.UnitOfWork`."""

    def __init__(self, books: "MemoryBooks", turn: "threading.Lock | None") -> None:
        self._books = books
        self._turn = turn
        self._shelf: Shelf | None = None

    def __enter__(self) -> Self:
        if self._turn is not None:
            self._turn.acquire()
        self._shelf = shelf = self._books.shelf.copy()
        self.messages = MemoryMessageBook(shelf)
        self.queue = MemoryQueueBook(shelf)
        self.register = MemoryRegisterBook(shelf)
        self.cases = MemoryCaseBook(shelf)
        self.outbox = MemoryOutboxBook(shelf)
        self.events = MemoryEventBook(shelf)
        self.accounts = MemoryAccountBook(shelf)
        self.clerks = MemoryClerkBook(shelf)
        self.health = MemoryHealthBook(shelf)
        self.licences = MemoryLicenceBook(shelf)
        self.issuances = MemoryIssuanceBook(shelf)
        self.documents = MemoryDocumentBook(shelf)
        self.links = MemoryLinkBook(shelf)
        self.outgoing = MemoryOutgoingBook(shelf)
        self.instruments = MemoryInstrumentBook(shelf)
        self.fields = MemoryFieldBook(shelf)
        self.keeping = MemoryKeepingBook(shelf)
        self.mailbox = MemoryMailboxBook(shelf)
        self.learning = MemoryLearningBook(shelf)
        self.reads = MemoryReadBook(shelf)
        self.privacy = MemoryPrivacyBook(shelf)
        self.retention = MemoryRetentionBook(shelf)
        self.journal = MemoryJournalBook(shelf)
        self.attachments = MemoryAttachmentBook(shelf)
        self.sent = MemorySentBook(shelf)
        self.chain = MemoryChainBook(shelf)
        self.search = MemorySearchBook(shelf)
        self.matches = MemoryMatchBook(shelf)
        return self

    def chats(self, channel: str, account: str) -> MemoryChatBook:
        if self._shelf is None:
            raise RuntimeError("this unit of work is over; begin another")
        return MemoryChatBook(self._shelf, channel, account)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._turn is not None:
            self._turn.release()

    def commit(self) -> None:
        if self._turn is None:
            raise RuntimeError("a unit of work that only reads has nothing to commit")
        if self._shelf is None:
            raise RuntimeError("this unit of work is committed already; begin another")
        link_new_rows(self._shelf)
        self._books.shelf, self._shelf = self._shelf, None


class MemoryBooks:
    """`ports.Books` of one agency. `shelf` shows a test what was committed."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self._turn = threading.Lock()

    def begin(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(self, self._turn)

    def look(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(self, None)

    def close(self) -> None:
        """Nothing is open."""
