"""What a check of the books says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

NOT_OURS = (ValueError, TypeError, LookupError, AttributeError)
"""What comes of values that no program of ours writes: damage makes any of any."""


class Severity(StrEnum):
    FAULT = "fault"
    """Something is lost, doubled or changed."""
    NOTE = "note"
    """Explained by a crash at the wrong moment, and harmless."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that differs."""

    severity: Severity
    subject: str
    """What it is about: a segment, a message, a number, a letter, a paper."""
    text: str


def fault(subject: str, text: str) -> Finding:
    return Finding(Severity.FAULT, subject, text)


def gap(subject: str, year: int, last: int, number: int, lost: Sequence[tuple[int, int]] = ()) -> Iterator[Finding]:
    """A fault when numbers are missing between `last` and `number`, but for those in stretches that are known as lost."""
    for first, end in lost:
        if last < end and first < number:
            yield from gap(subject, year, last, first)
            last = end
    if number > last + 1:
        missing = f"{last + 1}/{year}" if number == last + 2 else f"{last + 1}/{year} to {number - 1}/{year}"
        yield fault(subject, f"gap: {missing} missing")
