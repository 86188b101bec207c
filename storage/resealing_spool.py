"""Segments of a spool from before there was a keyring: each is sealed under its own name, for readers stand in it."""

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import zstandard

from mailroom.domain.errors import StorageError
from mailroom.ports import BytesDone, Content
from storage.archive import COMPRESSION_LEVEL
from storage.claim import FolderClaim
from storage.disk import disk_errors, sync_folder
from storage.pieces import Opener
from storage.record_form import MARK_SIZE, PIECE_LIMIT
from storage.scanning import Scanned, scan_segment
from storage.sealing.kek import KeyEncryptionKeys
from storage.sealing.keys import keys_of, not_sealed, open_segments
from storage.segment import RawContent, encode
from storage.spool import place_behind

if TYPE_CHECKING:
    from storage.sealing.records import SegmentSeal


class SpoolSealing:
    """`ports.OpenSpool` of a folder whose program does not run."""

    def __init__(self, channel: str, account: str, folder: Path, keks: KeyEncryptionKeys) -> None:
        """`folder` is the one that holds `segments`."""
        self.channel = channel
        self.account = account
        self._folder = folder / "segments"
        self._keys = keys_of(folder, keks)

    def names(self) -> list[str]:
        return open_segments(self._folder, self._keys)

    def seal(self, name: str, place: str, done: BytesDone) -> str:
        path, part = self._folder / name, self._folder / f".{name}.part"
        number = int(path.stem)
        claim = FolderClaim(self._folder)
        try:
            claim.take()
            with disk_errors(self._folder):
                seal = self._keys.seal(number) if self._keys.has(number) else self._keys.new(number)
                assert seal is not None  # noqa: S101 - there is a keyring
                part.unlink(missing_ok=True)
                with path.open("rb") as old, os.fdopen(_create(part), "w+b") as new:
                    copy = SealedCopy(new, seal, number, place)
                    for record in _contiguous(old, name, not_sealed):
                        with path.open("rb") as source:
                            copy.add(source, record)
                        done(old.tell(), path.stat().st_size)
                    new.flush()
                    os.fsync(new.fileno())
                    copy.require_same(partial(self._keys.seal, number))
                part.replace(path)
                sync_folder(self._folder)
        finally:
            claim.close()
            part.unlink(missing_ok=True)
        return copy.place


def _create(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)


def _contiguous(file: BinaryIO, name: str, opener: Opener) -> Iterator[Scanned]:
    """Every record of a segment. Raises StorageError when anything else lies in it."""
    size, at = file.seek(0, os.SEEK_END), 0
    for record in scan_segment(file, name, 0, opener):
        if record.damage or record.place.offset != at:
            break
        yield record
        at += record.place.length
    if at != size:
        raise StorageError(f"what lies in {name} from byte {at} on is no whole delivery; the segment stays as it is")


class SealedCopy:
    """A sealed segment that is made of the records of another one."""

    def __init__(self, file: BinaryIO, seal: "SegmentSeal", number: int, place: str) -> None:
        """`place` is where a reader stands in the segment of that number, before and afterwards."""
        self.place = place
        self._file = file
        self._seal = seal
        self._number = number
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._contents = hashlib.sha256()

    def add(self, source: BinaryIO, record: Scanned) -> None:
        source.seek(record.place.offset)
        raw = RawContent(source, record.digest, f"{record.place.segment} at {record.place.offset}", not_sealed)
        tail: bytes | memoryview = b""
        for tail in encode(_content(raw, record.size), self._compressor, self._seal):
            self._file.write(tail)
        self._contents.update(record.digest.encode())
        end = record.place.offset + record.place.length
        if self.place == place_behind(self._number, end, record.mark):
            self.place = place_behind(self._number, self._file.tell(), bytes(tail[-MARK_SIZE:]).hex())

    def require_same(self, opener: Opener) -> None:
        """Read again what was written. Raises StorageError."""
        found = hashlib.sha256()
        for record in _contiguous(self._file, f"{self._number:06}.seg", opener):
            found.update(record.digest.encode())
        if found.digest() != self._contents.digest():
            raise StorageError(f"the sealed copy of segment {self._number:06} is not what was written; check the disk")


def _content(raw: RawContent, size: int) -> Content:
    return raw.readall() if size <= PIECE_LIMIT else iter(partial(raw.read, PIECE_LIMIT), b"")
