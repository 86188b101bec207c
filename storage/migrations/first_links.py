"""Links for rows from before there was a chain."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.chained import BEGUN, CHAIN, EVIDENCE, STATE, Evidence
from storage.linking import Notes, link_all

CHUNK = 1000


def link_what_is_there(connection: Connection) -> None:
    """Link facts and state of every row, in order, and mark the beginning: nothing proves what was before it."""
    there = set(sa.inspect(connection).get_table_names())
    tables = [one for one in EVIDENCE.values() if one.name in there]
    for agency in _agencies(connection, tables):
        links = (link for one in tables for link in _links(connection, one, agency))
        count = 0
        while some := list(islice(links, CHUNK)):
            link_all(connection, agency, some)
            count += len(some)
        notes = Notes()
        notes.link(CHAIN, f"{BEGUN} {datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}", {})
        link_all(connection, agency, notes.taken())


def _agencies(connection: Connection, tables: list[Evidence]) -> list[str]:
    found: set[str] = set()
    for one in tables:
        found.update(row[0] for row in connection.exec_driver_sql(f"SELECT DISTINCT agency FROM {one.name}"))  # noqa: S608
    return sorted(found)


def _links(connection: Connection, one: Evidence, agency: str) -> Iterator[tuple[str, str, bytes]]:
    for name, columns in ((one.name, one.facts), (one.name + STATE, one.state)):
        if not columns:
            continue
        key, values = one.key_sql("r"), one.values_sql("r", columns)
        query = f"SELECT {key}, {values} FROM {one.name} r WHERE r.agency = ? ORDER BY r.rowid"  # noqa: S608
        for row in connection.exec_driver_sql(query, (agency,)):
            yield _link(name, tuple(row), columns)


def _link(name: str, row: tuple[Any, ...], columns: tuple[str, ...]) -> tuple[str, str, bytes]:
    notes = Notes()
    notes.link(name, row[0], dict(zip(columns, row[1:], strict=True)))
    return notes.links[0]
