"""What the checker says of a sealed archive without its keyring, with another one, and where a key is lost."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.archive import SegmentArchive
from storage.findings import Severity
from storage.spool import SegmentSpool
from storage.unit_of_work import SqlBooks
from tests.support.book_values import decide, keep_and_log, message
from tests.support.checked_storage import CheckedStorage
from tests.support.keyrings import FixedKeks, key

AT = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def installed(tmp_path: Path, database: str, sql_books: SqlBooks) -> CheckedStorage:
    """Two messages that are not sealed, three that are, and a sealed delivery of LINE that is not in the books."""
    rows = []
    for keks, count in ((None, 2), (FixedKeks(), 3)):
        archive = SegmentArchive(tmp_path / "archive", keks=keks)
        rows += keep_and_log(archive, sql_books, *(os.urandom(900) for _ in range(count)))
        archive.close()
    with sql_books.begin() as uow:
        for logged in rows:
            decide(uow, logged, message(str(logged.id)), logged.id)
        uow.commit()
    return CheckedStorage(tmp_path / "archive", database, archive, rows, FixedKeks())


def test_with_its_keyring_everything_is_compared(installed: CheckedStorage) -> None:
    """Old and sealed segments alike, without a word."""
    assert installed.verify().findings == ()


def test_without_a_keyring_it_says_what_it_did_not_open(installed: CheckedStorage) -> None:
    """A note, no fault; what is not sealed was compared."""
    installed.keks = None
    report = installed.verify()
    [note] = report.findings
    assert (report.ok, note.severity, note.subject) == (True, Severity.NOTE, "archive")
    assert note.text.startswith("3 records are sealed, and were not opened")
    assert "[keys] keyring" in note.text
    assert report.counts["sealed, not opened"] == 3


def test_without_a_keyring_damage_is_named_all_the_same(installed: CheckedStorage) -> None:
    """Any changed byte, by check sums and lengths that need no key; the neighbours are not blamed."""
    installed.keks = None
    victim = installed.rows[3]
    path = installed.folder / "segments" / victim.place.segment
    whole = path.read_bytes()
    for offset in range(victim.place.offset, victim.place.offset + victim.place.length, 7):
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 64]) + whole[offset + 1 :])
        [fault] = installed.faults()
        assert fault.startswith(f"message {victim.id}: ")
    path.write_bytes(whole[:-1])
    [fault] = installed.faults()
    assert fault.startswith(f"message {installed.rows[4].id}: ")


def test_a_lost_key_is_a_fault_of_each_message(installed: CheckedStorage) -> None:
    """By the name of the file that has to come back."""
    (installed.folder / "keys" / "000002.key").unlink()
    faults = installed.faults()
    assert [one.split(":")[0] for one in faults] == [f"message {one.id}" for one in installed.rows[2:]]
    assert all("000002.key, is missing or damaged" in one for one in faults)


def test_another_keyring_is_told(installed: CheckedStorage) -> None:
    """Whether it has another key of that number, or none: each message that it does not open is a fault."""
    for keys, text in (({1: key(1, "another")}, "does not open with the keyring"), ({2: key(2)}, "has no key 1")):
        installed.keks = FixedKeks(keys)
        faults = installed.faults()
        assert len(faults) == 3
        assert all(text in one for one in faults)


def test_deliveries_are_not_called_lost_because_they_are_sealed(
    tmp_path: Path, installed: CheckedStorage, sql_books: SqlBooks
) -> None:
    """Without a keyring the spool is noted as unopened; with it the delivery is looked for in the books."""
    spool = SegmentSpool(tmp_path / "line" / "spool" / "@agency", keks=FixedKeks())
    spool.keep(b'{"events":[{"webhookEventId":"e1"}]}', AT, 10)
    [delivery] = spool.after("")
    spool.close()
    with sql_books.begin() as uow:
        uow.chats("line", "@agency").advance(delivery.place)
        uow.commit()
    [fault] = installed.faults()
    assert "its events are not in the books" in fault
    installed.keks = None
    assert installed.faults() == []
    assert [one.subject for one in installed.verify().findings] == ["archive", "the spool of line @agency"]
