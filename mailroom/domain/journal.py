"""What was promised to the outside since the last backup, kept off this machine (G8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A number that was given. Tells a stranger nothing, and its own office which message it belongs to."""

    series: str
    """`in`, `out`, `licence:TYPE`."""
    year: int
    number: int
    seal: bytes
    """HMAC-SHA-256 of the digest of the raw message (`in`) or document under the journal key; empty where there is none."""
    entered_at: datetime
    deemed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentStub:
    """A letter that the other side took: which kind, for which message, and its id."""

    item: str
    letter: str
    seal: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """One entry of the journal, signed with the evidence key."""

    installation: str
    generation: int
    """Counts the lives of an installation: one more after each restore. A page of a later one means another host."""
    seq: int
    chain_seq: int
    chain_head: bytes
    counters: Mapping[tuple[str, int], int]
    """The last number of each series and พ.ศ. year."""
    stubs: tuple[Stub, ...] = ()
    sent: tuple[SentStub, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number known from the journal alone: its message is looked for, and gets this number and no other."""

    series: str
    year: int
    number: int
    seal: bytes
    entered_at: datetime
    deemed_at: datetime | None
    message_id: int | None = None
    """The message that was found for it."""
    answered: bool = False
    """The journal says that its receipt went out."""
