"""`mailroom licence …`: from a form to a signed PDF in a mailbox, and everything that is refused in one sentence."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from mailroom import bootstrap
from mailroom.cli import app
from mailroom.domain.clerk import Role
from mailroom.testing import FakeClock
from signing.demo_authority import DemoAuthority
from tests.support.installation import Installation

PASSWORD = "correct horse battery"
LICENCES = """
[licences]
release = "{release}"

[signing]
level = "B-B"
trust = ["root.pem"]

[signing.key.pkcs12]
file = "{key}"
password = {{ env = "TEST_KEY_PASSWORD" }}
"""


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoAuthority]:
    with DemoAuthority() as one:
        yield one


@pytest.fixture
def agency(installation: Installation, demo: DemoAuthority) -> Installation:
    """Under two-person release, with a clerk, an approver, and a key of the demonstration authority."""
    key, root = demo.write(installation.folder, "secret")
    root.rename(installation.folder / "root.pem")
    installation.environment["TEST_KEY_PASSWORD"] = "secret"
    installation.extra = LICENCES.format(release="two-person", key=key.name)
    installation.write()
    loaded = bootstrap.load(installation.config)
    with bootstrap.open_books(loaded) as books:
        for name in ("malee", "head"):
            bootstrap.sign_in(loaded, books).add_clerk(name, name, PASSWORD)
        with books.begin() as uow:
            _, kept = uow.clerks.find("head") or (None, "")
            uow.clerks.add("head", "นายสมศักดิ์ รุ่งเรือง", kept, role=Role.APPROVER, position="นายกเทศมนตรี")
            uow.commit()
    return installation


ITEMS = ("--item", "holder=นางมาลี ศรีตัวอย่าง", "--item", "address=เลขที่ 12 หมู่ 3", "--email", "malee@citizen.test")


def licence(agency: Installation, *arguments: str, fails: bool = False, stdin: str = "") -> str:
    """What a command prints, run in this process, which is quicker than one of its own."""
    command = ["licence", *arguments, "--config", str(agency.config)]
    done = CliRunner().invoke(app, command, input=stdin, env=agency.environment)
    assert (done.exit_code != 0) == fails, done.output
    return done.stdout


def issued(agency: Installation) -> dict[str, Any]:
    """A licence by the whole road, step by step; what the release told."""
    paper = json.loads(licence(agency, "prepare", "--as", "malee", "--service", "food-shop", *ITEMS, "--json"))
    (sent,) = json.loads(licence(agency, "submit", str(paper["id"]), "--as", "malee", "--json"))
    seen = f"{sent['id']}:{sent['rendition'][:16]}"
    licence(agency, "approve", seen, "--as", "head", "--password-stdin", stdin=PASSWORD + "\n")
    return dict(json.loads(licence(agency, "release", "--json"))["issued"][0])


def test_a_licence_goes_its_road_and_arrives_byte_for_byte(agency: Installation, tmp_path: Path) -> None:
    """Prepared, submitted, approved, released, mailed: the attachment is the archived document."""
    done = issued(agency)
    agency.once()
    (letter,) = agency.letters()
    assert letter["To"].addresses[0].addr_spec == "malee@citizen.test"
    (pdf,) = [part.get_content() for part in letter.walk() if part.get_content_type() == "application/pdf"]
    assert hashlib.sha256(pdf).hexdigest() == done["document"]
    file = tmp_path / "licence.pdf"
    assert licence(agency, "pdf", str(done["id"]), "--output", str(file)).strip() == done["document"]
    assert file.read_bytes() == pdf
    assert json.loads(licence(agency, "verify", str(file), "--json"))["in_order"] is True
    file.write_bytes(pdf.replace(b"/Type", b"/Tipe", 1))
    assert json.loads(licence(agency, "verify", str(file), "--json", fails=True))["in_order"] is False
    agency.verify()


def test_the_life_of_a_licence_is_seen_at_once(agency: Installation) -> None:
    """Suspended, found by search as it stands, extracted, revoked; after that nothing can be renewed."""
    done = issued(agency)
    head = ("--as", "head", "--password-stdin")
    number = done["number"]
    licence(agency, "suspend", number, *head, "--reason", "x", "--hearing", "y", stdin=PASSWORD + "\n")
    found = json.loads(licence(agency, "search", "มาลี", "--json"))
    assert [(one["number"], one["status"]) for one in found["licences"]] == [(number, "suspended")]
    assert number in licence(agency, "extract", "มาลี", "--format", "csv")
    licence(agency, "revoke", done["code"], *head, "--reason", "x", "--hearing", "y", stdin=PASSWORD + "\n")
    assert json.loads(licence(agency, "show", number, "--json"))["status"] == "revoked"
    prepare = ("prepare", "--as", "malee", "--service", "food-shop", "--act", "renew", "--licence", number)
    assert "revoked" in agency.run("licence", *prepare, fails=True).stderr


def test_what_is_refused_is_refused_in_one_sentence(agency: Installation) -> None:
    """Wrong password, wrong digest, own paper, unknown item, a reason that lacks."""
    paper = json.loads(licence(agency, "prepare", "--as", "malee", "--service", "food-shop", *ITEMS, "--json"))
    (sent,) = json.loads(licence(agency, "submit", str(paper["id"]), "--as", "malee", "--json"))
    approve = ("licence", "approve", "--as", "head", "--password-stdin")
    wrong = agency.run(*approve, f"{sent['id']}:{sent['rendition']}", fails=True, stdin="no such password\n").stderr
    assert "wrong" in wrong
    other = agency.run(*approve, f"{sent['id']}:{'0' * 64}", fails=True, stdin=PASSWORD + "\n").stderr
    assert "look again" in other
    for text, arguments in (
        ("no item", ("prepare", "--as", "malee", "--service", "food-shop", "--item", "wings=2")),
        ("no clerk", ("prepare", "--as", "nobody", "--service", "food-shop")),
        ("no such paper", ("cancel", "99", "--as", "malee", "--reason", "x")),
        ("may not approve", ("return", str(sent["id"]), "--as", "malee", "--reason", "x")),
        ("no such licence", ("show", "77/2569")),
    ):
        told = agency.run("licence", *arguments, fails=True).stderr
        assert text in told
        assert told.count("\n") == 1


def test_publication_of_an_item_is_decided_by_the_approver(agency: Installation) -> None:
    """Listed with its default; decided with password and reason, seen by everyone at once, and listed with both."""
    number = issued(agency)["number"]
    listed = json.loads(licence(agency, "items", "--service", "food-shop", "--json"))
    assert {one["item"] for one in listed if not one["public"]} >= {"holder_id", "fee", "receipt"}

    def found() -> dict[str, Any]:
        (one,) = json.loads(licence(agency, "search", number, "--json"))["licences"]
        return dict(one)

    decide = ("publish-item", "food-shop", "address", "--masked", "--reason", "คดี 5/2569", "--password-stdin")
    told = agency.run("licence", *decide, "--as", "malee", fails=True, stdin=PASSWORD + "\n").stderr
    assert "may not approve" in told
    assert found()["address"]
    assert "masked from now on" in licence(agency, *decide, "--as", "head", stdin=PASSWORD + "\n")
    assert (found()["address"], found()["masked"]["address"]) == (None, "คดี 5/2569")
    line = next(one for one in licence(agency, "items").splitlines() if " address " in one)
    assert "คดี 5/2569  (head, " in line
    unknown = ("publish-item", "food-shop", "wings", "--public", "--reason", "x", "--as", "head", "--password-stdin")
    assert "no item wings" in agency.run("licence", *unknown, fails=True, stdin=PASSWORD + "\n").stderr


def test_the_alarms_of_the_daemon_know_the_certificate_once_the_key_was_opened(agency: Installation) -> None:
    """Asking opens nothing; after the daemon met its key the last days are counted (R91)."""
    clock = FakeClock(datetime.now(UTC))
    with bootstrap.open_house(bootstrap.load(agency.config), clock) as house, pytest.MonkeyPatch.context() as patch:
        for name, value in agency.environment.items():
            patch.setenv(name, value)
        signer = house.papers.shop.signer
        assert signer is not None
        clock.advance(days=365 * 40)
        assert house.papers.alarms.codes() == []
        house.papers.meet_certificate()
        assert house.papers.alarms.codes() == ["certificate-ended"]
        clock.at = signer.certificate.not_after - timedelta(days=10, hours=1)
        assert [(one.code, one.detail) for one in house.papers.alarms.remarks()] == [("certificate-ends", "10")]


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_becomes_licences_in_mailboxes_once(agency: Installation, tmp_path: Path) -> None:
    """The same command again does nothing twice; a workbook with faults does nothing at all."""
    rows = [["ชื่อผู้รับอนุญาต", "อีเมล"], *([f"คน {n}", f"p{n}@citizen.test"] for n in range(5))]
    file = workbook(tmp_path / "ตลาด.xlsx", *rows)
    issue = ("issue", str(file), "--service", "food-shop", "--as", "malee", "--approve-as", "head", "--password-stdin")
    told = json.loads(licence(agency, *issue, "--json", stdin=PASSWORD + "\n"))
    assert (len(told["issued"]), told["sent"]) == (5, 5)
    again = json.loads(licence(agency, *issue, "--json", stdin=PASSWORD + "\n"))
    assert (again["issued"], again["sent"]) == ([], 0)
    assert sorted(letter["To"].addresses[0].addr_spec for letter in agency.letters()) == [
        f"p{n}@citizen.test" for n in range(5)
    ]
    bad = workbook(tmp_path / "bad.xlsx", rows[0], ["ก", "nowhere"])
    faults = agency.run("licence", "issue", str(bad), *issue[2:], fails=True, stdin=PASSWORD + "\n").stderr
    assert "row 2, อีเมล" in faults
    agency.verify()


def test_earlier_licences_are_taken_over_from_the_blank_workbook(agency: Installation, tmp_path: Path) -> None:
    """Dry run first; then taken over, and numbers go on."""
    blank = tmp_path / "blank.xlsx"
    licence(agency, "import", "--template", str(blank), "--service", "food-shop")
    assert blank.read_bytes().startswith(b"PK")
    heading = ["เลขที่ใบอนุญาต", "ชื่อผู้รับอนุญาต", "วันที่ออก", "วันสิ้นอายุ"]
    file = workbook(tmp_path / "old.xlsx", heading, ["41/2569", "ก", "5/1/2569", "4/1/2575"])
    take = ("import", str(file), "--service", "food-shop", "--json")
    assert json.loads(licence(agency, *take, "--dry-run")) == {"new": 1, "known": 0, "ignored": [], "dry_run": True}
    assert json.loads(licence(agency, *take, "--as", "malee"))["new"] == 1
    assert json.loads(licence(agency, *take, "--as", "malee")) == {
        "new": 0,
        "known": 1,
        "ignored": [],
        "dry_run": False,
    }
    faulty = workbook(tmp_path / "faulty.xlsx", heading, ["42/2569", "", "someday", "4/1/2575"])
    (first, second) = json.loads(
        licence(agency, "import", str(faulty), "--service", "food-shop", "--dry-run", "--json", fails=True)
    )
    assert {first["code"], second["code"]} == {"cell-empty", "day-unreadable"}
