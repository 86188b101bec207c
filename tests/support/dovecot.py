"""A real Dovecot on loopback high ports, everything below one folder; as root or as an ordinary user."""

import atexit
import ctypes
import grp
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from imapclient.imap_utf7 import encode as utf7

from tests.support.certificates import Certificate

PASSWORD = "pw-of-tests"
_PR_SET_PDEATHSIG = 1

_CONFIGURATION = """
base_dir = {root}/run
state_dir = {root}/state
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
last_valid_uid = 0
log_path = {root}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{root}/mail/%u/Maildir
mail_uid = {user}
mail_gid = {group}
mail_max_userip_connections = 200
imap_idle_notify_interval = 30s
hostname = mail.demo.test
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Archive {{
    auto = create
    special_use = \\Archive
  }}
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


_QUOTA = """
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={kilobytes}K
}}
"""


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Dovecot:
    """A context manager; one server serves every test, each under a user name of its own.

    Any user name is accepted with `PASSWORD`. With a certificate, STARTTLS is offered on `imap` and implicit TLS
    on `imaps`.
    """

    tls: Certificate | None = None
    quota_kilobytes: int | None = None
    """Room of each mailbox; None for a server without quotas."""
    host: str = "127.0.0.1"
    imap: int = field(default_factory=free_port)
    imaps: int = field(default_factory=free_port)
    lmtp: int = field(default_factory=free_port)
    root: Path = field(init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _owner: str = field(init=False)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1), init=False)

    def __enter__(self) -> Self:
        # Names of unix sockets are limited to 107 bytes: keep the folder's name short.
        self.root = Path(tempfile.mkdtemp(prefix="dc-"))
        self.root.chmod(0o755)
        self._owner = "mail" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        for name in ("run", "state", "mail", "home"):
            (self.root / name).mkdir()
        for name in ("mail", "home"):
            self._own(self.root / name)
        self._write_configuration()
        atexit.register(self.__exit__)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        atexit.unregister(self.__exit__)
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def start(self) -> None:
        """Start, and return when the greeting is there."""
        binary = shutil.which("dovecot", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        assert binary, "dovecot is missing: apt-get install dovecot-imapd dovecot-lmtpd"
        command = [binary, "-F", "-c", str(self.root / "dovecot.conf")]
        # The kernel takes the thread that starts a child for its parent: one started by a passing thread would die.
        bound = _die_with_parent if threading.current_thread() is threading.main_thread() else None
        self._process = subprocess.Popen(command, preexec_fn=bound, start_new_session=True)
        for _ in range(500):
            if self._process.poll() is not None:
                raise RuntimeError(f"dovecot did not start: {self.log()}")
            if self._greets():
                return
            time.sleep(0.02)
        raise RuntimeError(f"dovecot does not greet: {self.log()}")

    def stop(self) -> None:
        """Stop, with every open session."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        finally:
            # Sessions outlive the master for a moment; they are of its process group.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        """The same server on the same ports; open sessions are cut."""
        self.stop()
        self.start()

    def log(self) -> str:
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        """The Maildir of a folder; created when missing."""
        base = self.root / "mail" / user / "Maildir"
        name = "." + utf7(folder).decode().replace("/", ".")
        path = base if folder.upper() == "INBOX" else base / name
        for part in (self.root / "mail" / user, base, path, path / "cur", path / "new", path / "tmp"):
            if not part.exists():
                part.mkdir()
                self._own(part)
        return path

    def deliver(
        self, user: str, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, flags: str = ""
    ) -> None:
        """Put these very bytes (CRLF line ends) into a folder; `at` becomes INTERNALDATE, `flags` is like `S` for seen."""
        stamp = at.timestamp() if at else time.time()
        number = next(self._numbers)
        name = f"{int(stamp)}.M{number}P{os.getpid()}.test,S={len(raw)},W={len(raw)}:2,{flags}"
        path = self.maildir(user, folder)
        waiting = path / "tmp" / name
        waiting.write_bytes(raw)
        os.utime(waiting, (stamp, stamp))
        self._own(waiting)
        waiting.rename(path / "cur" / name)

    def expunge(self, user: str, subject: bytes, *, folder: str = "INBOX") -> None:
        """Remove every mail whose bytes contain `subject`, as another client would."""
        for path in (self.maildir(user, folder) / "cur").iterdir():
            if subject in path.read_bytes():
                path.unlink()

    def mails(self, user: str, *, folder: str = "INBOX") -> list[bytes]:
        """The bytes of every mail in a folder."""
        path = self.maildir(user, folder)
        return [file.read_bytes() for part in ("cur", "new") for file in sorted((path / part).iterdir())]

    def change_uidvalidity(self, user: str, *, folder: str = "INBOX") -> None:
        """As when an index is rebuilt: a new UIDVALIDITY, and UIDs from 1. Stop the server first."""
        base = self.maildir(user)
        for path in (*base.glob("dovecot.list.index*"), *self.maildir(user, folder).glob("dovecot.index*")):
            path.unlink()
        (self.maildir(user, folder) / "dovecot-uidlist").unlink(missing_ok=True)
        # Dovecot takes the time of day unless this counter is ahead of it.
        for path in base.glob("dovecot-uidvalidity*"):
            path.unlink()
        ahead = base / "dovecot-uidvalidity"
        ahead.write_text(f"{int(time.time()) + 1000 * next(self._numbers):08x}")
        self._own(ahead)

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, self._owner, _group_of(self._owner))

    def _greets(self) -> bool:
        try:
            with socket.create_connection((self.host, self.imap), 1) as probe:
                return probe.recv(100).startswith(b"* OK")
        except OSError:
            return False

    def _write_configuration(self) -> None:
        tls = f"ssl = yes\nssl_cert = <{self.tls.certificate}\nssl_key = <{self.tls.key}" if self.tls else "ssl = no"
        text = _QUOTA.format(kilobytes=self.quota_kilobytes) if self.quota_kilobytes else ""
        text += _CONFIGURATION.format(
            root=self.root,
            user=self._owner,
            group=_group_of(self._owner),
            tls=tls,
            password=PASSWORD,
            imap=self.imap,
            imaps=self.imaps if self.tls else 0,
            lmtp=self.lmtp,
        )
        (self.root / "dovecot.conf").write_text(text)


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind: neither context manager nor atexit runs then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
