"""The command line: exit codes, sentences, and what machines may read."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.installation import REQUEST, Installation, mail

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)

REGISTER = ["เลขทะเบียนรับ", "ที่", "ลงวันที่", "จาก", "ถึง", "เรื่อง", "การปฏิบัติ", "หมายเหตุ"]


@pytest.fixture
def worked(installation: Installation) -> Installation:
    """An agency with one accepted request."""
    installation.deliver(mail(*REQUEST), at=NOW)
    installation.once()
    return installation


def test_init_writes_a_configuration_that_check_finds_in_order(installation: Installation, tmp_path: Path) -> None:
    """Every key is explained; nothing is overwritten by a second try."""
    folder = tmp_path / "new"
    flags = ["--key", "klong", "--name", "อบต.คลองใหม่", "--address", "saraban@klong.example"]
    servers = ["--imap-host", "imap.klong.example", "--smtp-host", "smtp.klong.example"]
    assert "written" in installation.bare("init", str(folder), *flags, *servers).stdout
    checked = installation.bare("check", "--config", str(folder / "agency.toml"))
    assert "in order" in checked.stdout
    text = (folder / "agency.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    for number, line in enumerate(lines):
        key = line.lstrip("# ")
        if " = " in key and key.split(" = ")[0].isidentifier():
            assert lines[number - 1].startswith("#"), f"{line} has no explanation"
    assert "there already" in installation.bare("init", str(folder), *flags, fails=True).stderr


def test_check_warns_of_a_secret_that_is_not_there(installation: Installation) -> None:
    """The files are in order, but the program would not come in: the key and the variable are named."""
    assert "warning" not in installation.run("check").stdout
    installation.environment["TEST_IMAP_PASSWORD"] = ""
    told = installation.run("check").stdout
    assert "channels.email.imap.password" in told
    assert "TEST_IMAP_PASSWORD" in told


def test_once_tells_a_machine_what_it_did(installation: Installation) -> None:
    """--json: one object, with an object for each account."""
    installation.deliver(mail(*REQUEST), at=NOW)
    told = json.loads(installation.run("once", "--json").stdout)
    assert told == {
        "accounts": [
            {
                "channel": "email",
                "account": "saraban@bantuayang.test",
                "taken": 1,
                "processed": 1,
                "awaiting_consent": 0,
                "error": None,
            }
        ],
        "sent": 1,
    }


def test_export_messages_gives_one_object_for_each_message(worked: Installation) -> None:
    """The keys are an interface: none is missing, none is called otherwise."""
    (message,) = json.loads(worked.run("export", "messages", "--format", "json").stdout)
    assert message == worked.messages()[0]
    assert set(message) == set(
        "digest channel account external_id message_id subject from_name from_address text attachments kind service "
        "outcome reasons register_number replies entered_system_at deemed_received_at urgency secrecy defects "
        "duplicate_of".split()
    )


def test_export_register_in_every_format(worked: Installation, tmp_path: Path) -> None:
    """Columns of แบบที่ 13 in their order, wherever a person reads them."""
    objects = json.loads(worked.run("export", "register", "--year", "2569", "--format", "json").stdout)
    assert [one["register_number"] for one in objects] == ["1/2569"]
    path = tmp_path / "register.csv"
    worked.run("export", "register", "--format", "csv", "--output", str(path))
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][:8] == REGISTER
    worked.run("export", "register", "--format", "xlsx", "--output", str(tmp_path / "register.xlsx"))
    assert ZipFile(tmp_path / "register.xlsx").testzip() is None
    worked.run("export", "register", "--format", "pdf", "--thai-digits", "--output", str(tmp_path / "register.pdf"))
    assert (tmp_path / "register.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads(worked.run("export", "register", "--year", "2568").stdout) == []


def test_export_outgoing_in_every_format(worked: Installation, tmp_path: Path) -> None:
    """ทะเบียนหนังสือส่ง has a heading before the first letter is sent, and a print that says so."""
    assert json.loads(worked.run("export", "outgoing", "--year", "2569").stdout) == []
    for form in ("csv", "xlsx", "pdf"):
        worked.run("export", "outgoing", "--format", form, "--output", str(tmp_path / f"outgoing.{form}"))
    assert "เลขทะเบียนส่ง" in (tmp_path / "outgoing.csv").read_text("utf-8-sig")
    assert (tmp_path / "outgoing.pdf").read_bytes().startswith(b"%PDF")


def test_verify_says_what_differs_and_fails(worked: Installation) -> None:
    """In order: exit 0. A changed archive: non-zero, with the message that is concerned."""
    assert json.loads(worked.run("verify", "--json").stdout)["ok"] is True
    (segment,) = (worked.folder / "data" / "archive" / "segments").glob("*.seg")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    told = json.loads(worked.run("verify", "--json", fails=True).stdout)
    assert told["ok"] is False
    assert any(word in one["subject"] for one in told["findings"] for word in ("message", "letter", "seg"))


def test_verify_without_data_says_so(installation: Installation) -> None:
    """Nothing was ever taken: a sentence, not a trace."""
    assert installation.run("verify", fails=True).stderr.startswith("mailroom: ")


def test_doctor_connects_and_says_what_works(installation: Installation) -> None:
    """Each part by name; a part that fails makes the exit code non-zero and names the remedy."""
    assert "FAIL" not in installation.run("doctor").stdout
    findings = json.loads(installation.run("doctor", "--json").stdout)
    assert all(one["ok"] for one in findings)
    installation.environment["TEST_IMAP_PASSWORD"] = "wrong"
    assert "FAIL" in installation.run("doctor", fails=True).stdout


def test_a_clerk_is_added_and_signs_in_by_link(worked: Installation) -> None:
    """Short passwords are refused with a sentence; a link is printed for the right host."""
    refused = worked.run("clerk", "add", "malee", "--password-stdin", fails=True, stdin="short\n")
    assert "12" in refused.stderr
    worked.run("clerk", "add", "malee", "--name", "มาลี", "--password-stdin", stdin="a-long-enough-password\n")
    link = worked.run("clerk", "link", "malee").stdout.strip()
    assert link.startswith("http://127.0.0.1:8080/login/link#")
    assert "no clerk" in worked.run("clerk", "link", "nobody", fails=True).stderr


def test_an_unknown_file_is_named(installation: Installation, tmp_path: Path) -> None:
    """The remedy is the command that writes one."""
    done = installation.bare("check", "--config", str(tmp_path / "nowhere.toml"), fails=True)
    assert "mailroom init" in done.stderr
