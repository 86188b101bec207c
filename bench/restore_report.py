"""The table of a run of bench.restore, and its place in docs/benchmarks.md."""

import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.document import put
from bench.gauge import Usage

BEGIN, END = "<!-- restore: begin -->", "<!-- restore: end -->"
GOAL_MINUTES = 15
WHOLE = 100_000


@dataclass(kw_only=True)
class Report:
    messages: int
    asked: int
    size: int
    """Bytes of the copy."""
    backup_seconds: float
    plain: list[Usage] = field(default_factory=list)
    ours: list[Usage] = field(default_factory=list)


def write(report: Report, path: Path) -> str:
    """Put the table between its markers, at the end of the document when it has none; the table."""
    text = "\n".join([*_setting(report), "", *_table(report), "", *_goals(report), ""])
    return put(text, path, (BEGIN, END), "Restore")


def _setting(report: Report) -> Iterator[str]:
    load, cores = os.getloadavg()[1], os.cpu_count() or 1
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {report.messages:,} messages, {report.size / 1e9:.1f} GB of sealed archive and "
        f"database, in a restic repository on the same disk; copied there in {report.backup_seconds / 60:.1f} minutes. "
        f"{cores} cores, Python {platform.python_version()}, load {load:.1f} (5 minutes)."
    )
    if report.messages < report.asked:
        yield ""
        yield f"**The disk had room for {report.messages:,} of {report.asked:,} messages only.**"


def _table(report: Report) -> Iterator[str]:
    base = _seconds(report.plain)
    yield "| | minutes | messages/s | MB/s | × restic alone | CPU s | peak MB |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    rows = (
        ("restic restore alone", report.plain),
        ("mailroom restore: the same, checked against the books, numbers fenced", report.ours),
    )
    for name, usages in rows:
        seconds = _seconds(usages)
        cpu, peak = statistics.median(one.cpu_seconds for one in usages), max(one.peak_bytes for one in usages)
        yield (
            f"| {name} | {seconds / 60:.1f} | {report.messages / seconds:,.0f} | {report.size / seconds / 1e6:,.0f} "
            f"| {seconds / base:.2f} | {cpu:,.0f} | {peak / 1e6:,.0f} |"
        )


def _goals(report: Report) -> Iterator[str]:
    yield "| goal | wanted | measured |"
    yield "|---|--:|--:|"
    whole = "" if report.messages >= WHOLE else f" (of {WHOLE:,} messages; here {report.messages:,})"
    yield f"| minutes of a restore{whole} | ≤ {GOAL_MINUTES} | {_seconds(report.ours) / 60:.1f} |"


def _seconds(usages: list[Usage]) -> float:
    return statistics.median(one.seconds for one in usages)
