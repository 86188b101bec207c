"""What a person sees in a terminal: progress on long work, tables, marks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mailroom.services.custody import Progress as Report
from mailroom.services.custody import no_progress


def terminal() -> Console:
    """Standard error: progress never mixes with what a command prints."""
    return Console(stderr=True)


@contextmanager
def progress(text: str) -> Iterator[Report]:
    """A bar in a terminal; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal(), transient=True) as bars:
        task = bars.add_task(text, total=None)

        def report(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield report


@contextmanager
def bytes_progress(text: str) -> Iterator[Report]:
    """The same for bytes; a total of 0 is not known yet."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal(), transient=True) as bars:
        task = bars.add_task(text, total=None)

        def report(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total or None)

        yield report
