"""The segment that is written to."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.domain.message import Kept, Place
from storage.disk import disk_errors
from storage.record_form import PIECE_LIMIT
from storage.sealing.keys import not_sealed
from storage.segment import Part

if TYPE_CHECKING:
    from storage.sealing.records import SegmentSeal

PARTS_LIMIT = 1000
"""So many parts the system writes at once (IOV_MAX is 1024)."""


class Segment:
    """The segment that is written to: an open descriptor, and the length that is known to be whole."""

    def __init__(self, path: Path, *, new: bool, seal: "SegmentSeal | None") -> None:
        """`seal` is its key; None of one that is not sealed."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT | os.O_EXCL if new else 0)
        self.path = path
        self.seal = seal
        self._descriptor = os.open(path, flags, 0o600)
        self.length = os.fstat(self._descriptor).st_size
        self._waiting: list[Part] = []
        self._weight = 0

    def is_there(self) -> bool:
        """Whether its name still means this very file, of this length. Raises OSError."""
        named, ours = self.path.stat(), os.fstat(self._descriptor)
        return os.path.samestat(named, ours) and named.st_size == self.length

    def opener(self) -> "SegmentSeal":
        """For reading in it what was written. Raises TornRecordError where it is not sealed, and a record is."""
        return self.seal or not_sealed()

    def add_record(self, parts: Generator[Part, None, tuple[str, int]]) -> Kept:
        """All of a record; what its making returns are digest and size of the content."""
        offset = self.length
        while True:
            try:
                self.add(next(parts))
            except StopIteration as end:
                digest, size = end.value
                return Kept(digest, size, Place(self.path.name, offset, self.length - offset))

    def add(self, part: Part) -> None:
        self._waiting.append(part)
        self._weight += len(part)
        self.length += len(part)
        if self._weight >= PIECE_LIMIT:
            self.write()

    def sync(self) -> None:
        with disk_errors(self.path):
            os.fdatasync(self._descriptor)

    def cut(self, length: int) -> None:
        """Forget what was added beyond `length`; only ever bytes that were promised to nobody."""
        self._waiting.clear()
        self._weight = 0
        with disk_errors(self.path):
            os.ftruncate(self._descriptor, length)
        self.length = length

    def close(self) -> None:
        os.close(self._descriptor)

    def write(self) -> None:
        waiting, self._waiting, self._weight = self._waiting, [], 0
        with disk_errors(self.path):
            for start in range(0, len(waiting), PARTS_LIMIT):
                self._write(waiting[start : start + PARTS_LIMIT])

    def _write(self, parts: list[Part]) -> None:
        written = os.writev(self._descriptor, parts)
        if written < sum(map(len, parts)):
            left = memoryview(b"".join(parts))[written:]
            while left:
                left = left[os.write(self._descriptor, left) :]
