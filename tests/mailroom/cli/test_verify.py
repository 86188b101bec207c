"""`verify` beside a checkpoint that somebody else kept."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from mailroom.stages.checkpoint import checkpoint_file
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW
from tests.support.checkpoints import FIRST_DAY, checkpoint_now
from tests.support.installation import Installation

AGENCY = "bantuayang"


@pytest.fixture
def mailed(installation: Installation, tmp_path: Path) -> Path:
    """A witness's mail: three rows are covered."""
    books = SqlBooks(_database(installation), AGENCY)
    with books.begin() as uow:
        for n in range(3):
            uow.events.add("noted", NOW, detail=str(n))
        uow.commit()
    letter = EmailMessage()
    letter.set_content(f"เรียน พยาน\n\n{checkpoint_file(checkpoint_now(books, FIRST_DAY))}")
    books.close()
    file = tmp_path / "witness.eml"
    file.write_bytes(letter.as_bytes())
    return file


def _database(installation: Installation) -> str:
    return f"sqlite:///{installation.folder / 'data' / 'mailroom.db'}"


def test_it_is_compared_with_a_mail_that_holds_one(installation: Installation, mailed: Path) -> None:
    """In order; without one the user is told what cannot be seen."""
    assert "--checkpoint FILE" in installation.run("verify").stdout
    said = installation.run("verify", "--checkpoint", str(mailed)).stdout
    assert "1 outside checkpoints" in said
    assert "--checkpoint FILE" not in said


def test_books_that_are_shorter_than_it_says_are_told(installation: Installation, mailed: Path) -> None:
    """Here they were begun anew: within themselves they are in order."""
    for path in (installation.folder / "data").glob("mailroom.db*"):
        path.unlink()
    books = SqlBooks(_database(installation), AGENCY)
    with books.begin() as uow:
        uow.events.add("noted", NOW)
        uow.commit()
    books.close()
    assert "in order" in installation.run("verify").stdout
    said = installation.run("verify", "--checkpoint", str(mailed), fails=True).stdout
    assert "checkpoint 2026-01-05 in witness.eml" in said


def test_a_file_that_holds_none_is_refused(installation: Installation, mailed: Path, tmp_path: Path) -> None:
    """With what to name instead."""
    other = tmp_path / "other.txt"
    other.write_text("สวัสดี")
    assert "as it was mailed or published" in installation.run("verify", "--checkpoint", str(other), fails=True).stderr
