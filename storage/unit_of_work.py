"""One transaction over all books of one agency, on SQL."""

import threading
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Connection, Engine

from mailroom.domain.errors import StorageError
from storage.books.clerks import SqlClerkBook
from storage.books.messages import SqlMessageBook
from storage.books.outbox import SqlOutboxBook
from storage.books.queue import SqlQueueBook
from storage.books.register import SqlCaseBook, SqlRegisterBook
from storage.books.upkeep import SqlAccountBook, SqlEventBook, SqlHealthBook
from storage.engine import BUSY_SECONDS, WRITES, open_engine
from storage.schema import upgrade
from storage.transaction import Transaction


class SqlUnitOfWork:
    """`ports.UnitOfWork`. The books exist between `with` and commit or the end of the block."""

    messages: SqlMessageBook
    queue: SqlQueueBook
    register: SqlRegisterBook
    cases: SqlCaseBook
    outbox: SqlOutboxBook
    events: SqlEventBook
    accounts: SqlAccountBook
    clerks: SqlClerkBook
    health: SqlHealthBook

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
            connection.execution_options(**{WRITES: self._turn is not None}).begin()
        except BaseException:
            self._end()
            raise
        self._transaction = Transaction(connection, self._agency)
        self._open_books(self._transaction)
        return self

    def _open_books(self, transaction: Transaction) -> None:
        self.messages = SqlMessageBook(transaction)
        self.queue = SqlQueueBook(transaction)
        self.register = SqlRegisterBook(transaction)
        self.cases = SqlCaseBook(transaction)
        self.outbox = SqlOutboxBook(transaction)
        self.events = SqlEventBook(transaction)
        self.accounts = SqlAccountBook(transaction)
        self.clerks = SqlClerkBook(transaction)
        self.health = SqlHealthBook(transaction)

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
