"""From a mail to a bundle that a stranger checks: keyring, checkpoints, witness, bundle, all by commands."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mailroom import bootstrap
from mailroom.bootstrap.evidence import chores
from mailroom.domain.privacy import How
from signing.demo_authority import DemoAuthority
from tests.support.installation import REQUEST, Installation, mail

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SETTINGS = """
[keys]
keyring = "keyring"

[evidence]
witnesses = ["saraban@other.example"]

[signing]
trust = ["root.pem"]
time_stamps = ["{url}"]
"""


@pytest.fixture
def stamping() -> Iterator[DemoAuthority]:
    with DemoAuthority() as made:
        yield made


@pytest.fixture
def agency(installation: Installation, stamping: DemoAuthority) -> Installation:
    """With a keyring and a time-stamp authority; one request came, and was answered."""
    installation.extra = SETTINGS.format(url=stamping.time_stamps)
    installation.write()
    (installation.folder / "root.pem").write_bytes(stamping.root.certificate.public_bytes(Encoding.PEM))
    installation.run("keys", "init", "--sheet", str(installation.folder / "sheet.pdf"))
    installation.run(
        "clerk", "add", "malee", "--name", "มาลี รักงาน", "--password-stdin", stdin="correct horse battery\n"
    )
    installation.deliver(mail(*REQUEST), at=NOW)
    installation.once()
    return installation


def test_a_stranger_checks_what_a_command_wrote(agency: Installation, tmp_path: Path) -> None:
    """The day is closed and stamped, the witness gets its letter, and the bundle is in order on another machine."""
    told = json.loads(agency.run("evidence", "checkpoint", "--json").stdout)
    [day] = told["checkpoints"]
    assert (day["timestamp"], day["witnesses"]) == (True, 0)
    agency.once()
    [letter] = [one for one in agency.smtp.letters if "saraban@other.example" in one.recipients]
    assert json.loads(agency.run("evidence", "checkpoint", "--json").stdout)["checkpoints"][0]["witnesses"] == 1
    file = tmp_path / "elsewhere" / "case.zip"
    file.parent.mkdir()
    made = json.loads(agency.run("evidence", "bundle", "1/2569", "--out", str(file), "--by", "malee", "--json").stdout)
    assert made["rows"] > 3
    assert agency.bare("evidence", "verify", str(file), fails=True).returncode == 2
    (file.parent / "witness.eml").write_bytes(letter.raw)
    subprocess.run(["/usr/bin/unzip", "-q", "case.zip", "verify.py"], cwd=file.parent, check=True)
    checked = subprocess.run(
        ["/usr/bin/python3", "verify.py", "case.zip", "--checkpoint", "witness.eml", "--key", told["key"]],
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "FAULT" not in checked.stdout, checked.stdout
    assert "from outside is the one in this bundle" in checked.stdout
    assert "says the time-stamp authority" in checked.stdout
    with bootstrap.open_books(bootstrap.load(agency.config)) as books, books.look() as uow:
        reads = uow.reads.search(what="bundle")
    assert [(one.key, one.how) for one in reads] == [("1/2569", How.DOWNLOAD)]


def test_refusals_are_sentences(agency: Installation, tmp_path: Path) -> None:
    """Nobody, no case, a file that is there: each says what to do, and nothing is written."""
    file = tmp_path / "case.zip"
    told = agency.run("evidence", "bundle", "1/2569", "--out", str(file), "--by", "nobody", fails=True)
    assert "clerk add" in told.stderr
    told = agency.run("evidence", "bundle", "9/2569", "--out", str(file), "--by", "malee", fails=True)
    assert "9/2569" in told.stderr
    assert not file.exists()
    file.write_bytes(b"mine")
    told = agency.run("evidence", "bundle", "1/2569", "--out", str(file), "--by", "malee", fails=True)
    assert "there already" in told.stderr
    assert file.read_bytes() == b"mine"


def test_without_a_keyring_nothing_is_signed(installation: Installation) -> None:
    """And the sentence names the command that makes one."""
    installation.once()
    assert "keys init" in installation.run("evidence", "checkpoint", fails=True).stderr
    with bootstrap.open_house(bootstrap.load(installation.config)) as house:
        assert chores(house) == []


def test_the_daemons_chore_closes_the_day_and_leaves_files(agency: Installation) -> None:
    """Letters came of it, so the dispatcher is woken; the second time there is nothing to do."""
    with bootstrap.open_house(bootstrap.load(agency.config)) as house:
        [chore] = chores(house)
        assert (chore.run(), chore.run()) == (True, False)
        assert "checkpoint-late" not in house.problems()
    files = sorted(path.suffix for path in (agency.folder / "data" / "evidence").rglob("*") if path.is_file())
    assert files == [".checkpoint", ".tst"]


def test_an_authority_that_is_away_holds_nothing_up(agency: Installation, stamping: DemoAuthority) -> None:
    """The checkpoint is made; the token comes when it answers again."""
    answer = stamping.server.answers.pop("/tsa")
    stamping.server.answers["/tsa"] = lambda _: None
    assert not json.loads(agency.run("evidence", "checkpoint", "--json").stdout)["checkpoints"][0]["timestamp"]
    stamping.server.answers["/tsa"] = answer
    assert json.loads(agency.run("evidence", "checkpoint", "--json").stdout)["checkpoints"][0]["timestamp"]
