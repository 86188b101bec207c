"""The checker names what is wrong with letters as they were sent."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailroom.domain.evidence import SentCopy
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW, decide, keep_and_log, message
from tests.support.checked_storage import CheckedStorage

LETTER = f"{1:032x}"


@pytest.fixture
def installed(tmp_path: Path, database: str, sql_books: SqlBooks) -> Iterator[CheckedStorage]:
    """One message, answered by a letter that went at the second attempt; what went is kept."""
    archive = SegmentArchive(tmp_path / "archive")
    rows = keep_and_log(archive, sql_books, b"a request")
    with sql_books.begin() as uow:
        decide(uow, rows[0], message(), 1)
        uow.commit()
    [kept] = archive.keep([b"the letter" + os.urandom(500)])
    copy = SentCopy(
        item=LETTER,
        attempt=1,
        at=NOW,
        digest=kept.digest,
        size=kept.size,
        segment=kept.place.segment,
        offset=kept.place.offset,
        stored_length=kept.place.length,
        reply="450 later",
        accepted=False,
    )
    with sql_books.begin() as uow:
        [letter] = uow.outbox.claim("email", NOW, 1)
        uow.outbox.save(replace(letter.claimed().sent(NOW, "250 ok")))
        uow.sent.add(copy)
        uow.sent.add(replace(copy, attempt=2, reply="250 ok", accepted=True))
        uow.commit()
    yield CheckedStorage(tmp_path / "archive", database, archive, rows)
    archive.close()


def test_letters_in_order_are_counted(installed: CheckedStorage) -> None:
    """Their bytes are read with the rest of the archive; none of them belongs to nobody."""
    report = installed.verify()
    assert (report.ok, report.findings) == (True, ())
    assert report.counts["sent letters"] == 2


def test_a_flipped_bit_names_the_letter(installed: CheckedStorage) -> None:
    """And not the message beside it."""
    path = installed.folder / "segments" / "000001.seg"
    data = bytearray(path.read_bytes())
    data[-60] ^= 1
    path.write_bytes(data)
    assert [one.split(":")[0] for one in installed.faults()] == [
        f"sent letter {LETTER}, attempt 1",
        f"sent letter {LETTER}, attempt 2",
    ]


FAULTS = {
    "no letter": (
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM outbox_item",
        f"letter {LETTER} as sent, attempt 1: its letter is not in the outbox",
    ),
    "attempts": (
        "UPDATE outbox_item SET attempts = 1",
        "",
        f"letter {LETTER} as sent, attempt 2: the outbox counts 1 attempts",
    ),
    "not sent": (
        "UPDATE outbox_item SET state = 'pending', sent_at = NULL",
        "",
        f"letter {LETTER} as sent, attempt 2: the other side took it, but the letter is pending",
    ),
    "no copy": (
        "DELETE FROM sent_copy WHERE accepted",
        "",
        f"letter {LETTER}: it was sent, but no copy of it as sent was kept",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(installed: CheckedStorage, fault: str) -> None:
    """Whatever contradicts what was kept of a letter."""
    first, second, expected = FAULTS[fault]
    installed.change(first, second)
    assert any(one.startswith(expected) for one in installed.faults())
