"""Ingest measured against named programs on one mailbox, in one run, in turns.

    python -m bench.ingest [--messages 5000] [--rounds 3] [--peer-messages 500]

Prints a table and writes it into docs/benchmarks.md.
"""

import argparse
import imaplib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bench.contestants import HELPDESK, OURS, OURS_UNCLASSIFIED, ROOT, Contestant, Task, install_helpdesk, mbsync
from bench.gauge import Usage
from bench.mailbox import large, mails
from bench.report import Measured, Report, write
from tests.support.dovecot import PASSWORD, Dovecot

SYNC_CALLS = "fsync,fdatasync,sync_file_range,syncfs,msync"
SYNC_MESSAGES = 1000
MEBIBYTE = 1 << 20


@dataclass
class Arena:
    """A server with mailboxes of equal mails, a sink for letters, and folders that go when all is done."""

    server: Dovecot
    folder: Path
    smtp_port: int
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Messages and bytes of each original mailbox."""
    runs: int = 0

    def original(self, name: str, content: Iterable[tuple[datetime, bytes]]) -> None:
        """Write an original mailbox, from which contestants get hard links."""
        count = size = 0
        for at, raw in content:
            self.server.deliver(name, raw, at=at)
            count, size = count + 1, size + len(raw)
        self.sizes[name] = count, size

    @contextmanager
    def task(self, original: str, *, limit: int | None = None) -> Iterator[Task]:
        """A fresh mailbox and folder for one run."""
        self.runs += 1
        user = f"run{self.runs}"
        target = self.server.maildir(user) / "cur"
        names = sorted((self.server.maildir(original) / "cur").iterdir())[:limit]
        for source in names:
            os.link(source, target / source.name)
        self._index(user)
        task = Task(self.server, user, self.folder / user, len(names), self.smtp_port)
        try:
            yield task
        finally:
            shutil.rmtree(task.folder, ignore_errors=True)
            shutil.rmtree(self.server.root / "mail" / user, ignore_errors=True)

    def _index(self, user: str) -> None:
        """Let the server number the mails, so that no contestant pays for it."""
        with imaplib.IMAP4(self.server.host, self.server.imap) as client:
            client.login(user, PASSWORD)
            client.select("INBOX", readonly=True)


@contextmanager
def arena() -> Iterator[Arena]:
    """Everything lies below bench-data, on the disk that is measured."""
    base = ROOT / "bench-data"
    base.mkdir(exist_ok=True)
    tempfile.tempdir = str(base)
    folder = Path(tempfile.mkdtemp(prefix="run-"))
    sink = subprocess.Popen([sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert sink.stdout is not None
    try:
        with Dovecot() as server:
            yield Arena(server, folder, int(sink.stdout.readline()))
    finally:
        sink.terminate()
        sink.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    options = _options()
    say(f"django-helpdesk {(peer_version := install_helpdesk())}")
    with arena() as place:
        say(f"writing {options.messages} mails …")
        place.original("mixed", mails(options.messages))
        place.original("ten", large(20, 10 * MEBIBYTE))
        place.original("fifty", large(1, 50 * MEBIBYTE))
        place.original("small", mails(100, seed=1))
        report = Report(
            messages=options.messages,
            size=place.sizes["mixed"][1],
            rounds=options.rounds,
            peer_version=peer_version,
            rows=_race(place, options.rounds, options.peer_messages),
            syncs={
                mbsync(fsync=True).name: _syncs(place, mbsync(fsync=True)),
                OURS.name: _syncs(place, OURS, "--no-letters"),
                WITH_LETTERS: _syncs(place, OURS),
            },
            memory={name: _memory(place, name) for name in ("small", "ten", "fifty")},
        )
    print(write(report, ROOT / "docs" / "benchmarks.md"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.ingest", description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-messages", type=int, default=500, help="a slow peer gets so many of them")
    return parser.parse_args()


def _race(place: Arena, rounds: int, peer_messages: int) -> list[Measured]:
    """Contestants take turns, so that a busy moment of the machine is nobody's alone."""
    whole = (mbsync(fsync=True), mbsync(fsync=False), OURS, OURS_UNCLASSIFIED)
    limits = {**dict.fromkeys(whole), HELPDESK: peer_messages}
    usages: dict[str, list[tuple[int, int, Usage]]] = defaultdict(list)
    for turn in range(rounds):
        for contestant, limit in limits.items():
            with place.task("mixed", limit=limit) as task:
                size = _size(task)
                usage, outcome = contestant.run(task)
            usages[contestant.name].append((task.messages, size, usage))
            if "sent" in outcome.marks:
                usages[WITH_LETTERS].append((task.messages, size, outcome.marks["sent"]))
            say(f"round {turn + 1}: {contestant.name}: {task.messages / usage.seconds:,.0f} messages/s")
    return [_median(name, runs) for name, runs in usages.items()]


WITH_LETTERS = "mailroom: the same, and all letters sent"


def _size(task: Task) -> int:
    return sum(path.stat().st_size for path in (task.server.maildir(task.user) / "cur").iterdir())


def _median(name: str, runs: list[tuple[int, int, Usage]]) -> Measured:
    messages, size, _ = runs[0]
    return Measured(
        name=name,
        messages=messages,
        size=size,
        seconds=statistics.median(usage.seconds for _, _, usage in runs),
        cpu_seconds=statistics.median(usage.cpu_seconds for _, _, usage in runs),
        peak_bytes=max(usage.peak_bytes for _, _, usage in runs),
    )


def _syncs(place: Arena, contestant: Contestant, *options: str) -> float:
    """Syncs per message, counted in a run of its own, since counting slows it down."""
    with place.task("mixed", limit=SYNC_MESSAGES) as task:
        task.folder.mkdir(parents=True)
        counts = task.folder / "strace"
        command = [
            "strace",
            "-f",
            "-c",
            "-o",
            str(counts),
            "-e",
            f"trace={SYNC_CALLS}",
            *contestant.prepare(task),
            *options,
        ]
        environment = {**os.environ, **contestant.environment(task)}
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
        found = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(?:\w*sync\w*)$", counts.read_text(), re.M)
        return sum(map(int, found)) / task.messages


def _memory(place: Arena, original: str) -> int:
    """Peak memory of our own pass over a mailbox, in bytes."""
    with place.task(original) as task:
        return OURS.run(task)[0].peak_bytes


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
