"""What the pages of the journal say about numbers that restored books do not know of (G8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import Claim, JournalPage, JournalState, SentStub, Series, Stub
from mailroom.domain.register import RegisterDraft


class JournalGapError(MailroomError):
    """The journal does not say for certain which numbers were given. Says why."""


@dataclass(slots=True)
class Reckoned:
    """What was promised beyond the books."""

    generation: int
    """Of the latest life that wrote a page, or of the books."""
    counters: dict[Series, int] = field(default_factory=dict)
    """The highest number that a page tells, of each series."""
    stubs: dict[tuple[str, int, int], Stub] = field(default_factory=dict)
    sent: dict[str, SentStub] = field(default_factory=dict)
    """By the letter's id."""
    pages: int = 0


def reckon(pages: Iterable[JournalPage], state: JournalState) -> Reckoned:
    """Everything that genuine pages of this installation tell, later than `state`. A page twice is one page.

    Raises JournalGapError: without any page at or behind the last one that the books know of, nothing says that none is
    missing; and each life's pages are numbered without a gap.
    """
    lives: dict[int, dict[int, JournalPage]] = {}
    for page in pages:
        if page.place >= state.place:
            lives.setdefault(page.generation, {}).setdefault(page.seq, page)
    if not lives:
        raise JournalGapError(f"page {state.seq} is not there, nor any later one")
    reckoned = Reckoned(generation=max(state.generation, *lives))
    for generation, life in sorted(lives.items()):
        _whole(generation, life, state)
        for _, page in sorted(life.items()):
            if page.place > state.place:
                _add(reckoned, page)
    return reckoned


def _whole(generation: int, life: Mapping[int, JournalPage], state: JournalState) -> None:
    first, last = min(life), max(life)
    expected = state.seq + 1 if generation == state.generation else 1
    if first > expected:
        raise JournalGapError(f"pages {expected} to {first - 1} of life {generation} are not there")
    if len(life) != last - first + 1:
        missing = next(seq for seq in range(first, last) if seq not in life)
        raise JournalGapError(f"page {missing} of life {generation} is not there")


def _add(reckoned: Reckoned, page: JournalPage) -> None:
    reckoned.pages += 1
    for series, last in page.counters.items():
        reckoned.counters[series] = max(last, reckoned.counters.get(series, 0))
    for stub in page.stubs:
        series = (stub.series, stub.year)
        reckoned.counters[series] = max(stub.number, reckoned.counters.get(series, 0))
        # The first to tell a number is the one whose letter went: what another host told later was refused there.
        reckoned.stubs.setdefault((*series, stub.number), stub)
    for letter in page.sent:
        reckoned.sent.setdefault(letter.item, letter)


def as_before(draft: RegisterDraft, claim: Claim) -> RegisterDraft:
    """The entry as it stood before the restore: year and times are those that were told to the sender."""
    return replace(
        draft,
        year=claim.year,
        registered_at=claim.entered_at or draft.registered_at,
        deemed_received_at=claim.deemed_at or draft.deemed_received_at,
    )


def stretches(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers in rows, as first and last of each."""
    rows = []
    for _, row in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        found = [number for _, number in row]
        rows.append((found[0], found[-1]))
    return rows
