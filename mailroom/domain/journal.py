"""What was promised to the outside since the last backup, kept off this machine (G8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

Series = tuple[str, int]
"""Name of a series (`in`, `out`, `licence:TYPE`) and พ.ศ. year."""

JOURNAL = "journal"
"""Who states the last numbers after a restore, when the journal does."""
ANOTHER_HOST = "another-host"
"""Stands for the point of a fence that no restore made: another machine numbers for the same mailbox (S17)."""


def _nothing() -> Mapping[Series, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A number that was given. Tells a stranger nothing, and its own office which message it belongs to."""

    series: str
    """`in`, `out`, `licence:TYPE`."""
    year: int
    number: int
    seal: bytes
    """HMAC-SHA-256 of the digest of the raw message (`in`) or document under the journal key; empty where there is none."""
    entered_at: datetime | None = None
    """When it was entered in its register; None for a number that no register has."""
    deemed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentStub:
    """A letter that the other side took: which kind, for which message, and its id."""

    item: str
    letter: str
    seal: bytes
    """Of the message that it answers; empty where it answers none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """One entry of the journal, signed with the evidence key."""

    installation: str
    generation: int
    """Counts the lives of an installation: one more after each restore. A page of a later one means another host."""
    seq: int
    """Counts the pages of a life, from 1."""
    token: str
    """Random, known beforehand in the books of whoever writes it: by this a host knows its own pages."""
    at: datetime
    chain_seq: int
    chain_head: bytes
    counters: Mapping[Series, int]
    """The last number of each series that this page and those before it tell."""
    stubs: tuple[Stub, ...] = ()
    sent: tuple[SentStub, ...] = ()

    @property
    def place(self) -> tuple[int, int]:
        return self.generation, self.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """How far the journal tells what is in the books."""

    generation: int = 1
    seq: int = 0
    """Of the last page that is known to be kept; 0 before the first."""
    counters: Mapping[Series, int] = field(default_factory=_nothing)
    """The last number of each series that pages tell."""
    letters: int = 0
    """Mark of the last sent letter that they tell."""
    token: str = ""
    """Of the page that is being written, or was when the process died; empty when none is."""
    mark: str = ""
    """How far the other side's pages were looked at, in its own terms."""
    kept_at: datetime | None = None
    """When the last page was known to be kept."""
    failing_since: datetime | None = None
    error: str = ""
    """What the other side said last; empty when it took everything."""
    reckoned_at: datetime | None = None
    """When numbers were last taken over from the journal."""

    @property
    def place(self) -> tuple[int, int]:
        return self.generation, self.seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What the books hold and no page tells. The `seal` of its stubs is still the digest in UTF-8."""

    stubs: tuple[Stub, ...]
    sent: tuple[SentStub, ...]
    counters: Mapping[Series, int]
    """How far the numbers are told once these stubs are."""
    letters: int

    def __bool__(self) -> bool:
        return bool(self.stubs or self.sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number known from the journal alone: its message is looked for, and gets this number and no other."""

    series: str
    year: int
    number: int
    seal: bytes
    entered_at: datetime | None
    deemed_at: datetime | None
    message_id: int | None = None
    """The message that was found for it."""

    @property
    def key(self) -> tuple[str, int, int]:
        return self.series, self.year, self.number
