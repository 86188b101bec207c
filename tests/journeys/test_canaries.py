"""What identifies people lies in no log, address or block that is not encrypted; the database alone is the exception."""

import base64
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.bootstrap.restoring import PASSWORD
from tests.journeys.test_backup import SECRET, TARGETS
from tests.support.installation import Installation, mail
from tests.support.line_end import LineEnd
from tests.support.line_office import LineOffice

PERSON = "1 2345 67890 12 1"
NAME = "นกขมิ้น เหลืองอ่อนนัก"
ADDRESS = "canary-of-mailroom@citizen.test"
SENTENCE = "ขอเปิดร้านข้าวแกงของคุณป้ากี่ที่น้ำพุ"
PICTURE = b"\xff\xd8\xff\xe0" + b"canary picture of an identity card " * 400


@pytest.fixture
def office(installation: Installation, tmp_path: Path) -> Iterator[LineOffice]:
    """Mail and LINE, a keyring, a mirror and a repository."""
    with LineEnd() as line:
        more = '[keys]\nkeyring = "../safe/keyring"\n' + TARGETS.format(folder=tmp_path)
        office = LineOffice(installation, line, more=more)
        installation.environment |= {"TEST_BACKUP_PASSWORD": SECRET, PASSWORD: SECRET}
        office.configure()
        installation.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"))
        office.start()
        try:
            yield office
        finally:
            office.kill()


def _written(text: str) -> set[bytes]:
    """The ways in which a text may lie on a disk: charsets, and base64 at each of three offsets, in pieces of one line."""
    forms = {text.encode("utf-8"), text.encode("utf-16-le")}
    with suppress(UnicodeEncodeError):
        forms.add(text.encode("cp874"))
    encoded = [base64.b64encode(b"x" * shift + form)[4:-4] for form in forms for shift in range(3)]
    return forms | {one[at : at + 20] for one in encoded for at in range(0, len(one) - 19, 4)}


def test_no_block_outside_of_the_database_shows_a_person(office: LineOffice, tmp_path: Path) -> None:
    """Archive, spool, contents, mirror, repository, evidence, logs and health, after mail, LINE, backup, drill and verify."""
    installation = office.installation
    raw = mail(SENTENCE, f"{SENTENCE}\n{NAME} {PERSON}", sender=f"{NAME} <{ADDRESS}>")
    installation.deliver(raw, at=datetime.now(UTC))
    installation.smtp.wait_for(1, 120)
    office.says(f"{SENTENCE} {NAME} {PERSON}")
    office.sends("image", PICTURE)
    office.says("ส่งเรื่อง")
    told = [_health(office.port)]
    office.stop()
    told.append(office.log)
    for command in (("backup", "run"), ("drill",), ("fixity", "--all"), ("verify",), ("evidence", "checkpoint")):
        done = installation.run(*command)
        told += [done.stdout, done.stderr]
    canaries = {form for text in (PERSON, NAME, ADDRESS, SENTENCE) for form in _written(text)} | {PICTURE[100:200]}
    for line in told:
        assert not [one for one in canaries if one in line.encode()], line[:500]
    shutil.copytree(installation.folder, tmp_path / "taken")
    places = (tmp_path / "taken", tmp_path / "mirror", tmp_path / "restic", tmp_path / "safe")
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert len(files) > 20
    for file in files:
        if file.name.startswith("mailroom.db"):
            continue
        content = file.read_bytes()
        assert not [one for one in canaries if one in content], file
        assert not [one for one in canaries if one in str(file).encode()], file


def test_the_search_finds_what_lies_in_the_open(tmp_path: Path) -> None:
    """The forms that are looked for are those in which mail and database hold the words."""
    held = mail(SENTENCE, SENTENCE, sender=f"{NAME} <{ADDRESS}>")
    assert any(form in held for form in _written(SENTENCE))
    assert any(form in held for form in _written(ADDRESS))


def _health(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
