"""The package for the National Archives: complete, named by its profile, and checked by a program that is not ours."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.bootstrap.retention import FOLDER, profile
from mailroom.domain.case import Case, CaseState
from mailroom.domain.errors import ConfigurationError, RefusedActionError
from mailroom.domain.privacy import Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import DestructionList, Verdict
from mailroom.services.records.transfer import MadeTransfer
from storage.archive import SegmentArchive
from tests.support.book_values import draft, keep_and_log, message, verdict
from tests.support.retention_office import HEAD, MALEE, YEAR, RetentionOffice

RAW = [f"From: citizen{n}@example.test\r\n\r\nเรื่องที่ {n}\r\n".encode() for n in range(3)]
AT = datetime(2012, 6, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RetentionOffice]:
    with closing(SegmentArchive(tmp_path / "archive")) as archive:
        made = RetentionOffice(archive=archive)
        for one in keep_and_log(archive, made.books, *RAW):
            with made.books.begin() as uow:
                uow.messages.record(verdict(one, message()))
                facts = {"deemed_received_at": AT, "entered_system_at": AT, "registered_at": AT, "subject": "=ขอ|เรื่อง"}
                entry = uow.register.enter(draft(one, 2555, **facts))
                uow.cases.open(Case(entry.number, one.id, CaseState.OPEN))
                uow.commit()
        yield made


def decided(office: RetentionOffice, verdict: Verdict = Verdict.TRANSFER) -> DestructionList:
    made = office.retention.survey(YEAR, MALEE).made
    return office.retention.decide(made.id, office.decision(), {one.number: (verdict, "") for one in made.items}, HEAD)


def write(office: RetentionOffice, folder: Path) -> tuple[MadeTransfer, Path]:
    """The package, and the folder that it was unpacked into."""
    file = folder / "package.zip"
    made = office.office.transfers.write(decided(office).id, file, HEAD)
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    return made, folder / f"transfer-{YEAR}-1"


def checked(bag: Path, manifest: str = "manifest-sha256.txt") -> subprocess.CompletedProcess[str]:
    program = shutil.which("sha256sum")
    assert program
    return subprocess.run([program, "-c", manifest], cwd=bag, capture_output=True, text=True, check=False)


def test_another_program_finds_every_file_whole(office: RetentionOffice, tmp_path: Path) -> None:
    """And names the one of which a single bit changed."""
    made, bag = write(office, tmp_path)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert checked(bag, manifest).returncode == 0, manifest
    listed = {line.split("  ", 1)[1] for line in (bag / "manifest-sha256.txt").read_text("utf-8").splitlines()}
    assert listed == {one.relative_to(bag).as_posix() for one in (bag / "data").rglob("*") if one.is_file()}
    assert made.transfer.files == len(listed)
    mail = next((bag / "data").rglob("*.eml"))
    mail.write_bytes(bytes([mail.read_bytes()[0] ^ 1]) + mail.read_bytes()[1:])
    told = checked(bag)
    assert told.returncode == 1
    assert f"{mail.relative_to(bag).as_posix()}: FAILED" in told.stdout


def test_messages_are_in_it_as_they_came(office: RetentionOffice, tmp_path: Path) -> None:
    """With what the register says, and the metadata of the profile by name and version."""
    made, bag = write(office, tmp_path)
    assert sorted(one.read_bytes() for one in bag.rglob("*.eml")) == RAW
    metadata = json.loads((bag / "data/metadata.json").read_text("utf-8"))
    assert metadata["profile"] == {"name": "mailroom-records", "version": "1"}
    assert made.transfer.profile == "mailroom-records 1"
    assert [one["dcterms:identifier"] for one in metadata["cases"]] == ["1/2555", "2/2555", "3/2555"]
    assert len(metadata["committee"]) == 3
    sheet = list(csv.DictReader(io.StringIO((bag / "data/metadata.csv").read_text("utf-8-sig"))))
    assert {one["dcterms:title"] for one in sheet} == {"'=ขอ|เรื่อง"}
    register = json.loads((bag / "data/cases/2555-1/register.json").read_text("utf-8"))
    assert [one["name"] for one in register["events"]] == ["retention.listed", "retention.decided"]
    assert "Payload-Oxum: " in (bag / "bag-info.txt").read_text("utf-8")


def test_a_package_is_noted_with_the_digest_of_its_manifest(office: RetentionOffice, tmp_path: Path) -> None:
    """And as an event of each case."""
    made, bag = write(office, tmp_path)
    with office.books.look() as uow:
        assert list(uow.retention.transfers(1)) == [made.transfer]
        assert uow.events.of_message(1)[-1].name == "retention.handed-over"
    told = subprocess.run(["sha256sum", "manifest-sha256.txt"], cwd=bag, capture_output=True, text=True, check=True)
    assert told.stdout.split()[0] == made.transfer.manifest


def test_what_must_stay_is_left_out(office: RetentionOffice, tmp_path: Path) -> None:
    """A hold, or a restriction, that came after the decision wins."""
    made = decided(office)
    office.retention.place(RegisterNumber(2555, 1), "คดี", MALEE)
    with office.books.begin() as uow:
        uow.privacy.restrict(
            Restriction(
                number=RegisterNumber(2555, 2),
                request=None,
                reason="ขอ",
                people=("head",),
                placed_at=office.clock.now(),
                placed_by="head",
            )
        )
        uow.commit()
    written = office.office.transfers.write(made.id, tmp_path / "a.zip", HEAD)
    assert dict(written.left_out) == {RegisterNumber(2555, 1): "held", RegisterNumber(2555, 2): "restricted"}
    assert written.transfer.cases == 1


def test_no_package_without_the_decision(office: RetentionOffice, tmp_path: Path) -> None:
    """It is made by an approver, of a list that was decided, where something goes to the archives."""
    made = office.retention.survey(YEAR, MALEE).made
    file = tmp_path / "a.zip"
    for list_id, clerk, code in (
        (made.id, MALEE, "not-an-approver"),
        (made.id, HEAD, "list-not-decided"),
        (9, HEAD, "no-such-list"),
    ):
        with pytest.raises(RefusedActionError) as refused:
            office.office.transfers.write(list_id, file, clerk)
        assert refused.value.code == code
    office.retention.withdraw(made.id, "ผิด", MALEE)
    kept = decided(office, Verdict.KEEP)
    with pytest.raises(RefusedActionError) as refused:
        office.office.transfers.write(kept.id, file, HEAD)
    assert refused.value.code == "nothing-to-transfer"
    assert not list(tmp_path.glob("*a.zip*"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('version = "1"', 'version = ""'), "name and version"),
        (('number = "', 'telephone = "'), "telephone"),
        (('"dcterms:title"', '"dcterms:identifier"'), "two facts"),
    ],
)
def test_a_profile_that_is_not_sound_is_refused(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    """With the file and what to mend."""
    text = (FOLDER / "profile.toml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "profile.toml").write_text(text.replace(*change, 1), "utf-8")
    shutil.copy(FOLDER / "READ-ME.txt", tmp_path)
    with pytest.raises(ConfigurationError, match=told):
        profile(tmp_path)
