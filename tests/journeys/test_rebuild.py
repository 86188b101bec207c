"""The database is gone and there is no backup: archive, mailbox and journal bring back what they can, and say what not."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.agency import buddhist_year
from tests.support.installation import REQUEST, Installation, mail

YEAR = buddhist_year(datetime.now(UTC))


@pytest.fixture
def agency(installation: Installation, tmp_path: Path) -> Installation:
    installation.extra = '[keys]\nkeyring = "../safe/keyring"\n'
    installation.write()
    installation.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"))
    return installation


def _deliver(agency: Installation, first: int, last: int) -> None:
    for number in range(first, last + 1):
        raw = mail(f"{REQUEST[0]} {number}", REQUEST[1], sender=f"p{number}@citizen.test")
        agency.deliver(raw, at=datetime.now(UTC))


def _numbers(agency: Installation) -> dict[str, str]:
    """Sender and number."""
    rows = [row for row in agency.register() if not row.get("void")]
    return {str(row["from"]): str(row["register_number"]) for row in rows}


def _lose_database(agency: Installation) -> None:
    for file in agency.database.parent.glob("mailroom.db*"):
        file.unlink()


def test_messages_come_back_under_the_numbers_that_people_hold(agency: Installation) -> None:
    """Also those that are no longer in the mailbox; nobody is answered twice, and the next number is a new one."""
    _deliver(agency, 1, 4)
    agency.once()
    before = _numbers(agency)
    assert len(before) == 4
    agency.dovecot.expunge(agency.user, b"p1@citizen.test")
    agency.dovecot.expunge(agency.user, b"p2@citizen.test")
    _lose_database(agency)

    told = json.loads(agency.run("rebuild", "--json").stdout)
    assert told["journal"] is None
    assert told["found"]["messages"] == 4
    assert told["found"]["letters as they were sent"] == 4
    assert (told["numbered"], told["listed"], told["found"]["damaged"]) == (4, 0, 0)
    _deliver(agency, 5, 5)
    agency.once()
    after = _numbers(agency)
    assert {sender: after[sender] for sender in before} == before
    assert sorted(after.values()) == [f"{number}/{YEAR}" for number in range(1, 6)]
    assert len(agency.letters()) == 5
    agency.verify()


def test_without_a_journal_mail_is_listed_and_numbers_wait_for_a_person(agency: Installation, tmp_path: Path) -> None:
    """Nothing is registered twice out of ignorance, and nothing is lost."""
    agency.extra += '[evidence]\njournal = "off"\n'
    agency.write()
    _deliver(agency, 1, 3)
    agency.once()
    _lose_database(agency)
    told = json.loads(agency.run("rebuild", "--json").stdout)
    assert "not noted" in told["journal"]
    assert (told["numbered"], told["listed"]) == (0, 3)
    assert len(agency.messages()) == 3
    assert "mailroom fence" in agency.run("once", fails=True).stderr
    agency.run("fence", "set", f"in/{YEAR}=3", f"out/{YEAR}=0")
    agency.once()
    _deliver(agency, 4, 4)
    agency.once()
    assert f"4/{YEAR}" in _numbers(agency).values()
    assert len({letter["Message-ID"] for letter in agency.letters()}) == len(agency.letters())


def test_a_damaged_record_is_counted_and_the_rest_comes_back(agency: Installation) -> None:
    """Reading goes on behind it."""
    _deliver(agency, 1, 3)
    agency.once()
    _lose_database(agency)
    (segment,) = (agency.folder / "data" / "archive" / "segments").glob("*.seg")
    content = bytearray(segment.read_bytes())
    content[200] ^= 1
    segment.write_bytes(content)
    told = json.loads(agency.run("rebuild", "--json").stdout)
    assert told["found"]["damaged"] == 1
    assert told["found"]["messages"] == 2


def test_books_that_are_there_are_never_replaced(agency: Installation, tmp_path: Path) -> None:
    """Nor is anything begun where there is no archive."""
    assert "restore a backup" in agency.run("rebuild", fails=True).stderr
    agency.once()
    assert "move it away first" in agency.run("rebuild", fails=True).stderr
