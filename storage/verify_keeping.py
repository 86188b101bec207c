"""The independent check of what a restore left: the fence, and numbers that are void because nobody knows of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from storage.findings import Finding, Severity, fault

LOST = "lost-in-restore"
VOIDS = """
SELECT register, year, first, last FROM number_void WHERE agency = :agency AND reason = :reason
ORDER BY register, year, first
"""
MISSING = "SELECT required_at, point FROM number_fence WHERE agency = :agency AND lifted_at IS NULL ORDER BY id"

Series = tuple[str, int]
Stretches = Sequence[tuple[int, int]]
"""First and last number of each stretch, in order."""


def lost_numbers(connection: Any, agency: str) -> Mapping[Series, Stretches]:
    """Numbers that were lost in a restore, by register and พ.ศ. year."""
    lost: dict[Series, list[tuple[int, int]]] = defaultdict(list)
    for row in connection.execute(VOIDS, {"agency": agency, "reason": LOST}):
        lost[str(row["register"]), int(row["year"])].append((int(row["first"]), int(row["last"])))
    return lost


class KeepingCheck:
    """Part of one run of `verify`, on its connection."""

    def __init__(self, connection: Any, agency: str, counts: Counter[str]) -> None:
        self._connection = connection
        self._agency = agency
        self._counts = counts

    @property
    def looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (self._fence, self._voids)

    def _fence(self) -> Iterator[Finding]:
        for row in self._connection.execute(MISSING, {"agency": self._agency}):
            text = f"restored from the backup {row['point']}; no number is given before mailroom fence states the last ones"
            yield Finding(Severity.NOTE, "numbers", text)

    def _voids(self) -> Iterator[Finding]:
        for (register, year), stretches in lost_numbers(self._connection, self._agency).items():
            end = 0
            for first, last in stretches:
                self._counts["lost numbers"] += last - first + 1
                if not end < first <= last:
                    yield fault(f"void numbers of {register} {year}", f"{first} to {last} overlap, or are none")
                end = max(end, last)
