"""The zstd frame of one archive record, read as a stream."""

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from storage.record_form import (
    CHECK,
    END,
    LENGTH,
    MAGIC,
    MARK_SIZE,
    PIECE_LIMIT,
    SALT_SIZE,
    SEALED,
    SEALED_END,
    TAG_SIZE,
    TornRecordError,
    form_of,
)

if TYPE_CHECKING:
    from storage.sealing.records import RecordSeal, SegmentSeal

Opener = Callable[[], "SegmentSeal"]
"""Gives the key of the segment; called only where a sealed record is met. Raises ConfigurationError, ArchiveDamagedError."""


class Pieces(io.RawIOBase):
    """The frame of the record at which `file` stands. At its end, `digest`, `raw`, `length` and `mark` are known.

    Raises TornRecordError, and what the opener does. Without an opener there is only `skip`.
    """

    def __init__(self, file: BinaryIO, opener: Opener | None) -> None:
        super().__init__()
        self._file = file
        self._piece = memoryview(b"")
        self._stored = 0
        self._check = 0
        self.length = 0
        """Bytes of the record so far read; those of all of it at the end."""
        self.digest = b""
        self.raw = 0
        self.mark = ""
        """Tells this record from any other that might end in its place."""
        self.ended = False
        magic = self._exactly(len(MAGIC))
        form, self.kind = form_of(magic)
        self._sealed = form == SEALED
        self._seal: RecordSeal | None = None
        if self._sealed:
            salt = self._exactly(SALT_SIZE)
            self._check = zlib.crc32(magic + salt)
            self._seal = opener().record(SEALED + self.kind, salt) if opener else None
        self._limit = PIECE_LIMIT + TAG_SIZE if self._sealed else PIECE_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if not self._piece and not self._next():
            return 0
        part = self._piece[: len(buffer)]
        buffer[: len(part)] = part
        self._piece = self._piece[len(part) :]
        return len(part)

    def skip(self) -> None:
        """Go to the end of the record without reading, opening or checking the content."""
        while count := self._count():
            self._file.seek(count, io.SEEK_CUR)
            self.length += count
            self._stored += count
        if self._sealed:
            self._exactly(SEALED_END.size + TAG_SIZE + CHECK.size)
        elif END.unpack(self._exactly(END.size))[2] != self._stored:
            raise TornRecordError("the pieces are not those that the record speaks of")
        self.ended = True

    def drain(self) -> None:
        """Read what an unpacker left over, so that the end of the record is reached and checked."""
        while self.read(PIECE_LIMIT):
            pass

    def _next(self) -> bool:
        if self.ended:
            return False
        count = self._count()
        if not count:
            self._finish()
            return False
        piece = self._exactly(count)
        self._check = zlib.crc32(piece, self._check)
        if self._seal is not None:
            piece = self._seal.open(piece)
        self._stored += len(piece)
        self._piece = memoryview(piece)
        return True

    def _count(self) -> int:
        """Length of the next piece; 0 behind the last."""
        field = self._exactly(LENGTH.size)
        if self._sealed:
            self._check = zlib.crc32(field, self._check)
        count: int = LENGTH.unpack(field)[0]
        if count > self._limit:
            raise TornRecordError("a piece is longer than any piece may be")
        return count

    def _finish(self) -> None:
        if self._sealed:
            end, stored, check = self._sealed_end()
            self.mark = end[-MARK_SIZE:].hex()
        else:
            self.digest, self.raw, stored, check = END.unpack(self._exactly(END.size))
            self.mark = self.digest[:MARK_SIZE].hex()
        self.ended = True
        if (stored, check) != (self._stored, self._check):
            raise TornRecordError("the pieces are not those that the record speaks of")

    def _sealed_end(self) -> tuple[bytes, int, int]:
        sealed = self._exactly(SEALED_END.size + TAG_SIZE)
        self._check = zlib.crc32(sealed, self._check)
        check = self._exactly(CHECK.size)
        assert self._seal is not None  # noqa: S101 - who reads has an opener
        self.digest, self.raw, stored = SEALED_END.unpack(self._seal.open(sealed, last=True))
        return sealed + check, stored, CHECK.unpack(check)[0]

    def _exactly(self, count: int) -> bytes:
        part = self._file.read(count)
        if len(part) != count:
            raise TornRecordError("the record is cut off")
        self.length += count
        return part
