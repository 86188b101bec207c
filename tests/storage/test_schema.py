"""Engine, settings, migrations and triggers."""

import sqlite3
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from mailroom.domain.backup import Drill, Fence, FixityRun
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import ConfigurationError, StorageError
from storage.driver import journal_mode, sqlite_module
from storage.engine import WRITES, open_engine
from storage.schema import MIGRATIONS, newest, upgrade
from storage.tables import METADATA
from storage.unit_of_work import SqlBooks
from tests.contracts.sent_contract import sent_copy
from tests.support.book_values import NOW, YEAR, arrive, decide, item, message
from tests.support.chat_values import ACCOUNT, CHANNEL, full_person
from tests.support.chat_values import event as chat_event
from tests.support.paper_values import document, event, licence, outgoing


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


def test_the_newest_migration_is_known_without_the_library() -> None:
    """The number that begins a file's name is its revision, and the highest is the head."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert newest() == ScriptDirectory.from_config(config).get_current_head()


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


@pytest.fixture
def written(database: str) -> None:
    """A row in every table that is written once."""
    books = SqlBooks(database, "agency")
    [logged] = arrive(books, b"a")
    with books.begin() as uow:
        decide(uow, logged, message())
        uow.licences.note(event(uow.licences.add(licence()).id))
        uow.documents.put(document())
        uow.outgoing.enter(outgoing())
        chats = uow.chats(CHANNEL, ACCOUNT)
        chats.add([chat_event()])
        chats.unsend("m2", NOW)
        uow.keeping.add_drill(Drill(target="t", point="p", at=NOW, seconds=1, messages=1, bytes=1))
        uow.keeping.add_fixity(FixityRun(at=NOW, seconds=1, segments=(), records=1, bytes=1))
        uow.outbox.put(item(logged.id))
        uow.sent.add(sent_copy())
        uow.keeping.require_fence(NOW, "p")
        uow.keeping.lift_fence([Fence("in", YEAR, 2, ""), Fence("out", YEAR, 1, "")], "malee", NOW)
        uow.commit()
    books.close()


@pytest.mark.parametrize(
    "table",
    [
        *("register_entry", "register_void", "event", "licence_event", "document", "outgoing_entry"),
        *("chat_event", "chat_unsend", "drill", "fixity_run", "number_void"),
    ],
)
@pytest.mark.parametrize("action", ["UPDATE {} SET agency = agency", "DELETE FROM {}"])
@pytest.mark.usefixtures("written")
def test_what_is_written_once_stays(engine: Engine, table: str, action: str) -> None:
    """Registers, event log, lives of licences and documents refuse change and removal, whoever asks."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        void = "INSERT INTO register_void SELECT agency, register, year, number, '2026', '', '' FROM register_entry"
        connection.execute(sa.text(void))
        with pytest.raises(StorageError, match="written once"):
            connection.execute(sa.text(action.format(table)))


FACTS = (
    "event_id",
    "kind",
    "person",
    "occurred_at",
    "received_at",
    "message_id",
    "message",
    "delivery",
    "defect",
    "raw",
)


@pytest.mark.parametrize("column", FACTS)
@pytest.mark.usefixtures("written")
def test_what_an_event_says_stays(engine: Engine, column: str) -> None:
    """What follows from an event of a conversation changes; the event itself does not (R60)."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(sa.text("UPDATE chat_event SET handled = 1, conversation = 'e1', content_state = 'gone'"))
        with pytest.raises(StorageError, match="written once"):
            connection.execute(sa.text(f"UPDATE chat_event SET {column} = {column}"))


def test_an_older_database_keeps_its_rows(tmp_path: Path) -> None:
    """Clerks and letters of the schema before licences come through whole, with indexes and foreign keys."""
    engine = open_engine(f"sqlite:///{tmp_path}/old.sqlite")
    migrate(engine, "0003")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        for statement in OLD_ROWS:
            connection.execute(sa.text(statement))
        indexes = connection.execute(sa.text(INDEXES)).all()
    books = SqlBooks(engine, "agency")
    with books.begin() as uow:
        [letter] = uow.outbox.claim("email", NOW, 9)
        assert (letter.message_id, letter.references, letter.enclosures) == (1, ("<a@b>",), ())
        assert (letter.text, letter.to, letter.created_at) == ("เลขรับ ๑", "a@b.test", NOW)
        assert uow.clerks.every() == [Clerk(1, "malee", "มาลี")]
        assert letter.card is None
        uow.outbox.put(item(0, message_id=None))
        uow.commit()
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        assert connection.execute(sa.text(INDEXES)).all() == indexes
        with pytest.raises(StorageError, match="FOREIGN KEY"):
            connection.execute(sa.text("UPDATE outbox_item SET message_id = 7"))
    engine.dispose()


def test_a_database_from_before_conversations_goes_on(tmp_path: Path) -> None:
    """Messages of that schema are read as mail, with files that nobody took back, and are found by their senders."""
    engine = open_engine(f"sqlite:///{tmp_path}/old.sqlite")
    migrate(engine, "0004")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        for statement in (OLD_ROWS[1], *OLD_MATTER):
            connection.execute(sa.text(statement.replace(":", "\\:")))
    books = SqlBooks(engine, "agency")
    with books.look() as uow:
        record = uow.messages.get(1)
        [case] = uow.chats(CHANNEL, ACCOUNT).cases(full_person(), 9)
    engine.dispose()
    assert record is not None
    assert record.message is not None
    assert (record.message.is_chat, record.message.service, record.message.reply_token) == (False, "", "")
    assert [one.withdrawn for one in record.message.attachments] == [False]
    assert (case.number, case.message_id) == ("1/2569", 1)


OLD_MATTER = (
    """
    UPDATE message SET outcome = 'accept', rule = 'r', registered = 1, kind = 'request', decision_reasons = '[]',
      sender_address = 'SOMSRI@example.test', reading = '{"content_type":"text/plain","report_type":"","return_path":null,
      "has_html":false,"senders":[],"reply_to":[],"recipients":[],"in_reply_to":[],"references":[],"defects":[],
      "sent_at":null,"relayed_at":null}', classification = '{"agency":null,"reasons":[],"letter_no":"","circular":false,
      "dated":null,"subject":"","to":"","urgency":"normal","urgent_within":"","secrecy":"none"}'
    """,
    "INSERT INTO attachment VALUES (1, 0, 'agency', 'a.pdf', 'application/pdf', '', 1, 'd', 0)",
    """
    INSERT INTO register_entry VALUES ('agency', 'in', 2569, 1, 1, '', NULL, '', '', '',
      '2026-01-05 03:00:00.000000', '2026-01-05 03:00:00.000000', '2026-01-05 03:00:00.000000', 'normal', 'none')
    """,
    "INSERT INTO case_file VALUES ('agency', 'in', 2569, 1, 1, 'open', NULL, NULL, NULL)",
)
INDEXES = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'outbox_item' AND type = 'index' ORDER BY name"
OLD_ROWS = (
    "INSERT INTO clerk (agency, username, display_name, password_hash) VALUES ('agency', 'malee', 'มาลี', 'hash')",
    """
    INSERT INTO message (id, agency, channel, account, external_id, folder, entered_system_at, announced_size, digest,
      size, segment, segment_offset, stored_length, arrived_at, attempts, decided_by, clerk_reason, urgency_rank,
      fingerprint, text_key, sender_name, sender_address, subject, header_id, search_text, text)
    VALUES (1, 'agency', 'email', 'a', 'x', 'inbox', '2026-01-05 03:00:00.000000', 1, 'd', 1, 's', 0, 1,
      '2026-01-05 03:00:00.000000', 0, '', '', 0, '', '', '', '', '', '', '', '')
    """,
    """
    INSERT INTO outbox_item (id, agency, message_id, channel, letter, "to", to_address, to_name, in_reply_to,
      "references", created_at, due_at, state, attempts, reply, uncertain, subject, text, html)
    VALUES ('0a', 'agency', 1, 'email', 'acknowledgement', 'a@b.test', 'a@b.test', '', '', '["<a@b>"]',
      '2026-01-05 03:00:00.000000', '2026-01-05 03:00:00.000000', 'pending', 0, '', 0, 's', 'เลขรับ ๑', '')
    """,
)


def migrate(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


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


PAPER_FACTS = ("digest", "kind", "name", "media_type", "size", "created_at")


@pytest.mark.usefixtures("written")
def test_a_paper_may_move_in_the_archive_and_nothing_else_of_it_changes(engine: Engine) -> None:
    """Segments are sealed later, or written anew."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(sa.text("UPDATE document SET segment = '000002.seg', segment_offset = 9, stored_length = 9"))
        for action in (*(f"UPDATE document SET {one} = {one}" for one in PAPER_FACTS), "DELETE FROM document"):
            with pytest.raises(StorageError, match="written once"):
                connection.execute(sa.text(action))


SENT_FACTS = ("item", "attempt", "at", "digest", "size", "reply", "accepted")


@pytest.mark.usefixtures("written")
def test_what_was_sent_stays_as_it_was_sent(engine: Engine) -> None:
    """Its place in the archive may move; what went, when, and what was answered does not change, nor vanish."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(
            sa.text("UPDATE sent_copy SET segment = '000002.seg', segment_offset = 9, stored_length = 9")
        )
        for action in (*(f"UPDATE sent_copy SET {one} = {one}" for one in SENT_FACTS), "DELETE FROM sent_copy"):
            with pytest.raises(StorageError, match="written once"):
                connection.execute(sa.text(action))
