"""The archive: append-only segment files, synced once for each batch."""

import contextlib
import io
import os
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import zstandard

from mailroom.domain.errors import AlreadyRunningError, ArchiveDamagedError, StorageError
from mailroom.domain.message import Kept, Place
from mailroom.ports import Content
from storage.claim import FolderClaim
from storage.disk import disk_errors, refuse_network, sync_folder
from storage.parts import Parts
from storage.pieces import Opener
from storage.record_form import PIECE_LIMIT, form_at_start
from storage.runs import LEAST_RUN
from storage.scanning import Scanned, scan_segment
from storage.sealing.kek import KeyEncryptionKeys
from storage.sealing.keys import keys_of, opener_of, written_form
from storage.segment import RawContent, damage_of, decode, encode, ends_in, whole_until
from storage.segment_writer import Segment

SEGMENT_LIMIT = 256 << 20
"""A segment that has reached so many bytes is left, and the next one begun."""

COMPRESSION_LEVEL = 1
"""Of mail, which is base64 for the most part, level 3 makes no less; negative levels leave a third more."""

NAME = re.compile(r"\d{6,}\.seg")


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A point between records: the number of a segment, and bytes from its beginning."""

    segment: int
    offset: int


BEGINNING = Edge(0, 0)


class Decompressors(threading.local):
    """One for each thread: none of them may be shared, and a new one costs more than unpacking a small mail."""

    def __init__(self) -> None:
        self.own = zstandard.ZstdDecompressor()


class SegmentArchive:
    """`ports.Archive` in a folder of a local disk. Threads may share it, and processes: they keep one after another.

    With keys, what it writes is sealed; without them it refuses to write beside what is sealed. Either reads segments
    that are not sealed. What needs a key that is not in the keyring raises ConfigurationError. `sharing`, equal
    attachments are kept once in each segment; what is kept so is read without it as well.
    Raises ConfigurationError for a folder on a network file system.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keks: KeyEncryptionKeys | None = None,
        segment_limit: int = SEGMENT_LIMIT,
        sharing: bool = False,
    ) -> None:
        refuse_network(folder)
        self._keys = keys_of(folder, keks)
        self._folder = folder / "segments"
        self._limit = segment_limit
        self._decompressors = Decompressors()
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._lock = threading.Lock()
        self._claim = FolderClaim(self._folder)
        self._segment: Segment | None = None
        self._parts = Parts() if sharing else None
        self._distrusted = ""
        """Name of the segment whose sync failed; nothing is written to it any more."""

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        with self._lock:
            try:
                return self._keep(contents)
            finally:
                self._claim.let_go()

    def _keep(self, contents: Sequence[Content]) -> list[Kept]:
        segment = self._current()
        start = segment.length
        try:
            kept = []
            for content in contents:
                if segment.length >= self._limit:
                    segment.write()
                    self._sync(segment)
                    segment, start = self._roll(), 0
                kept.append(self._add(segment, content))
            segment.write()
        except BaseException:
            self._take_back(segment, start)
            raise
        self._sync(segment)
        return kept

    def _add(self, segment: Segment, content: Content) -> Kept:
        if self._parts is not None and isinstance(content, bytes) and len(content) > LEAST_RUN:
            return self._parts.keep(segment, content, self._compressor)
        return segment.add_record(encode(content, self._compressor, segment.seal))

    def _sync(self, segment: Segment) -> None:
        """After a failed sync the kernel may have dropped the pages and call the next sync a success."""
        try:
            segment.sync()
        except StorageError:
            self._distrusted = segment.path.name
            self._abandon()
            raise

    def _take_back(self, segment: Segment, start: int) -> None:
        """A broken source or a full disk must not leave a torn record in the middle, nor eat more of the disk."""
        if self._parts is not None:
            self._parts.forget(start)
        if segment is not self._segment:
            return
        try:
            segment.cut(start)
        except StorageError:
            self._abandon()

    def _abandon(self) -> None:
        if self._segment is not None:
            with contextlib.suppress(OSError):
                self._segment.close()
            self._segment = None

    def _current(self) -> Segment:
        with disk_errors(self._folder):
            self._claim.take()
            if self._segment is not None and not self._is_last(self._segment):
                self._abandon()
            if self._segment is None:
                self._segment = self._go_on()
        return self._segment

    def _is_last(self, segment: Segment) -> bool:
        """Whether nobody else has written since, nor put another file in its place."""
        return segment.path == self._last() and segment.is_there()

    def _go_on(self) -> Segment:
        """A segment that ends in a torn record is left as it is: what follows it would be hard to find.

        So is one that does not hold what we write, and one whose key is damaged.
        """
        self._keys.require_for_writing()
        last = self._last()
        if last is not None and last.name != self._distrusted and self._fits(last) and self._ends_whole(last):
            with contextlib.suppress(ArchiveDamagedError):
                return Segment(last, new=False, seal=self._keys.seal_for_writing(_number(last.name)))
        return self._begin(last)

    def _fits(self, path: Path) -> bool:
        """Sealed records and others never share a segment."""
        form = written_form(self._keys)
        return self._keys.has(_number(path.name)) == self._keys.sealing and form_at_start(path) in (None, form)

    def _roll(self) -> Segment:
        assert self._segment is not None  # noqa: S101 - a segment that is full is open
        last = self._segment.path
        self._abandon()
        with disk_errors(self._folder):
            self._segment = self._begin(last)
        return self._segment

    def _begin(self, last: Path | None) -> Segment:
        """Not under a number that has a key: whatever that key sealed may come back from a backup."""
        number = max([_number(last.name) if last else 0, *self._keys.numbers()]) + 1
        # The key is safe before the first byte that it seals.
        seal = self._keys.new(number)
        segment = Segment(self._folder / f"{number:06}.seg", new=True, seal=seal)
        sync_folder(self._folder)
        return segment

    def _ends_whole(self, path: Path) -> bool:
        with path.open("rb") as file:
            return whole_until(file) == path.stat().st_size

    def _names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        names = (path.name for path in self._folder.iterdir() if NAME.fullmatch(path.name))
        return sorted(names, key=_number)

    def _last(self) -> Path | None:
        names = self._names()
        return self._folder / names[-1] if names else None

    def open(self, place: Place, digest: str) -> BinaryIO:
        where = f"{self._folder / place.segment} at {place.offset}"
        if not NAME.fullmatch(place.segment):
            raise ArchiveDamagedError(f"{place.segment!r} is not the name of a segment; restore the database")
        with damage_of(where):
            content = self._small(place, digest)
        return self._stream(place, digest, where) if content is None else io.BytesIO(content)

    def _small(self, place: Place, digest: str) -> bytes | None:
        """The content of a small record, read and checked at once; None of a large one."""
        if place.length > PIECE_LIMIT:
            return None
        descriptor = os.open(self._folder / place.segment, os.O_RDONLY | os.O_CLOEXEC)
        try:
            record = os.pread(descriptor, place.length, place.offset)
        finally:
            os.close(descriptor)
        return decode(record, digest, self._decompressors.own, self._opener(place))

    def _stream(self, place: Place, digest: str, where: str) -> BinaryIO:
        with damage_of(where):
            file = (self._folder / place.segment).open("rb")
        try:
            file.seek(place.offset)
            return io.BufferedReader(RawContent(file, digest, where, self._opener(place)), 1 << 16)
        except BaseException:
            file.close()
            raise

    def _opener(self, place: Place) -> Opener:
        return partial(self._keys.seal, _number(place.segment))

    def scan(self, after: Edge = BEGINNING, *, past_lost_keys: bool = False) -> Iterator[Scanned]:
        """Every record of every segment behind an edge, read to its end and checked, in bounded memory.

        After a broken one reading goes on at the next that can be recognised. Raises ConfigurationError where the
        keyring is missing or another one, ArchiveDamagedError where the key of a segment is: nothing is passed over.
        With `past_lost_keys` such a segment is one damage, and the others are read.
        """
        for name in self._names():
            number = _number(name)
            if number >= after.segment:
                opener = opener_of(self._keys, number, self._folder / name)
                with (self._folder / name).open("rb") as file:
                    try:
                        yield from scan_segment(file, name, after.offset if number == after.segment else 0, opener)
                    except ArchiveDamagedError as error:
                        if not past_lost_keys:
                            raise
                        yield Scanned(Place(name, 0, 0), "", 0, str(error))

    def edge(self, seconds: float) -> Edge | None:
        """Where the newest segment ends while nobody writes: what lies before it was promised, or will never vanish.

        None where somebody is still writing after so many seconds, or keeps the folder locked.
        """
        if not self._folder.is_dir():
            return BEGINNING
        if not self._lock.acquire(timeout=seconds):
            return None
        try:
            with disk_errors(self._folder):
                self._claim.take(seconds)
                last = self._last()
                return Edge(_number(last.name), last.stat().st_size) if last else BEGINNING
        except AlreadyRunningError:
            return None
        finally:
            self._claim.let_go()
            self._lock.release()

    def has_end(self, edge: Edge, mark: str) -> bool:
        """Whether the record that was scanned with this mark ends at that edge."""
        try:
            with (self._folder / f"{edge.segment:06}.seg").open("rb") as file:
                return ends_in(file, edge.offset, mark)
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        with self._lock:
            self._abandon()
            self._claim.close()


def _number(name: str) -> int:
    return int(name.removesuffix(".seg"))
