"""The check of the chain, of the rows that it speaks of, and of checkpoints: each hash is made anew, by code of its own.

What somebody changed, removed or put in is named by table and key. Somebody who can write everything here could make the
whole chain anew: that only a checkpoint shows that is kept elsewhere (`outside`).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from mailroom.domain.evidence import Checkpoint
from storage.chained import BEGUN, CHAIN, CHANGES, EVIDENCE, STATE, Evidence
from storage.driver import sqlite_module
from storage.findings import NOT_OURS, Finding, Severity, fault
from storage.verify_checkpoints import CheckpointCheck

LINKS = "SELECT seq, at, tbl, key, leaf, value FROM chain WHERE agency = ? ORDER BY seq"
KNOWN = "CREATE TEMP TABLE known (tbl TEXT, key TEXT, seq INTEGER, leaf BLOB, PRIMARY KEY (tbl, key)) WITHOUT ROWID"
FIRST = "INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?)"
LATEST = "INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)"
UNSEALED = "rows changed since they were sealed"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ChainCheck:
    """Part of one run of `verify`, on a connection of its own: it keeps a table of what the chain says beside it, on disk."""

    def __init__(
        self,
        opened: Callable[[], Any],
        agency: str,
        counts: Counter[str],
        outside: Sequence[tuple[str, Checkpoint]] = (),
        public: bytes | None = None,
    ) -> None:
        """`outside` are checkpoints from elsewhere, each with where it comes from; `public` is our evidence key."""
        self._opened = opened
        self._agency = agency
        self._counts = counts
        self._outside = outside
        self._public = public

    @property
    def looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (self._all,)

    def _all(self) -> Iterator[Finding]:
        with closing(self._opened()) as connection:
            connection.row_factory = None
            # What damage made of a text is compared as well, whatever it is.
            connection.text_factory = _text
            connection.execute(KNOWN)
            yield from _safely("chain links", self._links(connection))
            for one in EVIDENCE.values():
                yield from _safely(f"table {one.name}", self._rows(connection, one))

    def _links(self, connection: Any) -> Iterator[Finding]:
        """The links in order, each on the one before, and the checkpoints on them."""
        checkpoints = CheckpointCheck(connection, self._agency, self._counts, self._outside, self._public)
        yield from checkpoints.begin()
        seq, value = 0, bytes(32)
        for row in connection.execute(LINKS, (self._agency,)):
            if row[0] != seq + 1:
                yield fault(
                    f"chain link {seq + 1}", f"removed, as all before link {row[0]}" if row[0] > seq + 2 else "removed"
                )
            elif row[5] != _value(value, row):
                yield fault(f"chain link {row[0]}", f"it does not follow from link {seq}: one of them was changed")
            seq, value = row[0], _bytes(row[5])
            yield from checkpoints.link(_bytes(row[4]), value)
            for text in self._note(connection, row):
                yield fault(f"chain link {seq}", text)
            if row[2] == CHAIN and str(row[3]).startswith(BEGUN):
                yield Finding(
                    Severity.NOTE, f"chain links 1 to {seq}", f"made of rows that were there before{row[3][5:16]}"
                )
        self._counts["links"] += checkpoints.size
        yield from checkpoints.end()

    def _note(self, connection: Any, row: Sequence[Any]) -> Iterator[str]:
        """Remember what a link says of which row."""
        seq, leaf, table, key = row[0], row[4], str(row[2]), str(row[3])
        name = table.removesuffix(STATE)
        if table in (CHANGES, CHAIN):
            if leaf != _leaf(table, key, (), ()):
                yield f"what it says ({table} {key[:80]}) was changed"
            elif table == CHANGES:
                for changed, keys in json.loads(key).items():
                    connection.executemany(LATEST, [(changed + STATE, one, seq, None) for one in keys])
        elif name not in EVIDENCE:
            yield f"it is about the table {table[:80]}, which is not known"
        elif table == name:
            if not connection.execute(FIRST, (table, key, seq, leaf)).rowcount:
                yield f"it is about {table} {key}, as a link before: inserted, or changed"
        else:
            connection.execute(LATEST, (table, key, seq, leaf))

    def _rows(self, connection: Any, one: Evidence) -> Iterator[Finding]:
        """Every row of a table against its links."""
        if one.facts:
            yield from self._compare(connection, one, one.name, one.facts, "changed after it was written")
        if one.state:
            yield from self._compare(connection, one, one.name + STATE, one.state, "changed past the program")

    def _compare(
        self, connection: Any, one: Evidence, table: str, columns: Sequence[str], changed: str
    ) -> Iterator[Finding]:
        key, values = one.key_sql("r"), one.values_sql("r", columns)
        query = (
            f"SELECT {key}, l.seq, l.leaf, {values} FROM {one.name} r "  # noqa: S608
            f"LEFT JOIN known l ON l.tbl = ? AND l.key = {key} WHERE r.agency = ?"
        )
        found = 0
        for name, seq, leaf, *facts in connection.execute(query, (table, self._agency)):
            if seq is None:
                yield fault(f"row {one.name} {name}", "inserted past the program: no link of the chain speaks of it")
            elif leaf is None:
                self._counts[UNSEALED] += 1
            else:
                found += 1
                if leaf != _leaf(table, name, columns, facts):
                    yield fault(f"row {one.name} {name}", f"{changed}: it is not what link {seq} of the chain says")
        self._counts["rows in the chain"] += found
        yield from self._removed(connection, one, table, key, found)

    def _removed(self, connection: Any, one: Evidence, table: str, key: str, found: int) -> Iterator[Finding]:
        """Rows of which there is a link only. Which they are is asked only when there are too few."""
        said = connection.execute("SELECT count(*), count(leaf) FROM known WHERE tbl = ?", (table,)).fetchone()
        there = connection.execute(f"SELECT count(*) FROM {one.name} WHERE agency = ?", (self._agency,)).fetchone()  # noqa: S608
        if said[1] == found and said[0] == there[0]:
            return
        query = f"SELECT key FROM known WHERE tbl = ? EXCEPT SELECT {key} FROM {one.name} r WHERE r.agency = ?"  # noqa: S608
        for (name,) in connection.execute(query, (table, self._agency)):
            yield fault(f"row {one.name} {name}", "removed: the chain knows it, and it is not there")


def _safely(subject: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except (sqlite_module().DatabaseError, *NOT_OURS) as error:
        yield fault(subject, f"it cannot be read as it should be ({error}); restore the backup")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _bytes(value: Any) -> bytes:
    """What stands where bytes should; damage may have made something else of it."""
    return value if isinstance(value, bytes) else b""


def _leaf(table: str, key: str, columns: Sequence[str], values: Sequence[Any]) -> bytes:
    facts = dict(zip(columns, values, strict=True))
    record = json.dumps([table, key, facts], ensure_ascii=False, separators=(",", ":"), default=repr)
    return sha256(b"\0" + record.encode("utf-8", "surrogateescape")).digest()


def _value(before: bytes, row: Sequence[Any]) -> bytes | None:
    """None where the number or the time is not as we write it: the same moment in other signs is no less a change."""
    try:
        at = datetime.fromisoformat(row[1])
        if at.isoformat(" ", "microseconds") != row[1]:
            return None
        since = at.replace(tzinfo=UTC) - EPOCH
        moment = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
        numbers = row[0].to_bytes(8) + moment.to_bytes(8)
        about = f"{row[2]} {row[3]}".encode("utf-8", "surrogateescape")
        return sha256(b"\2" + before + numbers + _bytes(row[4]) + about).digest()
    except (ValueError, TypeError, OverflowError):
        return None
