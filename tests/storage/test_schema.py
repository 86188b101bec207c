"""Engine, settings, migrations and triggers."""

import sqlite3
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from mailroom.domain.errors import ConfigurationError, StorageError
from storage.driver import journal_mode, sqlite_module
from storage.engine import WRITES, open_engine
from storage.schema import upgrade
from storage.tables import METADATA
from storage.unit_of_work import SqlBooks
from tests.support.book_values import arrive, decide, message


@pytest.fixture
def engine(database: str) -> Any:
    engine = open_engine(database)
    yield engine
    engine.dispose()


def pragmas(engine: Engine) -> dict[str, object]:
    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}


def test_settings_are_durable(engine: Engine) -> None:
    """Write-ahead log with full sync on a SQLite that can; foreign keys hold; a reader cannot write."""
    assert pragmas(engine) == {
        "journal_mode": journal_mode(sqlite_module()),
        "synchronous": 2,
        "foreign_keys": 1,
        "query_only": 1,
    }


def test_an_old_sqlite_gets_the_safe_journal(tmp_path: Path) -> None:
    """Below 3.51.3 the write-ahead log can corrupt a database, so it is not used; everything else is the same."""
    if sqlite3.sqlite_version_info >= (3, 51, 3):
        pytest.skip("the SQLite of this Python is new enough")
    engine = open_engine(f"sqlite:///{tmp_path}/a.sqlite", module=sqlite3)
    assert pragmas(engine) == {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "query_only": 1}
    upgrade(engine)
    books = SqlBooks(engine, "agency")
    [logged] = arrive(books, b"a")
    with books.begin() as uow:
        decide(uow, logged, message(), 1)
        uow.commit()
    engine.dispose()


def test_versions_choose_the_journal() -> None:
    """The first version without the fault is 3.51.3."""
    versions = {(3, 40, 1): "truncate", (3, 51, 2): "truncate", (3, 51, 3): "wal", (3, 53, 4): "wal"}
    for version, mode in versions.items():
        assert journal_mode(cast(ModuleType, SimpleNamespace(sqlite_version_info=version))) == mode


def test_migrations_make_the_tables_that_the_program_uses(engine: Engine) -> None:
    """From an empty file to the newest schema, which is that of the row classes."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_table_names_its_agency() -> None:
    """One installation will host many agencies."""
    assert [table.name for table in METADATA.sorted_tables if "agency" not in table.c] == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    """At the newest schema there is nothing to do."""
    upgrade(engine)
    upgrade(engine)


def test_a_newer_database_is_refused(engine: Engine) -> None:
    """A database of a newer program is left alone, and said to be so."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer mailroom"):
        upgrade(engine)


@pytest.mark.parametrize("table", ["register_entry", "register_void", "event"])
@pytest.mark.parametrize("action", ["UPDATE {} SET agency = agency", "DELETE FROM {}"])
def test_what_is_written_once_stays(database: str, engine: Engine, table: str, action: str) -> None:
    """Register and event log refuse change and removal, whoever asks."""
    books = SqlBooks(database, "agency")
    [logged] = arrive(books, b"a")
    with books.begin() as uow:
        decide(uow, logged, message())
        uow.commit()
    books.close()
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        void = "INSERT INTO register_void SELECT agency, register, year, number, '2026', '', '' FROM register_entry"
        connection.execute(sa.text(void))
        with pytest.raises(StorageError, match="written once"):
            connection.execute(sa.text(action.format(table)))


@pytest.mark.parametrize("url", ["postgresql://x/y", "sqlite://", "sqlite:///"])
def test_other_databases_are_refused(url: str) -> None:
    """Only a file of SQLite is supported yet."""
    with pytest.raises(ConfigurationError, match="sqlite:///PATH"):
        open_engine(url)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """The message names file and remedy, and the file stays as it is."""
    path = tmp_path / "mailroom.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageError, match=r"not a database.*restore the backup"):
        open_engine(f"sqlite:///{path}")
    assert path.read_bytes() == b"no database at all" * 100


def test_a_held_database_is_named(database: str) -> None:
    """When another program holds the database too long, the error says what to do."""
    books = SqlBooks(open_engine(database, busy_seconds=0), "agency")
    other = sqlite_module().connect(database.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="stop that program"), books.begin():
        pass
    other.execute("ROLLBACK")
    other.close()
    with books.begin() as uow:
        uow.commit()
    books.close()


def test_the_database_is_ours_alone(tmp_path: Path) -> None:
    """Citizens' mail is not readable by other users of the machine."""
    books = SqlBooks(f"sqlite:///{tmp_path}/data/mailroom.sqlite", "agency")
    assert (tmp_path / "data" / "mailroom.sqlite").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    books.close()
