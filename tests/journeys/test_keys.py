"""From the first keyring to an empty machine with nothing but a backup and the sheet from the safe."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom import bootstrap
from mailroom.bootstrap.keys import recovery_sheet
from mailroom.bootstrap.restoring import PASSWORD
from mailroom.cli.keys import RECOVERY_KEY
from mailroom.domain.keys import NewSheet, Sheet, SheetTarget
from mailroom.services.keeping.recovery_sheet import sheet_data
from storage.sealing.keybox import keyring_from
from storage.sealing.recovery import new_recovery_key
from tests.journeys.test_backup import SECRET, TARGETS
from tests.support.installation import ADDRESS, REQUEST, Installation, mail

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
    lines = text.replace("\u200b", "").splitlines()
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
            assert ADDRESS.encode() not in content, f"{file}: the configuration names people as well"
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


def _new_sheet(secret: str) -> NewSheet:
    return NewSheet(recovery_key=secret, recipient=new_recovery_key()[1], public="ab" * 32)


def test_the_commands_on_the_sheet_open_a_copy_with_programs_of_debian_alone(
    agency: Installation, tmp_path: Path
) -> None:
    """restic and age, no line of ours: the copy lies there, and the keyring with it."""
    agency.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"))
    secret = _sheet_key(tmp_path / "sheet.pdf")
    agency.deliver(mail(*REQUEST), at=datetime.now(UTC))
    agency.once()
    agency.run("backup", "run", "away")
    target = SheetTarget(name="away", address=str(tmp_path / "restic"), restic=True)
    sheet = Sheet(
        installation="bantuayang",
        agency="",
        made_at=datetime.now(UTC),
        new=_new_sheet(secret),
        targets=(SheetTarget(name="disk", address="/mnt", restic=False), target),
    )
    commands = sheet_data(sheet)["commands"]
    assert isinstance(commands, list)
    assert len(commands) == 3
    work = tmp_path / "work"
    work.mkdir()
    (work / "key.txt").write_text(f"{secret}\n")
    environment = {**os.environ, "RESTIC_PASSWORD": SECRET, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    printed = [
        subprocess.run(["sh", "-c", str(one)], cwd=work, env=environment, check=True, capture_output=True, timeout=120)
        for one in commands
    ]
    assert printed[0].stdout.decode().strip() == json.loads((tmp_path / "safe" / "keyring").read_text())["recipient"]
    assert (work / "keyring").read_bytes() == (tmp_path / "safe" / "keyring").read_bytes()
    assert list((work / "copy").rglob("mailroom.db"))


def test_after_a_leak_older_copies_open_with_the_old_paper_and_newer_ones_with_the_keyring(
    agency: Installation, tmp_path: Path
) -> None:
    """Keys dropped and a new sheet: nothing that was copied before is lost."""
    agency.extra = agency.extra.replace('kind = "mirror"', 'kind = "mirror"\nappend_only = true')
    agency.write()
    papers = [tmp_path / "first.pdf", tmp_path / "second.pdf"]
    agency.run("keys", "init", "--sheet", str(papers[0]))
    agency.deliver(mail(*REQUEST), at=datetime.now(UTC))
    agency.once()
    agency.run("backup", "run", "disk")
    agency.run("keys", "rotate", "--drop-old")
    agency.run("keys", "sheet", "--sheet", str(papers[1]))
    assert "is there already" in agency.run("keys", "sheet", "--sheet", str(papers[1]), fails=True).stderr
    old, new = (_sheet_key(paper) for paper in papers)
    agency.environment |= {RECOVERY_KEY: old}
    assert "another sheet" in agency.run("keys", "test", fails=True).stderr
    agency.environment |= {RECOVERY_KEY: new}
    agency.run("keys", "test")
    agency.run("backup", "run", "disk")
    agency.run("drill", "disk")
    points = [point["id"] for point in json.loads(agency.run("backup", "list", "--from", "disk", "--json").stdout)]
    oldest, newest = min(points), max(points)
    del agency.environment[RECOVERY_KEY]
    restore = ("restore", "--from", str(tmp_path / "mirror"))
    agency.run(*restore, "--to", str(tmp_path / "newest"), "--point", newest)
    assert "recovery key" in agency.run(*restore, "--to", str(tmp_path / "o"), "--point", oldest, fails=True).stderr
    agency.environment |= {RECOVERY_KEY: old}
    assert "in order" in agency.run(*restore, "--to", str(tmp_path / "oldest"), "--point", oldest).stdout
    assert "[agency]" in (tmp_path / "oldest" / "agency.toml").read_text()
    copy = agency.folder / "data" / "archive" / "keyring.age"
    assert set(keyring_from(copy, new).keks) == {2}


def test_passwords_of_copies_stand_on_the_sheet_only_where_that_is_wanted(agency: Installation, tmp_path: Path) -> None:
    """Two pages in any case, one for each safe."""
    loaded = bootstrap.load(agency.folder / "agency.toml")
    os.environ["TEST_BACKUP_PASSWORD"] = SECRET
    try:
        for passwords in (False, True):
            path = tmp_path / "sheet.pdf"
            path.write_bytes(recovery_sheet(loaded, _new_sheet(new_recovery_key()[0]), passwords=passwords))
            text = subprocess.run(
                ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
            ).stdout
            assert text.replace("\u200b", "").count(SECRET) == (2 if passwords else 0)
            assert text.count("AGE-SECRET-KEY-1") == 2
            assert text.count("\f") == 2
    finally:
        del os.environ["TEST_BACKUP_PASSWORD"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another user")
def test_keys_are_worked_by_the_user_of_the_program_alone(agency: Installation, tmp_path: Path) -> None:
    """What root wrote, the program could not read at its next start."""
    (agency.folder / "data").mkdir()
    os.chown(agency.folder / "data", 65534, 65534)
    said = agency.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"), fails=True).stderr
    assert "sudo -u '#65534'" in said
    assert not (tmp_path / "safe").exists()
