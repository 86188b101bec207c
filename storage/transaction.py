"""One transaction on the database, with the rows that wait to be written together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Row

from mailroom.domain.errors import StorageError
from mailroom.domain.outbox import OutboxItem

PARAMETER_LIMIT = 500
"""Values in one IN list; every SQLite takes so many."""

Value = TypeVar("Value")


class Transaction:
    """Writes are collected and go out one executemany for each statement, before anything that could see them.

    Statements keep the order in which they were first used: whoever writes a row that refers to another has written
    that other one first.
    """

    def __init__(self, connection: Connection, agency: str) -> None:
        self.agency = agency
        self.letters: list[OutboxItem] = []
        """Letters put in this transaction."""
        self.text_keys: dict[int, str] = {}
        """Text keys of the messages recorded in this transaction."""
        self._connection = connection
        self._waiting: dict[sa.Executable, dict[object, dict[str, Any]]] = {}
        self._exact: set[sa.Executable] = set()
        self._committed = False

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
            result = self._connection.execute(statement, list(rows.values()))
            if statement in self._exact and result.rowcount != len(rows):
                raise StorageError("another process decided on the same messages; nothing was changed, work goes on")

    def commit(self) -> None:
        """Write what waits, and make all of it durable. Raises StorageError."""
        self.flush()
        self._connection.commit()
        self._committed = True

    def _check_open(self) -> None:
        """What came after the commit would be lost without a word."""
        if self._committed:
            raise RuntimeError("this unit of work is committed already; begin another")

    def run(self, statement: sa.Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> CursorResult[Any]:
        """Execute now, after what waits."""
        self.flush()
        return self._connection.execute(statement, rows)

    def all(self, statement: sa.Executable) -> Sequence[Row[Any]]:
        return self.run(statement).all()

    def first(self, statement: sa.Executable) -> Row[Any] | None:
        return self.run(statement).first()

    def insert_or_pass(self, table: sa.Table, columns: Sequence[sa.Column[Any]]) -> sa.Insert:
        """An INSERT that passes over a row whose `columns` are there already."""
        return self._insert(table).on_conflict_do_nothing(index_elements=columns)

    def insert_or_change(self, table: sa.Table, columns: Sequence[sa.Column[Any]], changed: Iterable[str]) -> sa.Insert:
        """An INSERT that changes the columns `changed` of a row whose `columns` are there already."""
        insert = self._insert(table)
        return insert.on_conflict_do_update(
            index_elements=columns, set_={name: insert.excluded[name] for name in changed}
        )

    def _insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        return postgresql.insert(table) if self._connection.dialect.name == "postgresql" else sqlite.insert(table)


def chunks(values: Iterable[Value], size: int = PARAMETER_LIMIT) -> Iterator[list[Value]]:
    """The distinct values in lists short enough for one statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]
