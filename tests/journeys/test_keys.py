"""From the first keyring to an empty machine with nothing but a backup and the sheet from the safe."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.bootstrap.restoring import PASSWORD
from mailroom.cli.keys import RECOVERY_KEY
from tests.journeys.test_backup import SECRET, TARGETS
from tests.support.installation import REQUEST, Installation, mail

CANARY = "ผู้ยื่นลับเฉพาะ"


@pytest.fixture
def agency(installation: Installation, tmp_path: Path) -> Installation:
    installation.extra = '[keys]\nkeyring = "../safe/keyring"\n' + TARGETS.format(folder=tmp_path)
    installation.environment = {"TEST_BACKUP_PASSWORD": SECRET, PASSWORD: SECRET}
    installation.write()
    return installation


def _sheet_key(sheet: Path) -> str:
    """The recovery key as it is read off the paper."""
    text = subprocess.run(["pdftotext", "-layout", str(sheet), "-"], check=True, capture_output=True, text=True).stdout
    lines = text.splitlines()
    first = next(at for at, line in enumerate(lines) if "AGE-SECRET-KEY-1" in line)
    return "".join("".join(lines[first : first + 4]).split())


def test_sealed_from_the_first_mail_to_the_restore_with_the_sheet(agency: Installation, tmp_path: Path) -> None:
    """Neither archive nor mirror shows a name; after a rotation a copy and the sheet bring everything back."""
    sheet = tmp_path / "sheet.pdf"
    agency.run("keys", "init", "--sheet", str(sheet))
    secret = _sheet_key(sheet)
    for number in range(3):
        raw = mail(f"{REQUEST[0]} {number}", f"{REQUEST[1]} {CANARY}", sender=f"p{number}@citizen.test")
        agency.deliver(raw, at=datetime.now(UTC))
    agency.once()
    agency.run("keys", "rotate")
    agency.environment |= {RECOVERY_KEY: secret.lower()}
    agency.run("keys", "test")
    agency.run("backup", "run")
    agency.run("drill")
    agency.run("fixity", "--all")
    agency.verify()
    for place in (agency.folder / "data" / "archive", tmp_path / "mirror", tmp_path / "restic"):
        for file in (path for path in place.rglob("*") if path.is_file()):
            content = file.read_bytes()
            assert b"citizen.test" not in content, file
            assert CANARY.encode() not in content, file
    shutil.rmtree(agency.folder)
    shutil.rmtree(tmp_path / "safe")

    for name in ("mirror", "restic"):
        machine = tmp_path / f"machine-{name}"
        agency.folder = machine
        said = agency.run("restore", "--from", str(tmp_path / name), "--to", str(machine)).stdout
        assert "in order" in said
        assert str(machine / "keyring") in said
        found = tmp_path / f"found-{name}"
        agency.run("restore", "message", "1", "--from", str(tmp_path / name), "--to", str(found))
        assert b"p0@citizen.test" in (found / "message-1.eml").read_bytes()
        (tmp_path / "safe").mkdir(exist_ok=True)
        (machine / "keyring").replace(tmp_path / "safe" / "keyring")
        agency.verify()
        shutil.rmtree(tmp_path / "safe")


def test_without_its_keyring_nothing_is_taken_and_nothing_is_written_in_clear(
    agency: Installation, tmp_path: Path
) -> None:
    """The start is refused with the remedy; the mail stays in the mailbox."""
    agency.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"))
    (tmp_path / "safe" / "keyring").unlink()
    agency.deliver(mail(*REQUEST), at=datetime.now(UTC))
    assert "keys recover" in agency.run("once", fails=True).stderr
    assert not list((agency.folder / "data" / "archive").rglob("*.seg"))
    assert "recovery key" in agency.run("keys", "recover", fails=True).stderr
    agency.environment |= {RECOVERY_KEY: _sheet_key(tmp_path / "sheet.pdf")}
    agency.run("keys", "recover")
    agency.once()
    agency.verify()


def test_a_keyring_inside_of_the_data_is_refused(agency: Installation) -> None:
    """Whoever takes the data would have the keys."""
    agency.extra = '[keys]\nkeyring = "data/keyring"\n'
    agency.write()
    assert "inside of data_dir" in agency.run("once", fails=True).stderr
