"""Measures a restore of everything against a plain restore of the same repository by restic, in turns in one run.

    python -m bench.restore [--messages 115000] [--rounds 2]

Prints a table and writes it into docs/benchmarks.md. Needs free disk of about four times the mail.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bench import gauge
from bench.example import copy_catalogue
from bench.mailbox import START, mails
from bench.restore_report import Report, write
from mailroom import bootstrap, logs
from mailroom.bootstrap.keeping import keeping
from mailroom.cli.display import bytes_progress
from mailroom.domain.message import Envelope
from mailroom.ports import Content, Known
from mailroom.services.custody import Watch

ROOT = Path(__file__).parent.parent
SLICE = 1000
"""So many mails stand in memory at a time."""
MEAN_BYTES = 87_000
COPIES = 4
"""Archive, repository, and two restores of which one is being removed."""
PASSWORD = "restore-bench"


class Box:
    """`ports.Inbox` that holds one slice of seeded mails after another."""

    channel, account, trouble = "email", "saraban@agency.example", ""

    def __init__(self) -> None:
        self._slice: dict[str, tuple[datetime, bytes]] = {}

    def fill(self, numbered: Sequence[tuple[int, tuple[datetime, bytes]]]) -> None:
        self._slice = {f"INBOX/1/{number}": mail for number, mail in numbered}

    def survey(self, known: Known) -> list[Envelope]:
        new = set(self._slice) - known(list(self._slice))
        return [
            Envelope(self.channel, self.account, name, at, size=len(raw))
            for name, (at, raw) in self._slice.items()
            if name in new
        ]

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        for start in range(0, len(envelopes), 100):
            yield [(one, self._slice[one.external_id][1]) for one in envelopes[start : start + 100]]

    def mark_taken(self, external_ids: Collection[str]) -> None:
        """Nothing is marked in a slice that goes."""

    def wait(self, seconds: float) -> bool:
        time.sleep(seconds)
        return False

    def close(self) -> None:
        """Nothing is open."""


def main() -> None:
    options = _options()
    base = ROOT / "bench-data"
    base.mkdir(exist_ok=True)
    messages = _affordable(options.messages, base)
    folder = Path(tempfile.mkdtemp(prefix="restore-", dir=base))
    try:
        config = _installed(folder)
        say(f"taking {messages:,} mails into custody …")
        _filled(config, messages)
        say("copying …")
        size, seconds = _copied(config)
        report = Report(messages=messages, asked=options.messages, size=size, backup_seconds=seconds)
        for turn in range(options.rounds):
            report.plain.append(_plain(folder))
            say(f"round {turn + 1}: restic alone: {report.plain[-1].seconds:,.0f} s")
            report.ours.append(_ours(folder, config))
            say(f"round {turn + 1}: mailroom restore: {report.ours[-1].seconds:,.0f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(write(report, options.report))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.restore", description=__doc__)
    parser.add_argument("--messages", type=int, default=115_000, help="about 87 KB each")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmarks.md")
    return parser.parse_args()


def _affordable(messages: int, base: Path) -> int:
    """As many as the disk takes: fewer are told in the table, never passed over."""
    room = shutil.disk_usage(base).free // (COPIES * MEAN_BYTES)
    if room < messages:
        say(f"the disk has room for {room:,} of {messages:,} messages")
    return min(messages, room)


def _installed(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    copy_catalogue(home)
    (home / "password").write_text(PASSWORD, encoding="utf-8")
    config = home / "agency.toml"
    config.write_text(
        '[agency]\nkey = "bench"\nname = "เทศบาลตำบลตัวอย่าง"\n'
        '[channels.email]\naddress = "saraban@agency.example"\n'
        '[channels.email.imap]\nhost = "127.0.0.1"\nport = 1\ntls = "none"\nusername = "x"\n'
        'password = { env = "MAILROOM_BENCH_PASSWORD" }\nsince = 2026-01-01\n'
        '[channels.email.smtp]\nhost = "127.0.0.1"\nport = 1\ntls = "none"\n'
        f'[[backup.target]]\nname = "disk"\nkind = "restic"\naddress = "{folder / "repository"}"\n'
        f'password = {{ file = "{home / "password"}" }}\n'
        f'[keys]\nkeyring = "{folder / "safe" / "keyring"}"\n',
        encoding="utf-8",
    )
    os.environ["MAILROOM_BENCH_PASSWORD"] = "x"
    _run("keys", "init", "--sheet", str(folder / "sheet.pdf"), "--config", str(config))
    return config


def _run(*arguments: str) -> gauge.Outcome:
    return gauge.run([sys.executable, "-m", "mailroom", *arguments], env=dict(os.environ))


def _filled(config: Path, messages: int) -> None:
    """Archive, register, letters and log, made by the program itself out of seeded mails."""
    logs.configure("error")
    content, box = enumerate(mails(messages)), Box()
    with bootstrap.open_house(bootstrap.load(config)) as house:
        watch = Watch(box, START - timedelta(days=1))
        done = 0
        while part := list(islice(content, SLICE)):
            box.fill(part)
            outcome = house.rounds.receive(watch)
            assert not outcome.error, outcome.error
            done += outcome.processed
        assert done == messages, f"{done} of {messages} were processed"


def _copied(config: Path) -> tuple[int, float]:
    """Bytes that were read, and seconds."""
    loaded = bootstrap.load(config)
    started = time.perf_counter()
    with bootstrap.open_books(loaded) as books:
        (run,) = keeping(loaded, books).backups.run("", bytes_progress)
    assert not run.error, run.error
    return run.bytes_read, time.perf_counter() - started


def _plain(folder: Path) -> gauge.Usage:
    """What restic alone needs for the same bytes."""
    target = folder / "plain"
    command = ["restic", "-r", str(folder / "repository"), "--no-cache", "restore", "latest", "--target", str(target)]
    try:
        return gauge.run(command, env={**os.environ, "RESTIC_PASSWORD": PASSWORD}).usage
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _ours(folder: Path, config: Path) -> gauge.Usage:
    """The one documented command: restored, checked against the books, fenced."""
    target = folder / "restored"
    try:
        outcome = _run("restore", "--from", "disk", "--to", str(target), "--config", str(config))
        assert "in order" in outcome.output, outcome.output
        return outcome.usage
    finally:
        shutil.rmtree(target, ignore_errors=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
