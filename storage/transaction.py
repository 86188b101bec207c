"""One transaction on the database, with the rows that wait to be written together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult, Row

from mailroom.domain.errors import StorageError
from mailroom.domain.journal import Claim
from mailroom.domain.outbox import OutboxItem
from storage import prepared
from storage.linking import Notes, link_all

PARAMETER_LIMIT = 500
"""Values in one IN list; every SQLite takes so many."""

Value = TypeVar("Value")


class Transaction:
    """Writes are collected and go out one executemany for each statement, before anything that could see them.

    Statements keep the order in which they were first used: whoever writes a row that refers to another has written
    that other one first.
    """

    def __init__(self, connection: Connection, agency: str, notes: Notes | None = None) -> None:
        """`notes` are those of a connection that may write."""
        self.agency = agency
        self.notes = notes or Notes()
        """What is linked into the chain at the commit."""
        self.letters: list[OutboxItem] = []
        """Letters put in this transaction."""
        self.text_keys: dict[int, str] = {}
        """Text keys of the messages that this transaction looked up or recorded."""
        self.numbers: dict[tuple[str, int], int] = {}
        """Last number given, of the registers and years that this transaction counted in."""
        self.fenced: bool | None = None
        """Whether the fence of a restore is missing; None until somebody looked."""
        self.claims: dict[int, Claim] | None = None
        """Numbers that messages had before a restore, by message; None until somebody looked."""
        self._connection = connection
        self._waiting: dict[sa.Executable, dict[object, dict[str, Any]]] = {}
        self._exact: set[sa.Executable] = set()
        self._committed = False

    @property
    def sqlite_version(self) -> tuple[int, ...]:
        """Of the library that holds the database."""
        version: tuple[int, ...] = self._connection.dialect.loaded_dbapi.sqlite_version_info
        return version

    def write(self, statement: sa.Executable, row: dict[str, Any], *, key: object = None, exact: bool = False) -> None:
        """Have a row written in time. A row with the same `key` takes the place of the earlier one.

        `exact`: each row must change one row of the table, else the transaction fails.
        """
        self._check_open()
        rows = self._waiting.setdefault(statement, {})
        rows[len(rows) if key is None else key] = row
        if exact:
            self._exact.add(statement)

    def flush(self) -> None:
        """Write what waits. Raises StorageError."""
        self._check_open()
        waiting, self._waiting = self._waiting, {}
        for statement, rows in waiting.items():
            result = self._write(statement, list(rows.values()))
            if statement in self._exact and result.rowcount != len(rows):
                raise StorageError("another process decided on the same messages; nothing was changed, work goes on")

    def _write(self, statement: sa.Executable, rows: list[dict[str, Any]]) -> CursorResult[Any]:
        """All rows have the columns of the first."""
        ready = prepared.prepared(statement, self._connection.dialect, tuple(rows[0]))
        return self._connection.exec_driver_sql(ready.sql, ready.rows(rows))

    def commit(self) -> None:
        """Write what waits and its links of the chain, and make all of it durable. Raises StorageError."""
        self.flush()
        link_all(self._connection, self.agency, self.notes.taken())
        self._connection.commit()
        self._committed = True

    def _check_open(self) -> None:
        """What came after the commit would be lost without a word."""
        if self._committed:
            raise RuntimeError("this unit of work is committed already; begin another")

    def run(
        self, statement: sa.Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute now, after what waits; `values` are those of bind parameters, or rows."""
        self.flush()
        return self._connection.execute(statement, values)

    def all(self, statement: sa.Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        return self.run(statement, values).all()

    def first(self, statement: sa.Executable) -> Row[Any] | None:
        return self.run(statement).first()

    def insert_or_pass(self, table: sa.Table, *key: str) -> sa.Insert:
        """An INSERT that passes over a row whose `key` is there already."""
        return prepared.insert_or_pass(self._connection.dialect.name, table, key)

    def insert_or_change(self, table: sa.Table, *key: str, changed: Iterable[str]) -> sa.Insert:
        """An INSERT that changes the columns `changed` of a row whose `key` is there already."""
        return prepared.insert_or_change(self._connection.dialect.name, table, key, tuple(changed))


def chunks(values: Iterable[Value], size: int = PARAMETER_LIMIT) -> Iterator[list[Value]]:
    """The distinct values in lists short enough for one statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
