"""The checker names what differs, and is silent about what is in order."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.domain.errors import StorageError
from storage.archive import SegmentArchive
from storage.driver import sqlite_module
from storage.findings import Severity
from storage.sealing.kek import KeyEncryptionKeys
from storage.unit_of_work import SqlBooks
from storage.verify import verify
from storage.verify_chain import UNSEALED
from tests.support.book_values import decide, keep_and_log, message
from tests.support.checked_storage import CheckedStorage


@pytest.fixture
def installed(
    tmp_path: Path, database: str, sql_books: SqlBooks, keks: KeyEncryptionKeys | None
) -> Iterator[CheckedStorage]:
    """Five messages, numbered and answered."""
    archive = SegmentArchive(tmp_path / "archive", keks=keks)
    rows = keep_and_log(archive, sql_books, *(os.urandom(2000) + b"%d" % n for n in range(5)))
    with sql_books.begin() as uow:
        for logged in rows:
            decide(uow, logged, message(str(logged.id)), logged.id)
        uow.commit()
    yield CheckedStorage(tmp_path / "archive", database, archive, rows, keks)
    archive.close()


def test_what_is_in_order_is_said_to_be(installed: CheckedStorage) -> None:
    """No finding, and the counts of what was looked at."""
    report = installed.verify()
    assert (report.ok, report.findings) == (True, ())
    size = sum(logged.size for logged in installed.rows)
    looked_at = {"messages": 5, "bytes": size, "entries": 5, "decided": 5, "letters": 5}
    assert report.counts == looked_at | {"links": 22, "rows in the chain": 20, UNSEALED: 16}


def test_a_flipped_bit_names_its_message(installed: CheckedStorage) -> None:
    """Any bit of any record; the other messages are not blamed."""
    third = installed.rows[2]
    path = installed.folder / "segments" / third.place.segment
    for offset in range(third.place.offset, third.place.offset + third.place.length, 97):
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)
        [fault] = installed.faults()
        assert fault.startswith(f"message {third.id}: ")
        data[offset] ^= 1
        path.write_bytes(data)


def test_a_missing_segment_names_its_messages(installed: CheckedStorage) -> None:
    """Every message that lay in a lost segment is named."""
    (installed.folder / "segments" / "000001.seg").unlink()
    assert [fault.split(":")[0] for fault in installed.faults()] == [f"message {one.id}" for one in installed.rows]


def test_other_bytes_than_logged_are_named(installed: CheckedStorage) -> None:
    """A sound record that is not the one of the log is a fault."""
    first, second = installed.rows[:2]
    installed.change(
        f"UPDATE message SET segment_offset = {first.place.offset}, stored_length = {first.place.length} "
        f"WHERE id = {second.id}"
    )
    [fault] = installed.faults()
    assert fault.startswith(f"message {second.id}: the archive holds other bytes")


def test_a_torn_tail_is_a_note(installed: CheckedStorage) -> None:
    """What a crash leaves behind the last promise is told, and is no fault."""
    installed.archive.keep([b"kept, but never logged"])
    path = installed.folder / "segments" / "000001.seg"
    os.truncate(path, path.stat().st_size - 10)
    (installed.folder / "segments" / "000002.seg").write_bytes(b"half a record")
    report = installed.verify()
    assert report.ok
    assert {(one.severity, one.subject) for one in report.findings} == {
        (Severity.NOTE, "000001.seg"),
        (Severity.NOTE, "000002.seg"),
    }


FAULTS = {
    "gap": (
        "UPDATE register_entry SET number = 9 WHERE number = 5",
        "UPDATE case_file SET number = 9 WHERE number = 5",
        "register 2569: gap: 5/2569 to 8/2569 missing",
    ),
    "lost entry": (
        "DELETE FROM case_file WHERE number = 3",
        "DELETE FROM register_entry WHERE number = 3",
        "message 3: it is decided to be registered, but has no entry in the register",
    ),
    "counter": (
        "UPDATE register_counter SET last = 6",
        "",
        "register 2569: the last entry is 5, but the counter says 6",
    ),
    "no counter": ("DELETE FROM register_counter", "", "register 2569: the last entry is 5, but the counter says 0"),
    "lost message": (
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM message WHERE id = 2",
        "entry 2/2569: its message 2 is not in the log",
    ),
    "not to be registered": (
        "UPDATE message SET registered = 0 WHERE id = 4",
        "",
        "entry 4/2569: the decision on message 4 does not call for a number",
    ),
    "deemed too early": (
        "UPDATE register_entry SET deemed_received_at = '2026-01-01 00:00:00.000000' WHERE number = 1",
        "",
        "entry 1/2569: it is deemed received before it entered the system",
    ),
    "no case": (
        "DELETE FROM case_file WHERE number = 1",
        "",
        "entry 1/2569: its case is missing or belongs to another message",
    ),
    "no letter": (
        "DELETE FROM outbox_item WHERE message_id = 1",
        "",
        "message 1: one letter (acknowledgement) is owed, but the outbox has 0",
    ),
    "two letters": (
        "UPDATE outbox_item SET message_id = 1 WHERE message_id = 2",
        "",
        "message 1: its receipt was acknowledged 2 times",
    ),
    "other number": (
        "UPDATE outbox_item SET text = 'เลขรับ ๔/๒๕๖๙' WHERE message_id = 1",
        "",
        "it quotes another number than 1/2569",
    ),
    "state": ("UPDATE outbox_item SET state = 'gone' WHERE message_id = 1", "", "it has the unknown state gone"),
    "sent when": (
        "UPDATE outbox_item SET state = 'sent' WHERE message_id = 1",
        "",
        "its state and its time of sending contradict each other",
    ),
    "outcome": ("UPDATE message SET outcome = 'maybe' WHERE id = 1", "", "message 1: it has the unknown outcome maybe"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(installed: CheckedStorage, fault: str) -> None:
    """What was changed behind the program's back is found, and told in words."""
    first, second, text = FAULTS[fault]
    installed.change("PRAGMA foreign_keys = OFF", first, second)
    faults = installed.faults()
    assert any(text in one for one in faults), faults


def test_a_number_given_twice_is_named(installed: CheckedStorage) -> None:
    """Even when the table no longer forbids it."""
    installed.change(
        "PRAGMA foreign_keys = OFF",
        "CREATE TABLE copied AS SELECT * FROM register_entry",
        "DROP TABLE register_entry",
        "ALTER TABLE copied RENAME TO register_entry",
        "INSERT INTO register_entry SELECT * FROM register_entry WHERE number = 5",
    )
    faults = installed.faults()
    assert any("entry 5/2569: this number was given twice" in one for one in faults), faults


@pytest.mark.parametrize("table", ["message", "register_entry", "ix_outbox_item_due"])
def test_a_broken_database_is_a_fault(installed: CheckedStorage, sql_books: SqlBooks, table: str) -> None:
    """Damage inside the database file is found and does not stop the report."""
    sql_books.close()
    connection = sqlite_module().connect(installed.database.removeprefix("sqlite:///"))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [[page]] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    [[page_size]] = connection.execute("PRAGMA page_size")
    connection.close()
    with Path(installed.database.removeprefix("sqlite:///")).open("r+b") as file:
        file.seek((page - 1) * page_size)
        file.write(os.urandom(100))
    assert any(one.startswith("database: ") for one in installed.faults())


def test_findings_are_bounded(installed: CheckedStorage) -> None:
    """A ruin is reported as such, without a list of all its stones."""
    lines = "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 2 FROM n WHERE i < 4000) "
    columns = "agency, register, year, i, message_id + i, letter_no, dated, sender, addressee, subject"
    times = "entered_system_at, deemed_received_at, registered_at, urgency, secrecy"
    installed.change(
        "PRAGMA foreign_keys = OFF",
        f"{lines} INSERT INTO register_entry SELECT {columns}, {times} FROM register_entry, n WHERE number = 1",
    )
    report = installed.verify()
    assert len(report.findings) <= 1001
    assert "stopped after" in report.findings[-1].text


def test_nothing_to_check_is_said(tmp_path: Path) -> None:
    """A missing database is an error, not a clean bill."""
    with pytest.raises(StorageError, match="name an existing database"):
        verify(tmp_path, f"sqlite:///{tmp_path}/none.sqlite", "agency")
    assert not (tmp_path / "none.sqlite").exists()
