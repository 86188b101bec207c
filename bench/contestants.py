"""The programs that are measured, each on a mailbox of its own with the same mails."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.example import copy_catalogue
from bench.gauge import Outcome, Usage, run
from tests.support.dovecot import PASSWORD, Dovecot

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Task:
    """One run: the server, the user whose mailbox is read, an empty folder, and how many mails there are."""

    server: Dovecot
    user: str
    folder: Path
    messages: int
    smtp_port: int


@dataclass(frozen=True, slots=True)
class Contestant:
    name: str
    prepare: Callable[[Task], Sequence[str]]
    """Everything that is not measured; the command that is."""
    check: Callable[[Task, Outcome], None]
    """Raises AssertionError when the run did not do all of its work."""
    mark: str = ""
    """Mark at which the work that is compared is done; the end of the command when empty."""
    environment: Callable[[Task], Mapping[str, str]] = lambda _: {}

    def run(self, task: Task) -> tuple[Usage, Outcome]:
        task.folder.mkdir(parents=True)
        command = self.prepare(task)
        os.sync()
        outcome = run(command, env={**os.environ, **self.environment(task)}, cwd=ROOT)
        self.check(task, outcome)
        return (outcome.marks[self.mark] if self.mark else outcome.usage), outcome


def mbsync(*, fsync: bool) -> Contestant:
    """Debian's isync, which only fetches."""
    return Contestant(
        f"mbsync, FSync {'yes' if fsync else 'no'}: fetches only",
        lambda task: _mbsync_command(task, fsync=fsync),
        _mbsync_fetched,
    )


def _mbsync_command(task: Task, *, fsync: bool) -> list[str]:
    store = task.folder / "Maildir"
    (task.folder / "mbsyncrc").write_text(
        f"FSync {'yes' if fsync else 'no'}\n\n"
        f"IMAPAccount server\nHost {task.server.host}\nPort {task.server.imap}\nUser {task.user}\nPass {PASSWORD}\n"
        "SSLType None\nAuthMechs LOGIN\n\n"
        "IMAPStore far\nAccount server\n\n"
        f"MaildirStore near\nInbox {store}/\nPath {task.folder}/sub/\nSubFolders Verbatim\n\n"
        f"Channel all\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nSyncState {task.folder}/state/\n"
    )
    for folder in ("state", "sub"):
        (task.folder / folder).mkdir()
    return ["mbsync", "-q", "-c", str(task.folder / "mbsyncrc"), "all"]


def _mbsync_fetched(task: Task, _outcome: Outcome) -> None:
    fetched = sum(1 for part in ("new", "cur") for _ in (task.folder / "Maildir" / part).iterdir())
    assert fetched == task.messages, f"mbsync fetched {fetched} of {task.messages}"


def _own_command(task: Task, *options: str) -> list[str]:
    """The pass over an installation that has its schema already, as the peer has."""
    copy_catalogue(task.folder)
    (task.folder / "agency.toml").write_text(
        '[agency]\nkey = "bench"\nname = "เทศบาลตำบลตัวอย่าง"\n'
        '[channels.email]\naddress = "saraban@agency.example"\n'
        f'[channels.email.imap]\nhost = "{task.server.host}"\nport = {task.server.imap}\ntls = "none"\n'
        f'username = "{task.user}"\npassword = {{ env = "MAILROOM_BENCH_PASSWORD" }}\nsince = 2026-01-01\n'
        f'[channels.email.smtp]\nhost = "127.0.0.1"\nport = {task.smtp_port}\ntls = "none"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "bench.own_pass", str(task.folder / "agency.toml")]
    subprocess.run([*command, "--prepare"], env={**os.environ, **OWN_ENVIRONMENT}, cwd=ROOT, check=True)
    return [*command, *options]


def _own_took_all(task: Task, outcome: Outcome) -> None:
    expected = f"{task.messages} taken, {task.messages} processed, {task.messages} marked"
    assert expected in outcome.output, outcome.output


OWN_ENVIRONMENT = {"MAILROOM_BENCH_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}

PEER_PYTHON = ROOT / "bench-data" / "peers" / "helpdesk" / "bin" / "python"

_QUEUE = """
import django; django.setup()
from django.contrib.sites.models import Site
from helpdesk.models import Queue
Site.objects.update_or_create(pk=1, defaults=dict(domain='bench.example', name='bench'))
Queue.objects.create(title='saraban', slug='saraban', email_address='saraban@agency.example',
    allow_email_submission=True, email_box_type='imap', email_box_host={host!r}, email_box_port={port},
    email_box_ssl=False, email_box_user={user!r}, email_box_pass={password!r}, email_box_imap_folder='INBOX',
    email_box_interval=0)
"""


def install_helpdesk() -> str:
    """Install the peer where it is missing; its version. Raises CalledProcessError."""
    if not PEER_PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER_PYTHON.parent.parent)], check=True)
        install = [str(PEER_PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "django-helpdesk"]
        subprocess.run(install, check=True)
    ask = "import importlib.metadata as m; print(m.version('django-helpdesk'))"
    return subprocess.run([str(PEER_PYTHON), "-c", ask], check=True, capture_output=True, text=True).stdout.strip()


def _helpdesk_environment(task: Task) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "helpdesk_settings",
        "PYTHONPATH": str(ROOT / "bench"),
        "HELPDESK_ROOT": str(task.folder),
    }


def _helpdesk_command(task: Task) -> list[str]:
    queue = _QUEUE.format(host=task.server.host, port=task.server.imap, user=task.user, password=PASSWORD)
    _django(task, "-m", "django", "migrate", "-v", "0")
    _django(task, "-c", queue)
    return [str(PEER_PYTHON), "-m", "django", "get_email", "--debug_to_stdout"]


def _helpdesk_ticketed(task: Task) -> None:
    count = "import django; django.setup(); from helpdesk.models import Ticket; print(Ticket.objects.count())"
    made = int(_django(task, "-c", count))
    assert made == task.messages, f"django-helpdesk made {made} tickets of {task.messages} mails"


def _django(task: Task, *arguments: str) -> str:
    environment = {**os.environ, **_helpdesk_environment(task)}
    command = [str(PEER_PYTHON), *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{' '.join(arguments[:3])}: {result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


OURS = Contestant(
    "mailroom: custody, reading, register, outbox, mark",
    _own_command,
    _own_took_all,
    mark="received",
    environment=lambda _: OWN_ENVIRONMENT,
)

OURS_UNCLASSIFIED = Contestant(
    "mailroom: the same, nothing classified",
    lambda task: _own_command(task, "--no-letters", "--unclassified"),
    _own_took_all,
    mark="received",
    environment=lambda _: OWN_ENVIRONMENT,
)

HELPDESK = Contestant(
    "django-helpdesk get_email: makes tickets",
    _helpdesk_command,
    lambda task, _: _helpdesk_ticketed(task),
    environment=_helpdesk_environment,
)
