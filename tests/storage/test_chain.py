"""The chain says of every row what it was, and `verify` names what became another one past the program."""

import json
import random
import re
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from mailroom.domain.errors import StorageError
from mailroom.stages.chain import record_of, value_of
from storage import linking
from storage.books.chain import SqlChainBook
from storage.chained import CHAIN, EVIDENCE, NO_EVIDENCE, Evidence
from storage.driver import sqlite_module
from storage.engine import WRITES, open_engine
from storage.findings import Severity
from storage.linking import Notes
from storage.tables import METADATA
from storage.unit_of_work import SqlBooks
from storage.verify import _opened
from storage.verify_chain import UNSEALED, ChainCheck
from tests.support.book_values import NOW, arrive, decide, message
from tests.support.chains import chain_of, check, tamper
from tests.support.checkpoints import FIRST_DAY, seal
from tests.support.damage_rows import drop_triggers


def some_value(column: sa.Column[Any], number: int) -> Any:
    """A value of its type, another one for each number."""
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return bool(number % 2)
    if isinstance(kind, sa.JSON):
        return [number]
    if isinstance(kind, sa.LargeBinary):
        return bytes([number % 256]) * 3
    if isinstance(kind, sa.Integer | sa.Float):
        return number
    if isinstance(kind, sa.Date):
        return FIRST_DAY + timedelta(days=number)
    return NOW + timedelta(hours=number) if "Time" in type(kind).__name__ else f"ค่า/{number}%"


def fill(books: SqlBooks, one: Evidence, number: int = 7) -> None:
    """A row of that table, whatever it says, in the way in which the program writes rows."""
    row = {column.name: some_value(column, number) for column in one.table.columns} | {"agency": "agency"}
    with books.begin() as uow:
        uow._transaction.run(sa.insert(one.table), row)
        uow.commit()


checked = check


@pytest.fixture
def loose_books(database: str) -> Iterator[SqlBooks]:
    """Books that ask no row for the row that it refers to."""
    engine = open_engine(database)

    @sa.event.listens_for(engine, "connect")
    def _loose(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")

    engine.dispose()
    books = SqlBooks(engine, "agency")
    yield books
    books.close()
    engine.dispose()


def test_every_table_is_evidence_or_says_why_not() -> None:
    """A new table has to be put on one of the lists, or nobody would know that it can be changed unseen."""
    assert set(METADATA.tables) == EVIDENCE.keys() | NO_EVIDENCE.keys()
    assert not EVIDENCE.keys() & NO_EVIDENCE.keys()


@pytest.mark.parametrize("one", EVIDENCE.values(), ids=lambda one: one.name)
def test_every_column_of_evidence_is_named_once(one: Evidence) -> None:
    """As fact, as state or as free; a column of the key stands in every link, and need not be named."""
    named = [*one.facts, *one.state, *one.free]
    assert len(named) == len(set(named))
    assert set(named) | set(one.key) == {column.name for column in one.table.columns}
    assert not one.free or set(one.free) <= {
        *("segment", "segment_offset", "stored_length", "attempts", "taken_at"),
        *("content_attempts", "content_due_at"),
    }


@pytest.mark.parametrize("name", EVIDENCE)
def test_every_value_of_every_table_is_watched(loose_books: SqlBooks, database: str, name: str) -> None:
    """A change of each column but the free ones, a removal, and a row put in: each names the row, and undone none."""
    one = EVIDENCE[name]
    fill(loose_books, one)
    seal(loose_books)

    def check(database: str) -> tuple[list[str], Counter[str]]:
        """What a checkpoint says of itself is another matter."""
        subjects, counts = checked(database)
        return [subject for subject in subjects if not subject.startswith("checkpoint ")], counts

    assert check(database)[0] == []
    assert check(database)[1][UNSEALED] == 0
    path = database.removeprefix("sqlite:///")
    with closing(sqlite_module().connect(path, isolation_level=None)) as db:
        drop_triggers(db)
        [key] = db.execute(f"SELECT {one.key_sql('r')} FROM {name} r").fetchone()
        for column in (*one.facts, *one.state):
            if column in ("agency", *one.key):
                continue
            [before] = db.execute(f'SELECT "{column}" FROM {name}').fetchone()
            db.execute(f'UPDATE {name} SET "{column}" = ?', (8 if isinstance(before, int | float) else b"other",))
            assert check(database)[0] == [f"row {name} {key}"], column
            db.execute(f'UPDATE {name} SET "{column}" = ?', (before,))
        assert check(database)[0] == []
        for column in one.free:
            db.execute(f'UPDATE {name} SET "{column}" = "{column}"')
        db.execute(f"CREATE TABLE aside AS SELECT * FROM {name}")
        db.execute(f"DELETE FROM {name}")
        assert set(check(database)[0]) == {f"row {name} {key}"}
        db.execute(f"INSERT INTO {name} SELECT * FROM aside")
        assert check(database)[0] == []
        first = one.key[0]
        db.execute(
            f'UPDATE aside SET "{first}" = {99 if isinstance(one.table.c[first].type, sa.Integer) else "char(99)"}'
        )
        db.execute("PRAGMA ignore_check_constraints = ON")
        for index in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%'"
        ).fetchall():
            db.execute(f"DROP INDEX {index[0]}")
        try:
            db.execute(f"INSERT INTO {name} SELECT * FROM aside")
        except sqlite_module().IntegrityError:
            return
        [new] = db.execute(f"SELECT {one.key_sql('r')} FROM aside r").fetchone()
        assert set(check(database)[0]) == {f"row {name} {new}"}


def test_a_change_by_the_program_is_no_fault(sql_books: SqlBooks, database: str) -> None:
    """Whatever statement makes it; until the night the row is counted as not sealed."""
    rows = arrive(sql_books, b"a", b"b")
    with sql_books.begin() as uow:
        for logged in rows:
            decide(uow, logged, message(), logged.id)
        uow.commit()
    assert (faults := check(database))[0] == []
    assert faults[1][UNSEALED] > 0
    seal(sql_books)
    assert check(database)[1][UNSEALED] == 0
    with sql_books.begin() as uow:
        uow.messages.attempt([rows[0].id])
        uow.messages.taken("email", "saraban@agency.test", [rows[0].envelope.external_id], NOW)
        uow.commit()
    assert check(database)[1][UNSEALED] == 0
    with sql_books.begin() as uow:
        assert uow.outbox.claim("email", NOW, 1)
        uow.commit()
    faults = check(database)
    assert (faults[0], faults[1][UNSEALED]) == ([], 1)


def test_what_changed_past_the_program_is_no_more_excused_by_a_night(sql_books: SqlBooks, database: str) -> None:
    """Sealing takes in what the program changed, and nothing else."""
    [logged] = arrive(sql_books, b"a")
    with sql_books.begin() as uow:
        decide(uow, logged, message(), 1)
        uow.commit()
    seal(sql_books)
    tamper(database, "UPDATE case_file SET state = 'held'", "UPDATE outbox_item SET reply = '250 ok'")
    seal(sql_books)
    assert check(database)[0] == ["row outbox_item " + f"{1:032x}", "row case_file in/2569/1"]


def test_a_row_that_two_agencies_have_is_each_its_own(database: str) -> None:
    """Chains do not mix, although keys are equal; a row that changes hands is gone in one and too many in the other."""
    books = {name: SqlBooks(database, name) for name in ("agency", "other")}
    for one in books.values():
        with one.begin() as uow:
            uow.events.add("noted", NOW)
            uow.commit()
    assert check(database)[0] == []
    tamper(database, "UPDATE event SET agency = 'other' WHERE agency = 'agency'")
    assert check(database)[0] == ["row event 1"]
    for one in books.values():
        one.close()


def test_links_are_as_the_documentation_says(database: str) -> None:
    """Made again here from its words alone: a row of the database, JSON, SHA-256."""
    books = chain_of(database, 'คำ "ร้อง"', "b")
    with books.look() as uow:
        first, second = uow.chain.links()
    books.close()
    facts = {"agency": "agency", "name": "noted", "at": "2026-01-05 03:00:00.000000", "message_id": None}
    record = json.dumps(
        ["event", "1", facts | {"actor": "", "detail": 'คำ "ร้อง"'}], ensure_ascii=False, separators=(",", ":")
    )
    assert first.leaf == sha256(b"\0" + record.encode()).digest()

    def value(before: bytes, link: Any) -> bytes:
        since = link.at - datetime(1970, 1, 1, tzinfo=UTC)
        about = f"{link.table} {link.key}".encode()
        micro = round(since / timedelta(microseconds=1))
        return sha256(b"\2" + before + link.seq.to_bytes(8) + micro.to_bytes(8) + link.leaf + about).digest()

    assert first.value == value(bytes(32), first)
    assert second.value == value(first.value, second)


MUTANTS = {
    "leaf without the table's name": ("record_of", lambda table, key, facts: record_of("", key, facts)),
    "leaf without the key": ("record_of", lambda table, key, facts: record_of(table, "", facts)),
    "leaf without a fact": (
        "record_of",
        lambda table, key, facts: record_of(table, key, {n: v for n, v in facts.items() if n != "detail"}),
    ),
    "leaf without its first byte": ("leaf_of", lambda record: sha256(record.encode()).digest()),
    "head without its number": ("value_of", lambda before, seq, at, leaf, name: value_of(before, 0, at, leaf, name)),
    "head without the time": ("value_of", lambda before, seq, at, leaf, name: value_of(before, seq, NOW, leaf, name)),
    "head without what it is about": (
        "value_of",
        lambda before, seq, at, leaf, name: value_of(before, seq, at, leaf, ""),
    ),
    "head without the one before": (
        "value_of",
        lambda before, seq, at, leaf, name: value_of(bytes(32), seq, at, leaf, name),
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_chain_made_otherwise_is_not_accepted(monkeypatch: pytest.MonkeyPatch, database: str, mutant: str) -> None:
    """The checker shares no hash with what writes links, so a mistake there does not hide itself."""
    name, other = MUTANTS[mutant]
    monkeypatch.setattr(linking, name, other)
    chain_of(database, "a", "b", "c").close()
    assert check(database)[0]


def test_a_seal_that_is_left_out_is_seen(monkeypatch: pytest.MonkeyPatch, sql_books: SqlBooks, database: str) -> None:
    """Rows that changed and were not sealed stay counted."""
    [logged] = arrive(sql_books, b"a")
    monkeypatch.setattr(SqlChainBook, "_changed", lambda self: [])
    seal(sql_books)
    assert check(database)[1][UNSEALED] == 1
    assert logged.id == 1


def test_a_row_that_no_trigger_saw_is_named(monkeypatch: pytest.MonkeyPatch, database: str) -> None:
    """Should a part of the program ever write past the chain, the checker says so."""
    monkeypatch.setattr(Notes, "written", lambda self, table, key, *values: None)
    chain_of(database, "a").close()
    assert check(database)[0] == ["row event 1"]


def test_rows_from_before_the_chain_are_linked_by_the_migration(database: str) -> None:
    """In order, facts and states, with a mark; later ones are linked behind it, and the beginning is told."""
    engine = open_engine(database)
    books = SqlBooks(engine, "agency")
    [logged] = arrive(books, b"a")
    with books.begin() as uow:
        decide(uow, logged, message(), 1)
        uow.commit()
    tamper(database, "DELETE FROM chain")
    from storage.migrations.first_links import link_what_is_there

    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        link_what_is_there(connection)
    with books.begin() as uow:
        uow.events.add("noted", NOW)
        uow.commit()
    found, counts = check(database)
    assert (found, counts[UNSEALED]) == ([], 0)
    with books.look() as uow:
        links = list(uow.chain.links())
    [mark] = [link for link in links if link.table == CHAIN]
    assert re.fullmatch(r"begun \d{4}-\d\d-\d\d .*", mark.key)
    assert links[-1].table == "event"
    looked = ChainCheck(partial(_opened, database), "agency", Counter())
    notes = [one for look in looked.looks for one in look()]
    assert [(one.severity, one.subject) for one in notes] == [(Severity.NOTE, f"chain links 1 to {mark.seq}")]
    tamper(database, "UPDATE message SET subject = 'x'")
    assert check(database)[0] == ["row message 1"]
    books.close()
    engine.dispose()


def test_a_link_is_undone_with_its_row(sql_books: SqlBooks, database: str) -> None:
    """A commit that fails leaves neither."""
    with sql_books.begin() as uow:
        uow.events.add("noted", NOW)
        uow.events.add("noted", NOW, message_id=99)
        with pytest.raises(StorageError):
            uow.commit()
    with sql_books.begin() as uow:
        uow.events.add("noted", NOW)
        uow.commit()
    with sql_books.look() as uow:
        assert [(link.table, link.key) for link in uow.chain.links()] == [("event", "1")]
    assert check(database)[0] == []


def test_links_are_never_changed_or_removed_by_statement(sql_books: SqlBooks) -> None:
    """Triggers refuse it, whoever asks."""
    with sql_books.begin() as uow:
        uow.events.add("noted", NOW)
        uow.commit()
    for statement in ("UPDATE chain SET key = '2'", "DELETE FROM chain"):
        with sql_books.begin() as uow, pytest.raises(StorageError, match="written once"):
            uow._transaction.run(sa.text(statement))


def test_many_links_are_checked_in_bounded_memory(database: str) -> None:
    """Ten times the links take no more memory: what the chain says lies in a table on disk meanwhile."""
    peaks = []
    books = SqlBooks(database, "agency")
    for count in (2_000, 20_000):
        with books.begin() as uow:
            for n in range(count):
                uow.events.add("noted", NOW, detail=f"{n} {random.Random(n).random()}")
            uow.commit()
        tracemalloc.start()
        assert check(database)[0] == []
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    books.close()
    assert peaks[1] < 2 * peaks[0] + 1_000_000
