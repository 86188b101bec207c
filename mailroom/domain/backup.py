"""Copies kept elsewhere, and what is known of them: a backup counts only after it was restored and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from mailroom.domain.message import Place


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a copy is not what it should be."""

    subject: str
    """The table, segment or file."""
    text: str
    """What is wrong with it, and the remedy."""


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """One copy as the store itself lists it."""

    id: str
    at: datetime
    installation: str = ""
    """Which data folder it was taken of; empty where the store does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRun:
    """One attempt at a copy, as our books know it. Failed ones are kept too."""

    id: int = 0
    target: str
    started_at: datetime
    ended_at: datetime | None = None
    """None while it runs, or when the process died in it."""
    point: str = ""
    """Its id in the store; empty where none was made."""
    bytes_read: int = 0
    bytes_added: int = 0
    tables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Table and SHA-256 (hex) of its canonical dump, of the very copy that was stored: what a drill compares with."""
    messages: int = 0
    error: str = ""
    verified_at: datetime | None = None
    """When a drill of this point found no difference."""
    forgotten_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A restore into a scratch folder, compared with the live system as it was at that point."""

    id: int = 0
    target: str
    point: str
    at: datetime
    seconds: float
    messages: int
    bytes: int
    differences: tuple[Difference, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCheck:
    """A reading of part of what a target holds, by the target itself."""

    target: str
    part: int
    of: int
    """The n-th of so many equal parts."""
    at: datetime
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityRun:
    """A re-reading of part of the archive."""

    id: int = 0
    at: datetime
    seconds: float
    segments: tuple[str, ...]
    """Names of those that were read from end to end."""
    records: int
    bytes: int
    healed: tuple[str, ...] = ()
    """Segments that were put right from a second copy."""
    damaged: tuple[Difference, ...] = ()
    """What is damaged still."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A record of the archive that lies elsewhere now, byte for byte."""

    segment: str
    offset: int
    """Where it began before."""
    digest: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What came of sealing an archive that was not sealed from the first."""

    segments: tuple[str, ...]
    """Those that are sealed now, or whose records are."""
    records: int
    """Of the books, that lie in sealed segments now."""
    left: tuple[Difference, ...] = ()
    """What still lies there in the open, and why."""


@dataclass(frozen=True, slots=True)
class Fence:
    """From which numbers on a restored installation may give new ones (G8).

    Numbers given after the backup are known to the world and not to the books: until they are stated, none is given.
    """

    series: str
    """`in`, `out`, `licence:TYPE`."""
    year: int
    last: int
    """The last number that may have been given."""
    source: str
    """Who or what says so."""


LOST_IN_RESTORE = "lost-in-restore"
"""Why numbers are void that were given, or may have been, between a backup and its restore."""


@dataclass(frozen=True, slots=True)
class NumberVoid:
    """Numbers in a row that are never given again, and of which the books know no more."""

    series: str
    year: int
    first: int
    last: int
    at: datetime
    by: str
    reason: str = LOST_IN_RESTORE
