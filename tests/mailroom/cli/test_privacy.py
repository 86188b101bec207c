"""`mailroom privacy …`: the log of reads, incidents with their periods, whom an account concerns, the record of processing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailroom import bootstrap
from mailroom.bootstrap.privacy import privacy_office
from mailroom.domain.breach import BreachKind, StepKind
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.privacy import How, Read, Restriction
from mailroom.domain.register import RegisterNumber
from tests.support.installation import REQUEST, Installation, mail

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
HEAD = Clerk(1, "head", "", Role.APPROVER)


@pytest.fixture
def agency(installation: Installation) -> Installation:
    """With one request, 1/2569, which a clerk opened."""
    installation.deliver(mail(*REQUEST), at=NOW)
    installation.recover()
    with opened(installation) as books, books.begin() as uow:
        uow.reads.note(Read(at=NOW, actor="malee", what="message", key="1", how=How.VIEW))
        uow.commit()
    return installation


def opened(agency: Installation) -> Any:
    return bootstrap.open_books(bootstrap.load(agency.config))


def told(agency: Installation, *arguments: str, fails: bool = False) -> Any:
    return json.loads(agency.run("privacy", *arguments, "--json", fails=fails).stdout)


def test_the_log_is_searched_and_written(agency: Installation, tmp_path: Path) -> None:
    """By who and row; looking at it is a read of its own, of which the file ends before."""
    [read] = told(agency, "reads", "--who", "malee", "--key", "1", "--since", "2026-01-05", "--until", "2026-01-06")
    assert (read["what"], read["key"], read["how"], read["listed"]) == ("message", "1", "view", [])
    agency.run("privacy", "reads", "--output", str(tmp_path / "reads.csv"))
    lines = (tmp_path / "reads.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert "2026-01-05T10:00:00+07:00" in lines[-1]
    assert "access-log" in agency.run("privacy", "reads").stdout


def test_whom_an_account_concerns(agency: Installation) -> None:
    """Addresses of those whose data it was shown."""
    found = told(agency, "reach", "--who", "malee", "--since", "2026-01-05", "--until", "2026-01-06")
    assert found["messages"] == [1]
    assert [one["channel"] for one in found["people"]] == ["email"]


def test_incidents_and_their_form(agency: Installation, tmp_path: Path) -> None:
    """A late one fails the command, so that a watch notices; the form is a PDF."""
    loaded = bootstrap.load(agency.config)
    known = datetime.now(UTC) - timedelta(hours=80)
    with opened(agency) as books:
        office = privacy_office(loaded, books)
        breach = office.breaches.open("ส่งผิดคน", known, [BreachKind.CONFIDENTIALITY], "", HEAD)
    [one] = told(agency, "breaches", fails=True)
    assert (one["title"], one["risk"], one["notified_at"]) == ("ส่งผิดคน", "unknown", None)
    agency.run("privacy", "notice", str(breach.id), "--output", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    agency.run("privacy", "notice", "9", "--output", str(tmp_path / "b.pdf"), fails=True)
    with opened(agency) as books:
        privacy_office(loaded, books).breaches.note(breach.id, StepKind.NOTIFIED, known, "แจ้งแล้ว", HEAD)
    assert "told" in agency.run("privacy", "breaches").stdout


def test_the_record_of_processing(agency: Installation, tmp_path: Path) -> None:
    """From what is configured: the channel in use, its provider, and how long records are kept."""
    rows = json.loads(agency.run("privacy", "processing").stdout)
    assert rows[0]["activity"] == "รับเรื่องทางอีเมล"
    assert rows[0]["processors"] == "ผู้ให้บริการกล่องจดหมาย"
    assert "10 ปี" in rows[0]["kept_for"]
    for form, beginning in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        file = tmp_path / f"record.{form}"
        agency.run("privacy", "processing", "--format", form, "--output", str(file))
        assert file.read_bytes().startswith(beginning)
    agency.run("privacy", "processing", "--format", "pdf", fails=True)


def test_a_terminal_shows_no_restricted_case(agency: Installation) -> None:
    """Exports keep its number alone, and it is nobody's name that could be named for it."""
    with opened(agency) as books, books.begin() as uow:
        uow.privacy.restrict(
            Restriction(
                number=RegisterNumber(2569, 1), request=None, reason="x", people=("a",), placed_at=NOW, placed_by="head"
            )
        )
        uow.commit()
    [entry] = json.loads(agency.run("export", "register").stdout)
    assert (entry["register_number"], entry["subject"]) == ("1/2569", "จำกัดการเข้าถึง")
    assert json.loads(agency.run("export", "messages").stdout) == []
    assert told(agency, "requests") == []
