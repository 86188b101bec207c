"""The table of a run, and its place in docs/benchmarks.md."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.document import put

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
REFERENCE, PEER = "mbsync, FSync yes", "django-helpdesk"
OWN, OWN_UNCLASSIFIED = "mailroom: custody", "mailroom: the same, nothing classified"
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One contestant: medians over all rounds, except for memory, which is the largest."""

    name: str
    messages: int
    size: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds

    @property
    def cpu(self) -> float:
        """Milliseconds of processor for each message."""
        return self.cpu_seconds / self.messages * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    messages: int
    size: int
    rounds: int
    peer_version: str
    rows: Sequence[Measured]
    syncs: Mapping[str, float]
    memory: Mapping[str, int]


def write(report: Report, path: Path) -> str:
    """Put the table between the markers of a document; the table."""
    return put(_text(report), path, (BEGIN, END))


def _text(report: Report) -> str:
    return "\n".join([*_setting(report), "", *_race(report), "", *_goals(report), "", *_memory(report), ""])


def _setting(report: Report) -> list[str]:
    return [
        (
            f"Measured on {datetime.now(UTC):%Y-%m-%d}: {report.messages:,} mails, {report.size / 1e6:,.1f} MB, "
            f"{report.rounds} rounds in turns, medians. {_processor()}, {os.cpu_count()} cores, "
            f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}, "
            f"load {os.getloadavg()[2]:.1f} (15 minutes). Dovecot on the same machine and disk."
        ),
    ]


def _race(report: Report) -> list[str]:
    base, peer = _row(report, REFERENCE).rate, _row(report, PEER).rate
    lines = [
        "| | messages | messages/s | MB/s | CPU ms/message | peak MB | syncs/message | × mbsync FSync | × django-helpdesk |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in report.rows:
        syncs = f"{report.syncs[row.name]:.3f}" if row.name in report.syncs else ""
        name = row.name.replace(PEER, f"{PEER} {report.peer_version}")
        lines.append(
            f"| {name} | {row.messages:,} | {row.rate:,.0f} | {row.size / row.seconds / 1e6:,.1f} "
            f"| {row.cpu:.2f} | {row.peak_bytes / MEBIBYTE:,.0f} | {syncs} "
            f"| {row.rate / base:.2f} | {row.rate / peer:.1f} |"
        )
    return lines


def _goals(report: Report) -> list[str]:
    own, bare, base, peer = (_row(report, name) for name in (OWN, OWN_UNCLASSIFIED, REFERENCE, PEER))
    syncs = next(value for name, value in report.syncs.items() if name.startswith(OWN))
    peak = max(own.peak_bytes, *report.memory.values()) / MEBIBYTE
    return [
        "| goal | wanted | measured |",
        "|---|--:|--:|",
        f"| end to end, × mbsync fetching only with its own fsync | ≥ 1.0 | {own.rate / base.rate:.2f} |",
        f"| × django-helpdesk | ≥ 30 | {own.rate / peer.rate:.1f} |",
        f"| processor per message, classification left out, ms | ≤ 1.2 | {bare.cpu:.2f} |",
        f"| processor per message, classification included, ms | | {own.cpu:.2f} |",
        f"| syncs per message | ≤ 0.1 | {syncs:.3f} |",
        f"| peak memory, the whole mailbox and single mails of 10 MB and 50 MB, MB | ≤ 256 | {peak:.0f} |",
    ]


def _memory(report: Report) -> list[str]:
    names = {"small": "100 mails of the mix", "ten": "20 mails of 10 MB", "fifty": "one mail of 50 MB"}
    return [
        "| mailbox | peak memory of all processes, MB |",
        "|---|--:|",
        *(f"| {names[name]} | {peak / MEBIBYTE:.0f} |" for name, peak in report.memory.items()),
    ]


def _row(report: Report, start: str) -> Measured:
    return next(row for row in report.rows if row.name.startswith(start))


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
