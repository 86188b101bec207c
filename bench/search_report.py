"""The table of a run of bench.search, and its place in docs/benchmarks.md."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.document import put
from storage.driver import sqlite_module

BEGIN, END = "<!-- search: begin -->", "<!-- search: end -->"
GOAL_MS = 100
WHOLE = 100_000


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each round, in order of size, and the hits on the page."""

    seconds: Sequence[float]
    hits: int

    def ms(self, share: float) -> float:
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * share))] * 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How the index was made."""

    seconds: float
    steps: Sequence[float]
    """Seconds of each transaction, in order of size."""
    size: int
    """Bytes by which the database grew."""
    database: int
    """Its bytes before."""


@dataclass(kw_only=True)
class Report:
    messages: int
    build: Build
    ours: dict[str, Measured] = field(default_factory=dict)
    heads: dict[str, Measured] = field(default_factory=dict)
    """LIKE over numbers, subjects, names and addresses."""
    texts: dict[str, Measured] = field(default_factory=dict)
    """LIKE over texts and attachments as well."""


def write(report: Report, path: Path) -> str:
    """Put the table between its markers, at the end of the document when it has none; the table."""
    text = "\n".join([*_setting(report), "", *_table(report), "", *_index(report), "", *_goals(report), ""])
    return put(text, path, (BEGIN, END), "Search")


def _setting(report: Report) -> Iterator[str]:
    load, cores = os.getloadavg()[1], os.cpu_count() or 1
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {report.messages:,} messages of 600 Thai characters, one in twenty with an "
        f"attachment of 5,000; pages of 50 with records, places and excerpts. {cores} cores, Python "
        f"{platform.python_version()}, SQLite {sqlite_module().sqlite_version}, load {load:.1f} (5 minutes). LIKE fetches "
        "row numbers alone: over numbers, subjects, names and addresses, as the queue searched before; and over all texts."
    )


def _table(report: Report) -> Iterator[str]:
    yield "| search | hits on the page | p50 ms | p99 ms | LIKE, heads: hits | p50 ms | LIKE, texts: hits | p50 ms |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for name, one in report.ours.items():
        heads, texts = report.heads[name], report.texts[name]
        yield (
            f"| {name} | {one.hits} | {one.ms(0.5):.1f} | {one.ms(0.99):.1f} "
            f"| {min(heads.hits, 50)} | {heads.ms(0.5):.1f} | {min(texts.hits, 50)} | {texts.ms(0.5):,.1f} |"
        )


def _index(report: Report) -> Iterator[str]:
    build, steps = report.build, report.build.steps
    yield "| the index | |"
    yield "|---|--:|"
    yield f"| bytes for each message | {build.size / report.messages:,.0f} |"
    yield f"| share of the database | {build.size / (build.database + build.size):.0%} |"
    yield f"| messages taken in per second | {report.messages / build.seconds:,.0f} |"
    yield (
        f"| one transaction of 50, ms: p50, p99, longest | {steps[len(steps) // 2] * 1e3:.0f}, "
        f"{steps[int(len(steps) * 0.99)] * 1e3:.0f}, {steps[-1] * 1e3:.0f} |"
    )


def _goals(report: Report) -> Iterator[str]:
    worst = max(one.ms(0.5) for one in report.ours.values())
    whole = "" if report.messages >= WHOLE else f" (of {WHOLE:,} messages; here {report.messages:,})"
    yield "| goal | wanted | measured |"
    yield "|---|--:|--:|"
    yield f"| slowest search, p50 ms{whole} | ≤ {GOAL_MS} | {worst:.1f} |"
