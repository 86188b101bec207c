"""Several citizens send the same file: stored once, and through copies, damage and restores as if it were not."""

import json
import random
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from mailroom.domain.agency import buddhist_year
from storage.record_form import MAGIC, Kind
from tests.support.installation import REQUEST, Installation, mail

YEAR = buddhist_year(datetime.now(UTC))
FORM = random.Random(5).randbytes(90_000)
TARGET = """
[[backup.target]]
name = "disk"
kind = "mirror"
address = "{folder}/mirror"
"""


@pytest.fixture
def agency(installation: Installation, tmp_path: Path) -> Installation:
    """An agency with a second copy, three citizens, and one form."""
    installation.extra = TARGET.format(folder=tmp_path)
    installation.write()
    for number in range(1, 4):
        installation.deliver(_with_form(number), at=datetime.now(UTC))
    installation.once()
    return installation


def _with_form(number: int) -> bytes:
    raw = mail(
        f"{REQUEST[0]} {number}", REQUEST[1], sender=f"p{number}@citizen.test", message_id=f"<{number}@citizen.test>"
    )
    letter = cast(EmailMessage, message_from_bytes(raw, policy=SMTP))
    letter.add_attachment(FORM, maintype="image", subtype="jpeg", filename="form.jpg")
    letter.set_boundary("--one")
    return letter.as_bytes()


def _segment(agency: Installation) -> Path:
    (path,) = (agency.folder / "data/archive/segments").glob("*.seg")
    return path


def _told(agency: Installation, *arguments: str) -> Any:
    return json.loads(agency.run(*arguments, "--json").stdout)


def test_one_form_of_three_citizens_is_there_once_and_each_mail_comes_back(
    agency: Installation, tmp_path: Path
) -> None:
    """Message and case are brought out of a copy byte for byte, and the drill finds nothing to say."""
    assert _segment(agency).read_bytes().count(MAGIC[:-1] + bytes([MAGIC[-1] + Kind.PART])) == 1
    assert _segment(agency).stat().st_size < 2 * len(FORM)
    agency.verify()
    agency.run("backup", "run")
    assert all(one["passed"] for one in _told(agency, "drill"))
    for number in range(1, 4):
        found = tmp_path / f"found-{number}"
        agency.run("restore", "message", str(number), "--from", "disk", "--to", str(found))
        assert (found / f"message-{number}.eml").read_bytes() == _with_form(number)
    case = _told(agency, "restore", "case", f"2/{YEAR}", "--from", "disk", "--to", str(tmp_path / "case"))
    (raw,) = (Path(case["folder"]) / "raw").iterdir()
    assert raw.read_bytes() in {_with_form(number) for number in range(1, 4)}


def test_a_damaged_form_is_healed_and_all_three_are_whole(agency: Installation) -> None:
    """From the second copy, with the segment in which it lies."""
    agency.run("backup", "run")
    content = bytearray(_segment(agency).read_bytes())
    content[len(content) // 2] ^= 1
    _segment(agency).write_bytes(content)
    found = _told(agency, "fixity", "--all")
    assert (found["healed"], found["damaged"]) == (["000001.seg"], [])
    agency.verify()


def test_the_three_come_back_when_the_database_is_gone(agency: Installation) -> None:
    """As three messages; what they have in common is none."""
    for file in agency.database.parent.glob("mailroom.db*"):
        file.unlink()
    told = _told(agency, "rebuild")
    assert (told["found"]["messages"], told["found"]["damaged"]) == (3, 0)
    assert {row["digest"] for row in agency.messages()} == {sha256(_with_form(n)).hexdigest() for n in range(1, 4)}
