"""Segments from before there was a keyring: what they hold is kept again, sealed, and only then they go.

Killed anywhere there are two copies or one, never none.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from mailroom.domain.backup import Moved
from mailroom.domain.errors import StorageError
from mailroom.ports import BytesDone, Content
from storage.archive import SegmentArchive
from storage.disk import disk_errors, sync_folder
from storage.parts import SHARED_LIMIT
from storage.record_form import PIECE_LIMIT, SEALED, form_at_start
from storage.scanning import Scanned, scan_segment
from storage.sealing.kek import KeyEncryptionKeys
from storage.sealing.keys import keys_of, not_sealed, open_segments
from storage.segments import ArchiveSegments

BATCH_COUNT = 200
BATCH_BYTES = 8 << 20
"""So much is kept with one sync, at most; one large record more."""
SPARE = 64 << 20
"""Bytes that must stay free beside the copy of a segment."""


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class ArchiveSealing:
    """`ports.OpenSegments` of a folder of segments whose program does not run."""

    def __init__(
        self,
        archive: Path,
        database: str,
        keks: KeyEncryptionKeys,
        *,
        free: Callable[[Path], int] = _free,
        sharing: bool = False,
    ) -> None:
        """`archive` is the folder that holds `segments`, `database` an address `sqlite:///PATH`.

        `sharing` is as in `SegmentArchive`; without it what was kept once is kept as often as it is used.
        """
        self._sharing = sharing
        self._archive = archive
        self._folder = archive / "segments"
        self._keks = keks
        self._keys = keys_of(archive, keks)
        self._checked = ArchiveSegments(archive, database, keks=keks)
        self._free = free

    def names(self) -> list[str]:
        return open_segments(self._folder, self._keys)

    def copy(self, name: str, done: BytesDone) -> Iterator[list[Moved]]:
        size = (self._folder / name).stat().st_size
        if self._free(self._folder) < size + SPARE:
            raise StorageError(f"there is no room for a copy of {name} beside it; free {size + SPARE >> 20} MB there")
        _, _, differences = self._checked.read_through(name, lambda read, _all: done(read, 2 * size))
        if differences:
            raise StorageError("; ".join(one.text for one in differences))
        with closing(SegmentArchive(self._archive, keks=self._keks, sharing=self._sharing)) as archive:
            for batch in _batches(self._wanted(name)):
                yield _moved(archive, batch)
                last = batch[-1].place
                done(size + last.offset + last.length, 2 * size)
        done(2 * size, 2 * size)

    def _wanted(self, name: str) -> Iterator[Scanned]:
        """All but those that the books name elsewhere: these were moved before a kill."""
        named = self._checked.places(name)
        with (self._folder / name).open("rb") as file:
            for record in scan_segment(file, name, 0, not_sealed):
                is_named = record.place.offset in named
                if not record.damage and (is_named or not self._checked.is_known(record.digest)):
                    yield record

    def remove(self, name: str) -> None:
        if name not in self.names():
            return
        with disk_errors(self._folder):
            (self._folder / name).unlink()
            sync_folder(self._folder)

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self._folder.glob("*.seg.damaged*") if form_at_start(path) != SEALED)


def _batches(records: Iterator[Scanned]) -> Iterator[list[Scanned]]:
    batch: list[Scanned] = []
    weight = 0
    for record in records:
        batch.append(record)
        weight += record.size
        if len(batch) >= BATCH_COUNT or weight >= BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _moved(archive: SegmentArchive, batch: list[Scanned]) -> list[Moved]:
    """Kept again, and read again. Raises ArchiveDamagedError."""
    moves = []
    for record, kept in zip(batch, archive.keep([_content(archive, one) for one in batch]), strict=True):
        with archive.open(kept.place, record.digest) as stream:
            while stream.read(PIECE_LIMIT):
                pass
        moves.append(Moved(record.place.segment, record.place.offset, record.digest, kept.place))
    return moves


def _content(archive: SegmentArchive, record: Scanned) -> Content:
    """In memory when parts of it may be shared, else as a stream that is opened when it is asked for."""
    if record.size <= SHARED_LIMIT:
        with archive.open(record.place, record.digest) as stream:
            return stream.read()
    return _streamed(archive, record)


def _streamed(archive: SegmentArchive, record: Scanned) -> Iterator[bytes]:
    with archive.open(record.place, record.digest) as stream:
        yield from iter(partial(stream.read, PIECE_LIMIT), b"")
