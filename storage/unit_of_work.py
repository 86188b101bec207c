"""One transaction over all books of one agency, on SQL."""

import threading
from functools import cached_property
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Connection, Engine

from mailroom.domain.errors import StorageError
from storage.books.attachments import SqlAttachmentBook
from storage.books.chain import SqlChainBook
from storage.books.chat import SqlChatBook
from storage.books.clerks import SqlClerkBook
from storage.books.documents import SqlDocumentBook
from storage.books.fields import SqlFieldBook
from storage.books.instruments import SqlInstrumentBook
from storage.books.issuances import SqlIssuanceBook
from storage.books.journal import SqlJournalBook
from storage.books.keeping import SqlKeepingBook
from storage.books.learning import SqlLearningBook
from storage.books.licences import SqlLicenceBook
from storage.books.links import SqlLinkBook
from storage.books.mailbox import SqlMailboxBook
from storage.books.matches import SqlMatchBook
from storage.books.messages import SqlMessageBook
from storage.books.outbox import SqlOutboxBook
from storage.books.outgoing import SqlOutgoingBook
from storage.books.privacy import SqlPrivacyBook
from storage.books.queue import SqlQueueBook
from storage.books.reads import SqlReadBook
from storage.books.register import SqlCaseBook, SqlRegisterBook
from storage.books.retention import SqlRetentionBook
from storage.books.search import SqlSearchBook
from storage.books.sent import SqlSentBook
from storage.books.upkeep import SqlAccountBook, SqlEventBook, SqlHealthBook
from storage.engine import BUSY_SECONDS, WRITES, open_engine
from storage.linking import notes_of
from storage.schema import upgrade
from storage.transaction import Transaction


class SqlUnitOfWork:
    """`ports.UnitOfWork`. The books exist between `with` and commit or the end of the block; each once it is asked for."""

    def __init__(self, engine: Engine, agency: str, turn: "threading.Lock | None") -> None:
        """`turn` is held by the one writer of this process; None for a unit of work that only reads."""
        self._engine = engine
        self._agency = agency
        self._turn = turn
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        self._take_turn()
        try:
            self._connection = connection = self._engine.connect()
            notes = notes_of(connection) if self._turn is not None else None
            connection.execution_options(**{WRITES: self._turn is not None}).begin()
        except BaseException:
            self._end()
            raise
        self._transaction = Transaction(connection, self._agency, notes)
        return self

    @cached_property
    def messages(self) -> SqlMessageBook:
        return SqlMessageBook(self._transaction)

    @cached_property
    def queue(self) -> SqlQueueBook:
        return SqlQueueBook(self._transaction)

    @cached_property
    def register(self) -> SqlRegisterBook:
        return SqlRegisterBook(self._transaction)

    @cached_property
    def cases(self) -> SqlCaseBook:
        return SqlCaseBook(self._transaction)

    @cached_property
    def outbox(self) -> SqlOutboxBook:
        return SqlOutboxBook(self._transaction)

    @cached_property
    def events(self) -> SqlEventBook:
        return SqlEventBook(self._transaction)

    @cached_property
    def accounts(self) -> SqlAccountBook:
        return SqlAccountBook(self._transaction)

    @cached_property
    def clerks(self) -> SqlClerkBook:
        return SqlClerkBook(self._transaction)

    @cached_property
    def health(self) -> SqlHealthBook:
        return SqlHealthBook(self._transaction)

    @cached_property
    def licences(self) -> SqlLicenceBook:
        return SqlLicenceBook(self._transaction)

    @cached_property
    def issuances(self) -> SqlIssuanceBook:
        return SqlIssuanceBook(self._transaction)

    @cached_property
    def documents(self) -> SqlDocumentBook:
        return SqlDocumentBook(self._transaction)

    @cached_property
    def links(self) -> SqlLinkBook:
        return SqlLinkBook(self._transaction)

    @cached_property
    def outgoing(self) -> SqlOutgoingBook:
        return SqlOutgoingBook(self._transaction)

    @cached_property
    def instruments(self) -> SqlInstrumentBook:
        return SqlInstrumentBook(self._transaction)

    @cached_property
    def fields(self) -> SqlFieldBook:
        return SqlFieldBook(self._transaction)

    @cached_property
    def keeping(self) -> SqlKeepingBook:
        return SqlKeepingBook(self._transaction)

    @cached_property
    def chain(self) -> SqlChainBook:
        return SqlChainBook(self._transaction)

    @cached_property
    def sent(self) -> SqlSentBook:
        return SqlSentBook(self._transaction)

    @cached_property
    def journal(self) -> SqlJournalBook:
        return SqlJournalBook(self._transaction)

    @cached_property
    def retention(self) -> SqlRetentionBook:
        return SqlRetentionBook(self._transaction)

    @cached_property
    def privacy(self) -> SqlPrivacyBook:
        return SqlPrivacyBook(self._transaction)

    @cached_property
    def reads(self) -> SqlReadBook:
        return SqlReadBook(self._transaction)

    @cached_property
    def mailbox(self) -> SqlMailboxBook:
        return SqlMailboxBook(self._transaction)

    @cached_property
    def search(self) -> SqlSearchBook:
        return SqlSearchBook(self._transaction)

    @cached_property
    def attachments(self) -> SqlAttachmentBook:
        return SqlAttachmentBook(self._transaction)

    @cached_property
    def learning(self) -> SqlLearningBook:
        return SqlLearningBook(self._transaction)

    @cached_property
    def matches(self) -> SqlMatchBook:
        return SqlMatchBook(self._transaction)

    def chats(self, channel: str, account: str) -> SqlChatBook:
        return SqlChatBook(self._transaction, channel, account)

    def _take_turn(self) -> None:
        """Threads of one process queue here: SQLite's own waiting polls, and can starve one of many."""
        if self._turn is not None and not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StorageError("the database is held by one writer for too long; stop the program and start it again")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        try:
            # Closing gives the connection back to the pool, which rolls back what was not committed.
            if self._connection is not None:
                self._connection.close()
        finally:
            if self._turn is not None:
                self._turn.release()

    def commit(self) -> None:
        if self._turn is None:
            raise RuntimeError("a unit of work that only reads has nothing to commit")
        self._transaction.commit()


class SqlBooks:
    """`ports.Books` of one agency."""

    def __init__(self, database: str | Engine, agency: str) -> None:
        """`database` is an address `sqlite:///PATH`, or an engine that stays its giver's own.

        The schema is brought up to date. Raises ConfigurationError, StorageError.
        """
        self._owned = isinstance(database, str)
        self._engine = open_engine(database) if isinstance(database, str) else database
        self._agency = agency
        self._turn = threading.Lock()
        upgrade(self._engine)

    def begin(self) -> SqlUnitOfWork:
        return SqlUnitOfWork(self._engine, self._agency, self._turn)

    def look(self) -> SqlUnitOfWork:
        return SqlUnitOfWork(self._engine, self._agency, None)

    def close(self) -> None:
        if self._owned:
            self._engine.dispose()
