"""The database is copied while it is written to, and two copies are compared by what they hold."""

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.errors import StorageError
from storage.driver import sqlite_module
from storage.snapshot import SPARE, DatabaseSnapshot
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW, YEAR, arrive, decide, envelope, kept, message
from tests.support.paper_values import document, event, licence, outgoing

WRITERS = 8
COPIES = 6


@pytest.fixture
def snapshot(database: str) -> DatabaseSnapshot:
    return DatabaseSnapshot(database)


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    with closing(sqlite_module().connect(str(file), isolation_level=None)) as connection:
        yield connection


def changed(file: Path, *statements: str) -> None:
    """Do what no program of ours does: triggers are off."""
    with opened(file) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def filled(books: SqlBooks) -> None:
    rows = arrive(books, b"a", b"b", b"c")
    with books.begin() as uow:
        for logged in rows:
            decide(uow, logged, message("ขอใบอนุญาต\n'\"\\ é 😀"), logged.id)
        uow.licences.note(event(uow.licences.add(licence()).id))
        uow.documents.put(document())
        uow.outgoing.enter(outgoing())
        uow.commit()


def test_a_copy_holds_what_the_database_holds(snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path) -> None:
    """Every table, under digests that a second reading gives again; the file is ours alone, and the only one left."""
    filled(sql_books)
    file = tmp_path / "copies" / "mailroom.sqlite"
    digests = snapshot.copy_to(file)
    assert digests == snapshot.dump_digests(file) == snapshot.dump_digests(tmp_path / "mailroom.sqlite")
    with opened(file) as copy:
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert set(digests) == tables
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == ["mailroom.sqlite"]


def test_a_copy_takes_the_place_of_the_last_one(
    snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path
) -> None:
    """Also where an attempt before was cut short."""
    file = tmp_path / "copies" / "mailroom.sqlite"
    empty = snapshot.copy_to(file)
    (file.parent / ".mailroom.sqlite.part").write_bytes(b"torn" * 9999)
    filled(sql_books)
    assert snapshot.copy_to(file) != empty
    assert [path.name for path in file.parent.iterdir()] == ["mailroom.sqlite"]


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("UPDATE message SET subject = subject || ' '", {"message"}),
        ("UPDATE message SET attempts = attempts + 1 WHERE id = 2", {"message"}),
        ("UPDATE message SET text = CAST(text AS BLOB) WHERE id = 2", {"message"}),
        ("UPDATE message SET follows_year = 0, service = '' WHERE id = 1", {"message"}),
        ("DELETE FROM event WHERE id = 1", {"event"}),
        ("UPDATE register_entry SET number = 9 WHERE number = 3", {"register_entry"}),
        ("INSERT INTO session VALUES ('t', 'agency', 1, 'c', '2026', '2026')", {"session"}),
        ("ALTER TABLE drill RENAME COLUMN seconds TO hours", {"drill"}),
        ("VACUUM", set()),
        ("DROP INDEX ix_message_place", set()),
        ("DELETE FROM register_counter; ", {"register_counter"}),
    ],
)
def test_a_digest_tells_any_change(
    snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path, statement: str, tables: set[str]
) -> None:
    """Of a value, a type, a row, a column; and of the table that it is in alone."""
    filled(sql_books)
    file = tmp_path / "copy.sqlite"
    before = snapshot.copy_to(file)
    changed(file, statement)
    after = snapshot.dump_digests(file)
    assert {name for name in before if before[name] != after[name]} == tables


def test_digests_do_not_depend_on_the_order_of_writing(
    snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path
) -> None:
    """The same rows, put back in another order, have the same digest."""
    filled(sql_books)
    file = tmp_path / "copy.sqlite"
    before = snapshot.copy_to(file)
    move = ("CREATE TEMP TABLE kept AS SELECT * FROM {}", "DELETE FROM {}", "INSERT INTO {} SELECT * FROM kept {}")
    order = "ORDER BY number DESC"
    changed(file, "PRAGMA foreign_keys=OFF", *(one.format("register_entry", order) for one in move))
    assert snapshot.dump_digests(file) == before


def test_a_copy_under_writers_is_consistent(snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path) -> None:
    """While eight threads enter messages, each copy is the state at one instant: no reference hangs, no number is ahead."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def write(thread: int) -> None:
        count = 0
        try:
            while not stop.is_set():
                with sql_books.begin() as uow:
                    uow.messages.log([(envelope(f"{thread}/{count}"), kept(b"%d/%d" % (thread, count)))], NOW)
                    [logged] = uow.messages.pending(count=1, size=0)
                    decide(uow, logged, message(), None)
                    uow.outgoing.enter(outgoing())
                    uow.commit()
                count += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        sizes: list[int] = []
        while failures == [] and (len(sizes) < COPIES or sizes[-1] == sizes[0]):
            sizes.append(consistent(snapshot, tmp_path / "copy.sqlite"))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert sizes == sorted(sizes)


def consistent(snapshot: DatabaseSnapshot, file: Path) -> int:
    """How many entries the copy has, after looking at it."""
    assert snapshot.copy_to(file) == snapshot.dump_digests(file)
    with opened(file) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        counters = dict(copy.execute("SELECT register, last FROM register_counter"))
        for register, table in (("in", "register_entry"), ("out", "outgoing_entry")):
            count, last = copy.execute(f"SELECT count(*), coalesce(max(number), 0) FROM {table}").fetchone()
            assert count == last == counters.get(register, 0)
        assert copy.execute("SELECT count(*) FROM message").fetchone()[0] == count
    return int(count)


def test_a_full_disk_is_told_before(database: str, tmp_path: Path) -> None:
    """Nothing is written when the copy would not fit with something to spare; what is needed and free is said."""
    snapshot = DatabaseSnapshot(database, free=lambda _: SPARE)
    with pytest.raises(StorageError, match=r"needs \d+ MB in .*copies, and 64 MB are free; free space"):
        snapshot.copy_to(tmp_path / "copies" / "mailroom.sqlite")
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_what_is_no_database_is_named(snapshot: DatabaseSnapshot, tmp_path: Path, content: bytes | None) -> None:
    """A missing file, one that is none; an empty one is an empty database, and has no table."""
    file = tmp_path / "other.sqlite"
    if content is not None:
        file.write_bytes(content)
    if content == b"":
        assert snapshot.dump_digests(file) == {}
        return
    with pytest.raises(StorageError, match=r"other\.sqlite.*restore a backup"):
        snapshot.dump_digests(file)
    with pytest.raises(StorageError):
        DatabaseSnapshot(f"sqlite:///{file}").copy_to(tmp_path / "copy.sqlite")
    assert not (tmp_path / "copy.sqlite").exists()


def test_damage_is_not_copied(snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path) -> None:
    """A database that cannot be read whole gives no copy, and the last one stays."""
    filled(sql_books)
    file = tmp_path / "copy.sqlite"
    digests = snapshot.copy_to(file)
    broken = bytearray(file.read_bytes())
    for page in range(4096, len(broken), 4096):
        broken[page : page + 64] = os.urandom(64)
    (tmp_path / "broken.sqlite").write_bytes(broken)
    with pytest.raises(StorageError, match="restore a backup"):
        DatabaseSnapshot(f"sqlite:///{tmp_path}/broken.sqlite").copy_to(file)
    assert snapshot.dump_digests(file) == digests
    assert not (tmp_path / ".copy.sqlite.part").exists()


def test_years_are_told_apart(snapshot: DatabaseSnapshot, sql_books: SqlBooks, tmp_path: Path) -> None:
    """Copies of two days differ in the tables that were written to, and in no other."""
    filled(sql_books)
    first = snapshot.copy_to(tmp_path / "first.sqlite")
    with sql_books.begin() as uow:
        uow.outgoing.enter(outgoing(YEAR + 1))
        uow.commit()
    second = snapshot.copy_to(tmp_path / "second.sqlite")
    assert {name for name in first if first[name] != second[name]} == {*("chain", "outgoing_entry", "register_counter")}
