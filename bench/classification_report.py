"""The tables of a run of bench.classification, and their place in docs/classification.md."""

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.document import put

BEGIN, END = "<!-- day-one: begin -->", "<!-- day-one: end -->"
Figures = dict[str, Any]
"""What `mailroom evaluate --json` says."""
Cell = Callable[[Figures], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    seen: Figures
    blind: Figures


def write(day: Day, path: Path) -> str:
    """Put the tables between the markers of a document; the tables."""
    return put(text(day), path, (BEGIN, END))


def text(day: Day) -> str:
    return "\n".join([*_setting(), "", *_figures(day), "", *_confusion(day.blind), ""])


def _setting() -> Iterator[str]:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {cores} cores, Python {platform.python_version()}, "
        f"load {load:.1f} (1 minute)."
    )
    if load > cores:
        yield "**The machine was busy with other work**: milliseconds are too many."


def _figures(day: Day) -> Iterator[str]:
    yield "| | wanted | seen | blind |"
    yield "|---|--:|--:|--:|"
    for name, wanted, cell in _ROWS:
        yield f"| {name} | {wanted} | {cell(day.seen)} | {cell(day.blind)} |"


def _share(group: str, question: str = "") -> Cell:
    def cell(figures: Figures) -> str:
        found = figures[group][question] if question else figures[group]
        if not found["whole"]:
            return "–"
        return f"{found['percent']:.1f} % ({found['part']} of {found['whole']})"

    return cell


def _milliseconds(which: str) -> Cell:
    return lambda figures: f"{figures['milliseconds'][which]:.1f}"


def _megabytes(which: str) -> Cell:
    return lambda figures: f"{figures['peak_bytes'][which] / 1e6:.0f}"


_ROWS: tuple[tuple[str, str, Cell], ...] = (
    ("messages", "≥ 400 together", lambda figures: str(figures["messages"])),
    ("kinds right", "≥ 90 %", _share("right", "kind")),
    ("services right", "≥ 80 %", _share("right", "service")),
    ("a service was named", "", _share("named", "service")),
    ("of these, a wrong one", "≤ 5 %", _share("wrong_named", "service")),
    ("agencies right", "", _share("right", "agency")),
    ("an agency was named", "", _share("named", "agency")),
    ("of these, a wrong one", "", _share("wrong_named", "agency")),
    ("wrong automatic redirects, of all messages", "≤ 2 %", _share("wrong_redirects")),
    ("decided without a clerk", "", _share("coverage")),
    ("of these, something wrong was claimed", "", _share("error")),
    ("milliseconds per message, mean", "≤ 20", _milliseconds("mean")),
    ("95 of 100 messages within, ms", "", _milliseconds("p95")),
    ("peak memory of the process that reads and classifies, MB", "", _megabytes("child")),
    ("peak memory of its parent, MB", "", _megabytes("parent")),
)


def _confusion(figures: Figures) -> Iterator[str]:
    yield "Kinds of the blind messages, and what they were taken for:"
    yield ""
    yield "| kind | messages | right | taken for |"
    yield "|---|--:|--:|---|"
    for kind, found in figures["confusion"].items():
        wrong = sorted((item for item in found.items() if item[0] != kind), key=lambda item: (-item[1], item[0]))
        taken = ", ".join(f"{answer} {count}" for answer, count in wrong)
        yield f"| {kind} | {sum(found.values())} | {found.get(kind, 0)} | {taken} |"
