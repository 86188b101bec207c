"""The tables of a run of bench.webhook, and their place in docs/benchmarks.md."""

import os
import platform
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.document import put
from bench.webhook_desks import OURS, PEER, QUIET_SECONDS, SLOW_SYNC_MILLISECONDS
from bench.webhook_load import Shot

BEGIN, END = "<!-- webhook: begin -->", "<!-- webhook: end -->"
FREE, LOCKED, SLOW = "database free", "database locked", f"each sync {SLOW_SYNC_MILLISECONDS} ms slower"
GIVES_UP_SECONDS = 2.0
"""LINE calls it a timeout when an answer takes longer, and delivers again later."""
LATE_MILLISECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one webhook: its deliveries by phase, and what its books say afterwards."""

    phases: dict[str, Sequence[Shot]]
    lost: list[str]
    """Events answered with 200 that are not in the books exactly once."""
    copies: Counter[int]
    """What one delivery, sent many times at once, was answered with."""
    entries: int
    """What it led to."""
    books_seconds: float
    register_seconds: float
    """After the last delivery, until all was in the books, and until nothing was left to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    outcomes: Mapping[str, Outcome]
    seconds: int
    rate: int


def write(report: Report, path: Path) -> str:
    """Put the tables between their markers, at the end of the document when it has none; the tables."""
    text = "\n".join([*_setting(report), "", *_table(report), "", *_goals(report), ""])
    return put(text, path, (BEGIN, END), "LINE")


def _setting(report: Report) -> Iterator[str]:
    load, cores = os.getloadavg()[1], os.cpu_count() or 1
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {report.rate} deliveries a second for {report.seconds} s in each phase, "
        f"one text message each. {cores} cores, Python {platform.python_version()}, load {load:.1f} (5 minutes). "
        f"line-bot-sdk {version('line-bot-sdk')}, Starlette {version('starlette')}, uvicorn {version('uvicorn')}."
    )
    late = max(shot.late for one in report.outcomes.values() for shots in one.phases.values() for shot in shots) * 1000
    if load > cores or late > LATE_MILLISECONDS:
        yield ""
        yield (
            f"**The machine was busy with other work** (load {load:.1f} on {cores} cores; what sends the deliveries was "
            f"itself up to {late:.0f} ms late, which counts as time of the webhook)."
        )


def _table(report: Report) -> Iterator[str]:
    yield "| | deliveries | p50 ms | p99 ms | max ms | not 200 | after 2 s or never | p99, × mailroom |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for phase in (FREE, LOCKED, SLOW):
        base = _percentile(report.outcomes[OURS].phases[phase], 99)
        for name, outcome in report.outcomes.items():
            shots = outcome.phases[phase]
            refused = sum(shot.status != 200 for shot in shots)
            late = sum(shot.status == 0 or shot.seconds > GIVES_UP_SECONDS for shot in shots)
            p99 = _percentile(shots, 99)
            yield (
                f"| {name}, {phase} | {len(shots):,} | {_percentile(shots, 50):,.1f} | {p99:,.1f} "
                f"| {max(shot.seconds for shot in shots) * 1000:,.1f} | {refused} | {late} | {p99 / base:,.1f} |"
            )


def _percentile(shots: Sequence[Shot], percent: int) -> float:
    """Milliseconds."""
    return statistics.quantiles([shot.seconds for shot in shots], n=100, method="inclusive")[percent - 1] * 1000


def _goals(report: Report) -> Iterator[str]:
    ours, peer = report.outcomes[OURS], report.outcomes[PEER]
    both = [*ours.phases[FREE], *ours.phases[LOCKED]]
    yield "| goal | wanted | measured |"
    yield "|---|--:|--:|"
    yield f"| p99, database free and locked together, ms | ≤ 200 | {_percentile(both, 99):.1f} |"
    yield f"| longest answer with the database locked, ms | ≤ 900 | {_longest(ours, LOCKED):.1f} |"
    yield f"| longest answer on the slow disk, ms | ≤ 900 | {_longest(ours, SLOW):.1f} |"
    yield f"| deliveries not answered with 200, database free and locked | 0 | {sum(one.status != 200 for one in both)} |"
    yield f"| events answered with 200 that are not in the books exactly once | 0 | {len(ours.lost)} |"
    yield f"| the same, of the peer | 0 | {len(peer.lost)} |"
    copies = sum(ours.copies.values())
    yield f"| one delivery, sent {copies} times at once: answered with 200 | {copies} | {ours.copies[200]} |"
    yield f"| entries in the register that came of it | 1 | {ours.entries} |"
    yield f"| after the last delivery, all events in the books, s | | {ours.books_seconds:.1f} |"
    yield f"| all answered, registered and acknowledged ({QUIET_SECONDS} s of quiet included), s | | {ours.register_seconds:.1f} |"


def _longest(outcome: Outcome, phase: str) -> float:
    return max(shot.seconds for shot in outcome.phases[phase]) * 1000
