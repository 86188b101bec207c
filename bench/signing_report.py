"""The tables of a run of bench.signing, and their place in docs/benchmarks.md."""

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.document import put

BEGIN, END = "<!-- signing: begin -->", "<!-- signing: end -->"
MEBIBYTE = 1 << 20
NAMES = {
    "bare RSA-3072": "the bare key operation, RSA-3072",
    "bare P-256": "the bare key operation, P-256",
    "ours B-B": "mailroom B-B",
    "ours B-T": "mailroom B-T",
    "ours B-LT": "mailroom B-LT",
    "ours B-LTA": "mailroom B-LTA",
    "ours B-LT 5 MB": "mailroom B-LT, document of 5 MB",
    "kept B-B": "pyHanko B-B, key and validation data kept",
    "kept B-T": "pyHanko B-T, key and validation data kept",
    "kept B-LT": "pyHanko B-LT, key and validation data kept",
    "plain B-B": "pyHanko B-B, as its manual has it",
    "plain B-T": "pyHanko B-T, as its manual has it",
    "plain B-LT": "pyHanko B-LT, as its manual has it",
    "libpdf B-B": "@libpdf/core B-B",
    "libpdf B-T": "@libpdf/core B-T",
    "libpdf B-LT": "@libpdf/core B-LT",
    "render": "mailroom renders a licence, PDF/A-3a + UA-1",
    "licence": "mailroom renders and signs it, B-LT",
    "weasyprint": "WeasyPrint + plain pyHanko B-LT, the same licence",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Times are medians in milliseconds: `cpu` of the process that signs, `wall` with what it waits for."""

    times: Mapping[str, Mapping[str, float]]
    size: int
    rounds: int
    memory: Mapping[str, int]
    libpdf: bool
    weasyprint: bool

    def cpu(self, name: str) -> float:
        return self.times[name]["cpu"]


def write(report: Report, path: Path) -> str:
    """Put the tables between their markers, at the end of the document when it has none; the tables."""
    text = "\n".join([*_setting(report), "", *_table(report), "", *_goals(report), ""])
    return put(text, path, (BEGIN, END), "Documents")


def _setting(report: Report) -> Iterator[str]:
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: one licence of {report.size / 1000:.0f} kB with its data enclosed, key "
        f"RSA-3072, {report.rounds} rounds in turns, medians. {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[2]:.1f} (15 minutes). Certificates, revocation and time-stamps from an authority of "
        "RSA-3072 on the same machine, in a process of its own. What mailroom signs it validates as well."
    )


def _table(report: Report) -> Iterator[str]:
    bare = report.cpu("bare RSA-3072")
    yield "| | CPU ms | ms | documents per CPU second | × bare RSA-3072 |"
    yield "|---|--:|--:|--:|--:|"
    for key, name in NAMES.items():
        if key in report.times:
            cpu = report.cpu(key)
            yield f"| {name} | {cpu:.2f} | {report.times[key]['wall']:.2f} | {1000 / cpu:,.0f} | {cpu / bare:.1f} |"


def _goals(report: Report) -> Iterator[str]:
    risen, size = report.memory["risen"], report.memory["size"]
    yield "| goal | wanted | measured |"
    yield "|---|--:|--:|"
    yield f"| B-B, × the bare key operation | ≤ 4 | {report.cpu('ours B-B') / report.cpu('bare RSA-3072'):.1f} |"
    if report.libpdf:
        yield f"| B-LT, × faster than @libpdf/core | ≥ 2.5 | {report.cpu('libpdf B-LT') / report.cpu('ours B-LT'):.1f} |"
    yield f"| render with PDF/A-3a + UA-1, ms | ≤ 30 | {report.cpu('render'):.1f} |"
    if report.weasyprint:
        faster = report.cpu("weasyprint") / report.cpu("licence")
        yield f"| licence end to end, × faster than WeasyPrint + plain pyHanko | ≥ 10 | {faster:.1f} |"
    yield (
        f"| {size / MEBIBYTE:.1f} MB signed, memory beside the document, × its size (1 is the result itself) "
        f"| < 2 | {risen / size:.2f} |"
    )
