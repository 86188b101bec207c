"""The independent check of what a restore left: the fence, and numbers that are void because nobody knows of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from storage.findings import Finding, Severity, fault

LOST = "lost-in-restore"
ANOTHER_HOST = "another-host"
VOIDS = """
SELECT register, year, first, last FROM number_void WHERE agency = :agency AND reason = :reason
ORDER BY register, year, first
"""
CLAIMS = """
SELECT register, year, number AS first, number AS last FROM number_claim WHERE agency = :agency AND closed_at IS NULL
ORDER BY register, year, number
"""
"""Numbers that are known from the journal, and whose messages are still looked for."""
CLOSED = """
SELECT c.register, c.year, c.number FROM number_claim c
WHERE c.agency = :agency AND c.closed_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM register_entry e
    WHERE (e.agency, e.register, e.year, e.number) = (c.agency, c.register, c.year, c.number))
  AND NOT EXISTS (SELECT 1 FROM number_void v
    WHERE (v.agency, v.register, v.year) = (c.agency, c.register, c.year) AND c.number BETWEEN v.first AND v.last)
"""
MISSING = "SELECT required_at, point FROM number_fence WHERE agency = :agency AND lifted_at IS NULL ORDER BY id"

Series = tuple[str, int]
Stretches = Sequence[tuple[int, int]]
"""First and last number of each stretch, in order."""


def lost_numbers(connection: Any, agency: str) -> Mapping[Series, Stretches]:
    """Numbers that a restore lost, or whose messages are still looked for, by register and พ.ศ. year."""
    lost: dict[Series, list[tuple[int, int]]] = defaultdict(list)
    for query in (VOIDS, CLAIMS):
        for series, stretch in _stretches(connection, query, agency):
            lost[series].append(stretch)
    return {series: sorted(found) for series, found in sorted(lost.items())}


def _stretches(connection: Any, query: str, agency: str) -> Iterator[tuple[Series, tuple[int, int]]]:
    for row in connection.execute(query, {"agency": agency, "reason": LOST}):
        yield (str(row["register"]), int(row["year"])), (int(row["first"]), int(row["last"]))


class KeepingCheck:
    """Part of one run of `verify`, on its connection."""

    def __init__(self, connection: Any, agency: str, counts: Counter[str]) -> None:
        self._connection = connection
        self._agency = agency
        self._counts = counts

    @property
    def looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (self._fence, self._voids, self._claims)

    def _fence(self) -> Iterator[Finding]:
        for row in self._connection.execute(MISSING, {"agency": self._agency}):
            why = f"restored from the backup {row['point']}"
            if row["point"] == ANOTHER_HOST:
                why = "another host numbers for the same mailbox"
            text = f"{why}; no number is given before the last ones are known: mailroom fence show"
            yield Finding(Severity.NOTE, "numbers", text)

    def _voids(self) -> Iterator[Finding]:
        """Claims that are open count with them: a number is one or the other."""
        for (register, year), stretches in lost_numbers(self._connection, self._agency).items():
            end = 0
            for first, last in stretches:
                if not end < first <= last:
                    yield fault(f"void numbers of {register} {year}", f"{first} to {last} overlap, or are none")
                end = max(end, last)
        for _, (first, last) in _stretches(self._connection, VOIDS, self._agency):
            self._counts["lost numbers"] += last - first + 1

    def _claims(self) -> Iterator[Finding]:
        for (register, year), (number, _) in _stretches(self._connection, CLAIMS, self._agency):
            self._counts["claimed numbers"] += 1
            text = "it was given before a restore; its message is looked for"
            yield Finding(Severity.NOTE, f"number {number}/{year} of {register}", text)
        for row in self._connection.execute(CLOSED, {"agency": self._agency}):
            text = "it was given before a restore, and is neither entered again nor void"
            yield fault(f"number {row['number']}/{row['year']} of {row['register']}", text)
