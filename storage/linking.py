"""What one transaction adds to the chain: seen by SQLite itself, whatever statement changed a row."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Connection

from mailroom.stages.chain import BEGINNING, leaf_of, record_of, value_of
from storage.chained import CHANGES, EVIDENCE, Evidence
from storage.columns import dumps
from storage.engine import WRITES, refused

NOTES = "mailroom_notes"
"""In the record of a pooled connection."""
WRITTEN, CHANGED = "mailroom_written", "mailroom_changed"
"""Functions of SQL that only triggers of our own connections call."""
LINK = "INSERT INTO chain (agency, seq, at, tbl, key, leaf, value) VALUES (?, ?, ?, ?, ?, ?, ?)"
HEAD = "SELECT seq, value FROM chain WHERE agency = ? ORDER BY seq DESC LIMIT 1"


class Notes:
    """What is to be linked when the transaction of a connection commits, in order."""

    def __init__(self) -> None:
        self.links: list[tuple[str, str, bytes]] = []
        """Of each: table, key and leaf."""
        self.changes: dict[str, dict[str, None]] = {}
        """Keys of rows whose state changed, by table; each once."""

    def clear(self) -> None:
        self.links.clear()
        self.changes.clear()

    def written(self, table: str, key: str, *values: Any) -> None:
        """A row with facts was inserted."""
        self.link(table, key, dict(zip(EVIDENCE[table].facts, values, strict=True)))

    def changed(self, table: str, key: str) -> None:
        """The state of a row came to be, or changed."""
        self.changes.setdefault(table, {})[key] = None

    def link(self, table: str, key: str, facts: dict[str, Any]) -> None:
        self.links.append((table, key, leaf_of(record_of(table, key, facts))))

    def taken(self) -> list[tuple[str, str, bytes]]:
        """All links, the last of which tells of the changes. Nothing is noted afterwards."""
        if self.changes:
            names = {table: list(keys) for table, keys in self.changes.items()}
            self.link(CHANGES, dumps(names), {})
        links = self.links[:]
        self.clear()
        return links


def notes_of(connection: Connection) -> Notes:
    """The notes of a connection on which no transaction has begun, empty. Raises StorageError."""
    notes: Notes | None = connection.info.get(NOTES)
    if notes is None:
        notes = Notes()
        _watch(connection, notes)
        connection.info[NOTES] = notes
    notes.clear()
    return notes


def _watch(connection: Connection, notes: Notes) -> None:
    """Triggers that end with the connection: other programs write without links, which is what `verify` names."""
    driver: Any = connection.connection.driver_connection
    driver.create_function(WRITTEN, -1, notes.written)
    driver.create_function(CHANGED, 2, notes.changed)
    with connection.execution_options(**{WRITES: True}).begin():
        for one in EVIDENCE.values():
            for trigger in _triggers(one):
                connection.exec_driver_sql(trigger)


def _triggers(one: Evidence) -> list[str]:
    calls = []
    if one.facts:
        calls.append(f"SELECT {WRITTEN}('{one.name}', {one.key_sql('NEW')}, {one.values_sql('NEW', one.facts)});")
    change = f"SELECT {CHANGED}('{one.name}', {one.key_sql('NEW')});"
    calls += [change] if one.state else []
    made = [f"CREATE TEMP TRIGGER {one.name}_written AFTER INSERT ON main.{one.name} BEGIN {' '.join(calls)} END"]
    if one.state:
        columns = ", ".join(f'"{name}"' for name in one.state)
        made.append(
            f"CREATE TEMP TRIGGER {one.name}_changed AFTER UPDATE OF {columns} ON main.{one.name} BEGIN {change} END"
        )
    return made


def link_all(connection: Connection, agency: str, links: list[tuple[str, str, bytes]]) -> None:
    """Add links to the chain of an agency, which no other transaction does meanwhile. Raises StorageError.

    It is done with each commit: on the driver itself it costs a tenth.
    """
    if not links:
        return
    driver: Any = connection.connection.driver_connection
    now = datetime.now(UTC)
    at = now.replace(tzinfo=None).isoformat(" ", "microseconds")
    try:
        seq, value = driver.execute(HEAD, (agency,)).fetchone() or (0, BEGINNING)
        rows = []
        for table, key, leaf in links:
            seq += 1
            value = value_of(value, seq, now, leaf, f"{table} {key}")
            rows.append((agency, seq, at, table, key, leaf, value))
        driver.executemany(LINK, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise refused(error, str(connection.engine.url.database)) from error
