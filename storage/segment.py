"""The form of one archive record, written and read as a stream.

    magic (16) | pieces: length (u32) and bytes, of one zstd frame | length 0 | SHA-256 (32) raw (u64) stored (u64) CRC (u32)

All numbers are little-endian; `raw` is the length of the content, `stored` and `CRC` (CRC-32) are those of
all pieces together: not every bit of a zstd frame bears on the content. Lengths and digest follow the content, so that a stream of unknown length is written without seeking back; a record without its
end is a torn one, and the next magic shows where reading goes on.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import zstandard

from mailroom.domain.errors import ArchiveDamagedError
from mailroom.ports import Content

MAGIC = bytes.fromhex("b1a70c5e6d61696c726f6f6d0d0a1a01")
PIECE_LIMIT = 1 << 20
LENGTH = struct.Struct("<I")
END = struct.Struct("<32sQQI")

Part = bytes | memoryview


class TornRecordError(Exception):
    """The bytes at this place are no whole record."""


def encode(content: Content, compressor: zstandard.ZstdCompressor) -> Generator[Part, None, tuple[str, int]]:
    """The record of one content, in parts; returns the digest (hex) and the length of the content."""
    yield MAGIC
    digest = hashlib.sha256()
    raw = stored = check = 0
    for chunk, packed in _packed(content, compressor):
        digest.update(chunk)
        raw, stored, check = raw + len(chunk), stored + len(packed), zlib.crc32(packed, check)
        yield from _pieces(packed)
    yield LENGTH.pack(0) + END.pack(digest.digest(), raw, stored, check)
    return digest.hexdigest(), raw


def _packed(content: Content, compressor: zstandard.ZstdCompressor) -> Iterator[tuple[Part, bytes]]:
    """Chunks of the content, each with what the packer gave for it."""
    if isinstance(content, bytes) and len(content) <= PIECE_LIMIT:
        # A packer that is told the length takes smaller tables; they cost more than packing a small mail.
        yield content, compressor.compress(content)
        return
    packer = compressor.compressobj()
    for chunk in _chunks(content):
        yield chunk, packer.compress(chunk)
    yield b"", packer.flush()


def _chunks(content: Content) -> Iterator[memoryview]:
    for whole in (content,) if isinstance(content, bytes) else content:
        view = memoryview(whole)
        for start in range(0, len(view), PIECE_LIMIT):
            yield view[start : start + PIECE_LIMIT]


def _pieces(packed: bytes) -> Iterator[Part]:
    view = memoryview(packed)
    for start in range(0, len(packed), PIECE_LIMIT):
        part = view[start : start + PIECE_LIMIT]
        yield LENGTH.pack(len(part))
        yield part


def decode(record: bytes, digest: str, decompressor: zstandard.ZstdDecompressor) -> bytes | None:
    """The content of a whole record, with everything checked; None when it is too long to stand in memory.

    Raises TornRecordError and ZstdError.
    """
    frame = b"".join(_frame(record))
    kept, raw, stored, check = END.unpack_from(record, len(record) - END.size)
    if (stored, check, kept.hex()) != (len(frame), zlib.crc32(frame), digest):
        raise TornRecordError("it is not the record that was asked for")
    if raw > PIECE_LIMIT:
        return None
    content = decompressor.decompress(frame, max_output_size=raw, allow_extra_data=False) if raw else b""
    if (len(content), hashlib.sha256(content).digest()) != (raw, kept):
        raise TornRecordError("the content has another digest or length than the record says")
    return content


def _frame(record: bytes) -> Iterator[bytes]:
    """The pieces of a whole record. Raises TornRecordError."""
    end = len(record) - END.size - LENGTH.size
    at = len(MAGIC)
    if record[:at] != MAGIC:
        raise TornRecordError("no record begins here")
    while at <= end and (length := LENGTH.unpack_from(record, at)[0]):
        at += LENGTH.size
        yield record[at : at + length]
        at += length
    if at != end:
        raise TornRecordError("the record is cut off")


class Pieces(io.RawIOBase):
    """The zstd frame of one record as a stream. At its end, `digest`, `raw` and `length` are known.

    Raises TornRecordError.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._left = 0
        self._stored = 0
        self._check: int | None = 0
        self.length = len(MAGIC)
        """Bytes of the record so far read; those of all of it at the end."""
        self.digest = b""
        self.raw = 0
        self.ended = False
        if self._exactly(len(MAGIC)) != MAGIC:
            raise TornRecordError("no record begins here")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if not self._left and not self._next():
            return 0
        part = self._exactly(min(self._left, len(buffer)))
        buffer[: len(part)] = part
        self._left -= len(part)
        self.length += len(part)
        if self._check is not None:
            self._check = zlib.crc32(part, self._check)
        return len(part)

    def skip(self) -> None:
        """Go to the end of the record without reading, or checking, the content."""
        self._check = None
        while self._left or self._next():
            self._file.seek(self._left, io.SEEK_CUR)
            self.length += self._left
            self._left = 0

    def drain(self) -> None:
        """Read what an unpacker left over, so that the end of the record is reached and checked."""
        while self.read(PIECE_LIMIT):
            pass

    def _next(self) -> bool:
        if self.ended:
            return False
        (self._left,) = LENGTH.unpack(self._exactly(LENGTH.size))
        self._stored += self._left
        self.length += LENGTH.size
        if self._left > PIECE_LIMIT:
            raise TornRecordError("a piece is longer than any piece may be")
        if not self._left:
            self._finish()
        return not self.ended

    def _finish(self) -> None:
        self.digest, self.raw, stored, check = END.unpack(self._exactly(END.size))
        self.length += END.size
        self.ended = True
        if stored != self._stored or self._check not in (None, check):
            raise TornRecordError("the pieces are not those that the record speaks of")

    def _exactly(self, count: int) -> bytes:
        part = self._file.read(count)
        if len(part) != count:
            raise TornRecordError("the record is cut off")
        return part


def unpacked(pieces: Pieces) -> zstandard.ZstdDecompressionReader:
    """The content as a stream that never holds more than it was asked for."""
    return zstandard.ZstdDecompressor().stream_reader(cast(BinaryIO, pieces))


class RawContent(io.RawIOBase):
    """The content of the record at which `file` stands. Its end raises ArchiveDamagedError unless all of it is right."""

    def __init__(self, file: BinaryIO, digest: str, where: str) -> None:
        super().__init__()
        self._file = file
        self._where = where
        self._expected = digest
        self._hash = hashlib.sha256()
        self._size = 0
        with damage_of(where):
            self._pieces = Pieces(file)
            self._frame = unpacked(self._pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        with damage_of(self._where):
            count = self._frame.readinto(buffer)
            if not count and len(buffer):
                self._pieces.drain()
        self._hash.update(memoryview(buffer)[:count])
        self._size += count
        if not count and len(buffer):
            self._check()
        return count

    def _check(self) -> None:
        same = self._hash.hexdigest() == self._pieces.digest.hex() == self._expected
        if not (same and self._size == self._pieces.raw):
            raise ArchiveDamagedError(f"{self._where} does not hold {self._expected}; restore it from a backup")

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


@contextmanager
def damage_of(where: str) -> Iterator[None]:
    """Turn what a reader says of broken bytes into ArchiveDamagedError."""
    try:
        yield
    except (TornRecordError, zstandard.ZstdError, OSError) as error:
        raise ArchiveDamagedError(f"{where} cannot be read ({error}); restore it from a backup") from error


def examine(file: BinaryIO) -> Pieces:
    """The record at which `file` stands, read to its end and found sound. Raises TornRecordError."""
    pieces = Pieces(file)
    digest = hashlib.sha256()
    size = 0
    try:
        frame = unpacked(pieces)
        while chunk := frame.read(PIECE_LIMIT):
            digest.update(chunk)
            size += len(chunk)
    except zstandard.ZstdError as error:
        raise TornRecordError(f"the content cannot be unpacked: {error}") from error
    pieces.drain()
    if (digest.digest(), size) != (pieces.digest, pieces.raw):
        raise TornRecordError("the content has another digest or length than the record says")
    return pieces


def whole_until(file: BinaryIO) -> int:
    """Where the last whole record of an unbroken row of records ends. Reads lengths only, no content."""
    file.seek(0)
    end = 0
    try:
        while True:
            pieces = Pieces(file)
            pieces.skip()
            end += pieces.length
    except TornRecordError:
        return end


def seek_magic(file: BinaryIO, start: int) -> int | None:
    """Offset of the next record at or after `start`, as far as its magic shows; None when there is none."""
    file.seek(start)
    window, base = b"", start
    while chunk := file.read(PIECE_LIMIT):
        window += chunk
        if (found := window.find(MAGIC)) >= 0:
            return base + found
        base += max(0, len(window) - len(MAGIC) + 1)
        window = window[-len(MAGIC) + 1 :]
    return None
