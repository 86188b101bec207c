"""Statements compiled once: what the library would work out anew for every row is kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from storage.columns import clean, clean_all

STATEMENTS_KEPT = 256

Bind = Callable[[Any], Any]


class Prepared:
    """The SQL of one statement in one dialect, and how the values of a row are bound to it."""

    def __init__(self, statement: sa.Executable, dialect: Dialect, columns: tuple[str, ...]) -> None:
        """Every value that the statement takes is one of `columns`; it holds none of its own."""
        compiled: Any = statement.compile(  # type: ignore[attr-defined]
            dialect=dialect, column_keys=list(columns), for_executemany=True
        )
        self.sql = str(compiled)
        self._positional = bool(compiled.positional)
        names = compiled.positiontup if self._positional else compiled.binds
        self._binds = [(name, _bind_of(compiled.binds[name].type, dialect)) for name in names]

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Rows in the form in which the driver takes them."""
        # Column by column: the loop over the rows then runs inside map and zip.
        bound = zip(*(_bound([row[name] for row in rows], bind) for name, bind in self._binds), strict=True)
        if self._positional:
            return list(bound)
        names = [name for name, _ in self._binds]
        return [dict(zip(names, row, strict=True)) for row in bound]


def _bound(values: list[Any], bind: Bind | None) -> Iterable[Any]:
    if bind is None:
        return values
    return clean_all(values) if bind is clean else map(bind, values)


def _bind_of(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Bind | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


@lru_cache(STATEMENTS_KEPT)
def prepared(statement: sa.Executable, dialect: Dialect, columns: tuple[str, ...]) -> Prepared:
    return Prepared(statement, dialect, columns)


@lru_cache(STATEMENTS_KEPT)
def insert_or_pass(dialect: str, table: sa.Table, key: tuple[str, ...]) -> sa.Insert:
    """An INSERT that passes over a row whose `key` is there already."""
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=key)


@lru_cache(STATEMENTS_KEPT)
def insert_or_change(dialect: str, table: sa.Table, key: tuple[str, ...], changed: tuple[str, ...]) -> sa.Insert:
    """An INSERT that changes the columns `changed` of a row whose `key` is there already."""
    insert = _insert(dialect, table)
    return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in changed})


def _insert(dialect: str, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
