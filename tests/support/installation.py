"""A configured agency on real servers, worked by the command line as an administrator works it."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from mailroom import bootstrap
from mailroom.cli.operation import full_pass
from mailroom.services.export import Export, ExportFormat
from tests.support.commands import run_command
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.smtp_end import SmtpEnd

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "saraban@bantuayang.test"

os.environ["TEST_IMAP_PASSWORD"] = PASSWORD

AGENCY = """
[agency]
key = "bantuayang"
name = "เทศบาลตำบลบ้านตัวอย่าง"
phone = "0 2000 0000"

[storage]
data_dir = "data"
{extra}
[channels.email]
address = "{address}"

[channels.email.imap]
host = "127.0.0.1"
port = {imap}
tls = "none"
username = "{user}"
password = {{ env = "TEST_IMAP_PASSWORD" }}
after = "{after}"
{since}

[channels.email.smtp]
host = "127.0.0.1"
port = {smtp}
tls = "none"
"""

SERVICES = """
[[service]]
key = "food-shop"
name = "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร"
words = ["ร้านอาหาร", "ขายอาหาร", "ขายก๋วยเตี๋ยว"]
documents = [{ name = "สำเนาบัตรประจำตัวประชาชน" }]
"""

AGENCIES = """
[[agency]]
name = "กรมการกงสุล"
words = ["หนังสือเดินทาง", "พาสปอร์ต"]
url = "https://consular.example/"
"""


@dataclass
class Installation:
    """One agency's folder, beside its mailbox at Dovecot and its submission server."""

    folder: Path
    dovecot: Dovecot
    smtp: SmtpEnd
    user: str
    after: str = "keyword"
    since: str | None = "2020-01-01"
    extra: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write()
        (self.folder / "services.toml").write_text(SERVICES, encoding="utf-8")
        (self.folder / "agencies.toml").write_text(AGENCIES, encoding="utf-8")

    def write(self) -> None:
        """Write agency.toml anew, after a setting was changed."""
        text = AGENCY.format(
            address=ADDRESS,
            imap=self.dovecot.imap,
            smtp=self.smtp.port,
            user=self.user,
            after=self.after,
            since=f"since = {self.since}" if self.since else "",
            extra=self.extra,
        )
        self.config.write_text(text, encoding="utf-8")

    @property
    def config(self) -> Path:
        return self.folder / "agency.toml"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "mailroom.db"

    def deliver(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, flags: str = "") -> None:
        self.dovecot.deliver(self.user, raw, folder=folder, at=at, flags=flags)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "mailroom", *arguments, "--config", str(self.config)]

    @property
    def variables(self) -> dict[str, str]:
        return {**os.environ, "PYTHONWARNINGS": "error", **self.environment}

    def run(self, *arguments: str, fails: bool = False, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command on this configuration, to its end. `fails` says that a non-zero exit is the promise."""
        return self.bare(*arguments, "--config", str(self.config), fails=fails, stdin=stdin)

    def bare(self, *arguments: str, fails: bool = False, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command that names its own configuration, or none."""
        done = run_command(arguments, env=self.variables, cwd=ROOT, stdin=stdin)
        assert (done.returncode != 0) == fails, f"exit {done.returncode}: {done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    def once(self, *, fails: bool = False) -> subprocess.CompletedProcess[str]:
        return self.run("once", fails=fails)

    def recover(self) -> None:
        """One full pass in this process, which is quicker than a command."""
        with bootstrap.open_house(bootstrap.load(self.config)) as house:
            rounds, _ = full_pass(house)
        assert [one.error for one in rounds] == [""] * len(rounds)

    def messages(self) -> list[dict[str, Any]]:
        """What `export messages` tells."""
        return self._exported(lambda export, out: export.messages(out))

    def register(self) -> list[dict[str, Any]]:
        """What `export register` tells."""
        return self._exported(lambda export, out: export.register(ExportFormat.JSON, out))

    def _exported(self, write: Callable[[Export, io.BytesIO], object]) -> list[dict[str, Any]]:
        """In this process, which is quicker than a command; tests/mailroom/cli shows that the commands say the same."""
        configuration, out = bootstrap.load(self.config), io.BytesIO()
        with bootstrap.open_books(configuration) as books:
            write(bootstrap.export(configuration, books, thai_digits=False), out)
        return list(json.loads(out.getvalue()))

    def verify(self) -> None:
        """The independent check; it must find nothing."""
        report = bootstrap.verify(bootstrap.load(self.config))
        assert report.ok, report.findings

    def numbers(self) -> list[str]:
        return [entry["register_number"] for entry in self.register()]

    def letters(self) -> list[Message]:
        """What arrived at the submission server."""
        return [message_from_bytes(letter.raw, policy=default) for letter in self.smtp.letters]


def mail(
    subject: str,
    text: str,
    *,
    sender: str = "สมชาย ใจดี <somchai@citizen.test>",
    to: str = ADDRESS,
    message_id: str | None = None,
    **headers: str,
) -> bytes:
    """An ordinary mail; underscores in names of headers stand for hyphens."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import make_msgid

    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = "Mon, 05 Jan 2026 10:00:00 +0700"
    letter["Message-ID"] = message_id or make_msgid(domain="citizen.test")
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text, charset="utf-8")
    return letter.as_bytes()


REQUEST = ("ขออนุญาตขายอาหาร", "เรียน เจ้าหน้าที่\n\nขอยื่นคำขอใบอนุญาตร้านอาหาร ตามเอกสารแนบ\n\nสมชาย ใจดี")
"""Subject and text of a request that the policy accepts."""
