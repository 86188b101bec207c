"""From which numbers on a restored installation gives new ones: what was stated, held against what the books know."""

from collections.abc import Mapping, Sequence

from mailroom.domain.backup import Fence
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING

LICENCE = "licence:"
FARTHEST = 100_000
"""So many numbers at most were given since the backup. More is a slip of the pen, and what is void stays void."""

Numbers = Mapping[tuple[str, int], int]
"""The last number of each series and พ.ศ. year."""


def stated(fences: Sequence[Fence], known: Numbers, year: int) -> dict[tuple[str, int], int]:
    """The number after which each series and year goes on. `year` is the พ.ศ. year that runs now.

    Raises RefusedActionError.
    """
    highest: dict[tuple[str, int], int] = {}
    for fence in fences:
        series = (fence.series, fence.year)
        _check(fence, known.get(series, 0))
        highest[series] = max(fence.last, highest.get(series, 0))
    for name, missing in sorted(_expected(known, year) - highest.keys()):
        raise RefusedActionError("fence-incomplete", f"{name} {missing}")
    return highest


def is_series(name: str) -> bool:
    """Whether numbers are given in a series of this name."""
    return name in {INCOMING, OUTGOING} or (name.startswith(LICENCE) and name != LICENCE)


def _check(fence: Fence, known: int) -> None:
    series = f"{fence.series} {fence.year}"
    if not is_series(fence.series) or fence.year < 1:
        raise RefusedActionError("fence-series", series)
    if fence.last < known:
        raise RefusedActionError("fence-low", f"{series}: {known}")
    if fence.last > known + FARTHEST:
        raise RefusedActionError("fence-far", f"{series}: {known}")


def _expected(known: Numbers, year: int) -> set[tuple[str, int]]:
    """Both registers and every other series of the books, for each year from the last that they know up to this one."""
    latest = min(max((of_year for _, of_year in known), default=year), year)
    names = {INCOMING, OUTGOING} | {name for name, _ in known}
    return {(name, of_year) for name in names for of_year in range(latest, year + 1)}
