"""Backups: where copies go, how the database is copied, and the books of both."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from mailroom.domain.backup import (
    BackupCheck,
    BackupRun,
    Difference,
    Drill,
    Fence,
    FixityRun,
    Moved,
    NumberVoid,
    StoredPoint,
)

BytesDone = Callable[[int, int], None]
"""Called with bytes done and bytes in all; 0 in all while that is unknown."""


class BackupStore(Protocol):
    """One target. Used by one thread at a time; every method may take hours but for `points`.

    What `done` raises ends the work at once and comes through; it is called at least each second.

    Raises ConfigurationError (wrong password, missing program: with the remedy), BackupError (the target does not
    answer, or the copy failed: with what it said).
    """

    @property
    def name(self) -> str: ...

    def prepare(self) -> None:
        """Make the repository where there is none. Safe to repeat.

        Only for a target that our books know no copy of: on an empty mount point it would begin anew on the wrong disk.
        """

    def store(self, sources: Mapping[str, Path], installation: str, done: BytesDone) -> tuple[str, int, int]:
        """Copy each source (file or folder) under its name; id of the point, bytes read, bytes added.

        On return the target holds it. What changes while it is read is in the copy as it was at some instant.
        """

    def points(self) -> list[StoredPoint]:
        """Oldest first, of every installation."""

    def restore(self, point: str, target: Path, done: BytesDone, only: Sequence[str] = ()) -> None:
        """Put the sources of a point back under their names into an empty folder; with `only` those paths alone."""

    def check(self, part: int, of: int) -> list[Difference]:
        """Read the n-th of so many equal parts of everything that the target holds; what is damaged."""

    def forget(self, points: Sequence[str]) -> bool:
        """Let these points go; False where the target does not let us. Nothing else is ever removed."""


@runtime_checkable
class SecondCopy(Protocol):
    """A store that the archive heals from. Raises BackupError."""

    def open_segment(self, name: str, installation: str = "") -> BinaryIO | None:
        """The newest copy of this segment that is whole; of this installation, or of any."""


class Snapshot(Protocol):
    """A consistent copy of the database while it is in use."""

    def copy_to(self, file: Path) -> Mapping[str, str]:
        """Durable on return; table and SHA-256 (hex) of its canonical dump, read from the copy. Raises StorageError."""

    def dump_digests(self, file: Path) -> Mapping[str, str]:
        """The same of a copy that lies somewhere. Raises StorageError when it cannot be read."""


class Segments(Protocol):
    """The archive's files as fixity sees them. Names are those under `archive/segments`."""

    def names(self) -> list[str]:
        """Oldest first; the last one may still grow."""

    def read_through(self, name: str, done: BytesDone) -> tuple[int, int, list[Difference]]:
        """Records, bytes, and what is damaged; checks every record of the books against its digest too."""

    def broken_key(self, name: str) -> str:
        """The file of the segment's key, as a path inside the archive, where it is missing or damaged; else empty.

        A segment that is not there at all may have had one.
        """

    def replace_key(self, name: str, whole: BinaryIO) -> None:
        """Put a copy in the place of such a file; a damaged one stays beside it. Raises StorageError, ConfigurationError."""

    def replace(self, name: str, whole: BinaryIO) -> None:
        """Put a whole copy in the place of a damaged segment; the damaged one stays beside it as `NAME.damaged`.

        Raises StorageError, also when the copy is not whole or does not hold every record that the books name.
        """


class OpenSegments(Protocol):
    """Segments of the archive from before it was sealed. Raises ConfigurationError where there is no keyring."""

    def names(self) -> list[str]:
        """Oldest first. None of them is written to any more."""

    def copy(self, name: str, done: BytesDone) -> Iterator[list[Moved]]:
        """Keep every record of a segment again, sealed; what has been moved, in batches that survive a power cut.

        Each copy was read again and compared. Raises StorageError, before anything is copied, when anything in the
        segment is damaged, or when there is no room.
        """

    def remove(self, name: str) -> None:
        """Safe to repeat. Whoever calls it has seen that no row names the segment."""

    def leftovers(self) -> list[str]:
        """Damaged files that lie beside the segments and may hold mail in the open."""


class OpenSpool(Protocol):
    """The same of the spool of one account. Its segments keep their names."""

    @property
    def channel(self) -> str: ...

    @property
    def account(self) -> str: ...

    def names(self) -> list[str]: ...

    def seal(self, name: str, place: str, done: BytesDone) -> str:
        """Put a sealed segment in the place of an open one; what `place`, where a reader stands, is called from now on.

        Raises StorageError, and then nothing has changed.
        """


class KeepingBook(Protocol):
    """What was copied, tried and re-read."""

    def begin_backup(self, run: BackupRun) -> BackupRun:
        """With its id. Its `id` before is ignored."""

    def end_backup(self, run: BackupRun) -> None:
        """Save all but `verified_at` and `forgotten_at`. Raises StorageError when it was never begun."""

    def backups(self, target: str = "", limit: int = 100) -> list[BackupRun]:
        """Latest first, of one target or of all."""

    def verified(self, target: str, point: str, at: datetime) -> None:
        """A drill of that point found no difference."""

    def forgotten(self, target: str, points: Sequence[str], at: datetime) -> None: ...

    def add_drill(self, drill: Drill) -> None: ...

    def drills(self, limit: int = 20) -> list[Drill]:
        """Latest first."""

    def add_check(self, check: BackupCheck) -> None: ...

    def checks(self, target: str, limit: int = 100) -> list[BackupCheck]:
        """Latest first."""

    def add_fixity(self, run: FixityRun) -> None: ...

    def read_at(self) -> dict[str, datetime]:
        """When each segment was last read from end to end."""

    def fixities(self, limit: int = 20) -> list[FixityRun]: ...

    def move(self, moves: Sequence[Moved]) -> int:
        """Records of the archive lie elsewhere now; how many rows named them. What was moved already names nothing."""

    def rows_in(self, segment: str) -> int:
        """How many rows, of whatever agency, name a record in that segment."""

    def fence_missing(self) -> bool:
        """Whether this installation was restored and nobody has stated yet which numbers were given meanwhile."""

    def require_fence(self, at: datetime, point: str) -> None:
        """These books come from a backup: no number is given until `lift_fence`."""

    def last_numbers(self) -> dict[tuple[str, int], int]:
        """The last number of each series and พ.ศ. year that the books know: no stated one may be lower."""

    def lift_fence(
        self, fences: Sequence[Fence], by: str, at: datetime, known: Collection[tuple[str, int, int]] = ()
    ) -> None:
        """Counters go to the stated numbers; what lies between is entered as void, so that no gap appears (R51).

        Not void are those `known` (series, year and number): `JournalBook` claims them.

        Of several statements on one series and year the highest holds. Raises RefusedActionError: `fence-none` when
        none is missing, `fence-series` for a series that there cannot be, `fence-low` when a stated number is lower
        than one that the books know, `fence-far` when it is so much higher that it must be a slip, `fence-incomplete`
        when a register, or another series that the books know, is not stated for each year since the last of theirs.
        """

    def voids(self) -> list[NumberVoid]:
        """Numbers that were lost in a restore, in order of series, year and number."""
