"""The two webhooks that are measured, each in a process of its own on a fresh folder, and what holds their databases."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.example import copy_catalogue
from bench.gauge import tree
from storage.driver import sqlite_module
from tests.support.dovecot import free_port
from tests.support.line_events import SECRET

ROOT = Path(__file__).parent.parent
QUIET_SECONDS = 20
START_SECONDS = 60
SETTLE_SECONDS = 300
SLOW_SYNC_MILLISECONDS = 100
OURS, PEER = "mailroom", "Starlette + line-bot-sdk"
ENVIRONMENT = {"LINE_CHANNEL_SECRET": SECRET, "LINE_ACCESS_TOKEN": "bench", "PYTHONUNBUFFERED": "1"}

_AGENCY = """
[agency]
key = "bench"
name = "เทศบาลตำบลตัวอย่าง"
[channels.line]
line_id = "@bench"
channel_secret = {{ env = "LINE_CHANNEL_SECRET" }}
access_token = {{ env = "LINE_ACCESS_TOKEN" }}
api_url = "http://127.0.0.1:{api}"
data_url = "http://127.0.0.1:{api}"
quiet_seconds = {quiet}
[web]
port = {port}
[daemon]
log_level = "error"
"""
_HOLD = """
import sys
from storage.driver import sqlite_module
connection = sqlite_module().connect(sys.argv[1], timeout=60, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """A webhook that runs."""

    name: str
    port: int
    database: Path
    folder: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process holds the database: nobody else writes to it."""
        command = [sys.executable, "-c", _HOLD, str(self.database)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as holder:
            assert holder.stdout is not None
            assert holder.stdin is not None
            assert holder.stdout.readline() == b"locked\n"
            try:
                yield
            finally:
                holder.stdin.close()

    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite_module().connect(f"file:{self.database}?mode=ro", uri=True, timeout=60)) as connection:
            return list(connection.execute(question, values))

    def in_the_books(self) -> list[str]:
        """Ids of all events, as often as they are there."""
        name, table = ("event_id", "chat_event") if self.name == OURS else ("id", "event")
        return [str(row[0]) for row in self.ask(f"SELECT {name} FROM {table}")]

    def await_books(self, events: int) -> float:
        """Wait until so many events are in the books; the seconds that it took, infinite when it did not come about."""
        return _until(lambda: len(self.in_the_books()) >= events)

    def await_register(self) -> float:
        """Wait until everything that follows from the events is done as well; of the peer nothing does."""
        waiting = (
            "SELECT (SELECT count(*) FROM chat_event WHERE NOT handled)"
            " + (SELECT count(*) FROM conversation WHERE state IN ('open', 'closed'))"
        )
        return _until(lambda: self.name != OURS or self.ask(waiting) == [(0,)])

    def entries(self, event: str) -> int:
        """So many lines of the register come from one event; of the peer, rows."""
        if self.name != OURS:
            return self.in_the_books().count(event)
        found = self.ask(
            "SELECT count(*) FROM register_entry AS e JOIN message AS m ON m.id = e.message_id"
            " WHERE m.channel = 'line' AND m.external_id = ?",
            event,
        )
        return int(str(found[0][0]))


def _until(holds: Callable[[], bool]) -> float:
    begun = time.perf_counter()
    while time.perf_counter() - begun < SETTLE_SECONDS:
        if holds():
            return time.perf_counter() - begun
        time.sleep(0.5)
    return float("inf")


@contextmanager
def mailroom(folder: Path, api: int, *, slow_disk: bool = False) -> Iterator[Desk]:
    """The daemon of a fresh installation. Raises RuntimeError when it does not end well."""
    folder.mkdir(parents=True)
    copy_catalogue(folder)
    port, config = free_port(), folder / "agency.toml"
    config.write_text(_AGENCY.format(api=api, quiet=QUIET_SECONDS, port=port), encoding="utf-8")
    own = [sys.executable, "-m", "mailroom"]
    with _running([*own, "run", "--config", str(config)], port, slow_disk=slow_disk):
        yield Desk(OURS, port, folder / "data" / "mailroom.db", folder)
    done = subprocess.run(
        [*own, "verify", "--config", str(config)],
        env={**os.environ, **ENVIRONMENT},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"mailroom verify: {done.stdout}{done.stderr}")


@contextmanager
def peer(folder: Path, _api: int, *, slow_disk: bool = False) -> Iterator[Desk]:
    folder.mkdir(parents=True)
    port, database = free_port(), folder / "peer.db"
    command = [sys.executable, "-m", "bench.webhook_peer", str(port), str(database)]
    with _running(command, port, slow_disk=slow_disk):
        yield Desk(PEER, port, database, folder)


@contextmanager
def _running(command: Sequence[str], port: int, *, slow_disk: bool) -> Iterator[None]:
    inject = f"inject=fsync,fdatasync:delay_enter={SLOW_SYNC_MILLISECONDS * 1000}"
    slower = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject]
    whole = [*slower, *command] if slow_disk else list(command)
    process = subprocess.Popen(whole, env={**os.environ, **ENVIRONMENT}, cwd=ROOT)
    try:
        _await_port(process, port)
        yield
    finally:
        # The tracer ends with what it traces; told to end itself, it would leave that running.
        target = next((pid for pid in tree(process.pid)[1:]), process.pid) if slow_disk else process.pid
        os.kill(target, signal.SIGTERM)
        process.wait(60)


def _await_port(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until something is answered: the port is open before anybody listens to what comes in."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/health")
            connection.getresponse()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError("the webhook does not listen")
