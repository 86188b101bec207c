"""One archive record, written and read as a stream. Its form stands in `storage.record_form`."""

import hashlib
import io
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import zstandard

from mailroom.domain.errors import ArchiveDamagedError
from mailroom.ports import Content
from storage.joined import BrokenPartError, content_of, unpacked
from storage.pieces import Opener, Pieces
from storage.record_form import (
    CHECK,
    END,
    LENGTH,
    MAGIC,
    MARK_SIZE,
    PIECE_LIMIT,
    PLAIN,
    SALT_SIZE,
    SEALED,
    SEALED_END,
    SEALED_MAGIC,
    TAG_SIZE,
    Kind,
    TornRecordError,
    form_of,
    magic_of,
)

if TYPE_CHECKING:
    from storage.sealing.records import SegmentSeal

Part = bytes | memoryview


class Summed:
    """What a packer gives for a content, or for the recipe of one, with digest and lengths so far."""

    def __init__(self, packed: Iterator[tuple[Part, bytes]]) -> None:
        """`packed` are chunks of the content, each with what the packer gave."""
        self._packed = packed
        self._digest = hashlib.sha256()
        self.raw = self.stored = 0

    def pieces(self) -> Iterator[Part]:
        """Of the frame, none longer than PIECE_LIMIT."""
        for chunk, packed in self._packed:
            self._digest.update(chunk)
            self.raw += len(chunk)
            self.stored += len(packed)
            if len(packed) <= PIECE_LIMIT:
                if packed:
                    yield packed
            else:
                view = memoryview(packed)
                yield from (view[start : start + PIECE_LIMIT] for start in range(0, len(packed), PIECE_LIMIT))

    @property
    def digest(self) -> bytes:
        return self._digest.digest()


def encode(
    content: Content,
    compressor: zstandard.ZstdCompressor,
    seal: "SegmentSeal | None" = None,
    kind: Kind = Kind.CONTENT,
) -> Generator[Part, None, tuple[str, int]]:
    """The record of one content, or of a part, in pieces; returns the digest (hex) and the length of the content.

    It is sealed where the segment has a key.
    """
    return (yield from _record(Summed(_packed(content, compressor)), seal, kind))


def encode_composite(
    content: bytes, recipe: bytes, compressor: zstandard.ZstdCompressor, seal: "SegmentSeal | None"
) -> Generator[Part, None, tuple[str, int]]:
    """The same of a content of which the record holds only the recipe."""
    packed = iter([(content, compressor.compress(recipe))])
    return (yield from _record(Summed(packed), seal, Kind.COMPOSITE))


def _record(summed: Summed, seal: "SegmentSeal | None", kind: Kind) -> Generator[Part, None, tuple[str, int]]:
    yield from _plain(summed, kind) if seal is None else _sealed(summed, seal, kind)
    return summed.digest.hex(), summed.raw


def _plain(summed: Summed, kind: Kind) -> Iterator[Part]:
    yield magic_of(PLAIN, kind)
    check = 0
    for piece in summed.pieces():
        check = zlib.crc32(piece, check)
        yield LENGTH.pack(len(piece))
        yield piece
    yield LENGTH.pack(0) + END.pack(summed.digest, summed.raw, summed.stored, check)


def _sealed(summed: Summed, seal: "SegmentSeal", kind: Kind) -> Iterator[Part]:
    record = seal.new(SEALED + kind)
    head = magic_of(SEALED, kind) + record.salt
    yield head
    check = zlib.crc32(head)
    for piece in summed.pieces():
        sealed = record.seal(piece)
        length = LENGTH.pack(len(sealed))
        check = zlib.crc32(sealed, zlib.crc32(length, check))
        yield length
        yield sealed
    end = LENGTH.pack(0) + record.seal(SEALED_END.pack(summed.digest, summed.raw, summed.stored), last=True)
    yield end + CHECK.pack(zlib.crc32(end, check))


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


def decode(record: bytes, digest: str, decompressor: zstandard.ZstdDecompressor, opener: Opener) -> bytes | None:
    """The content of a whole record, with everything checked.

    None when it is too long to stand in memory, or not all of it lies in this record.

    Raises TornRecordError, ZstdError, and what the opener does.
    """
    form, kind = form_of(record[: len(MAGIC)])
    if kind is not Kind.CONTENT:
        return None
    frame, kept, raw = _frame(record) if form == PLAIN else _opened(record, opener())
    if kept.hex() != digest:
        raise TornRecordError("it is not the record that was asked for")
    if raw > PIECE_LIMIT:
        return None
    content = decompressor.decompress(frame, max_output_size=raw, allow_extra_data=False) if raw else b""
    if (len(content), hashlib.sha256(content).digest()) != (raw, kept):
        raise TornRecordError("the content has another digest or length than the record says")
    return content


def _frame(record: bytes) -> tuple[bytes, bytes, int]:
    """Frame, digest and length of the content of a whole plain record. Raises TornRecordError."""
    frame = b"".join(_pieces(record, len(MAGIC), len(record) - END.size - LENGTH.size))
    kept, raw, stored, check = END.unpack_from(record, len(record) - END.size)
    if (stored, check) != (len(frame), zlib.crc32(frame)):
        raise TornRecordError("the pieces are not those that the record speaks of")
    return frame, kept, raw


def _opened(record: bytes, segment: "SegmentSeal") -> tuple[bytes, bytes, int]:
    """The same of a sealed one. Raises TornRecordError."""
    start, check_at = len(SEALED_MAGIC) + SALT_SIZE, len(record) - CHECK.size
    end_at = check_at - SEALED_END.size - TAG_SIZE
    view = memoryview(record)
    pieces = list(_pieces(view, start, end_at - LENGTH.size))
    if CHECK.unpack_from(record, check_at)[0] != zlib.crc32(view[:check_at]):
        raise TornRecordError("the pieces are not those that the record speaks of")
    seal = segment.record(SEALED, record[len(SEALED_MAGIC) : start])
    frame = b"".join(map(seal.open, pieces))
    kept, raw, stored = SEALED_END.unpack(seal.open(view[end_at:check_at], last=True))
    if stored != len(frame):
        raise TornRecordError("the pieces are not those that the record speaks of")
    return frame, kept, raw


def _pieces(record: Part, at: int, end: int) -> Iterator[Part]:
    """The pieces of a whole record, between two offsets. Raises TornRecordError."""
    while at <= end and (length := LENGTH.unpack_from(record, at)[0]):
        at += LENGTH.size
        yield record[at : at + length]
        at += length
    if at != end:
        raise TornRecordError("the record is cut off")


class RawContent(io.RawIOBase):
    """The content of the record at which `file` stands. Its end raises ArchiveDamagedError unless all of it is right."""

    def __init__(self, file: BinaryIO, digest: str, where: str, opener: Opener) -> None:
        super().__init__()
        self._file = file
        self._where = where
        self._expected = digest
        self._hash = hashlib.sha256()
        self._size = 0
        with damage_of(where):
            self._pieces = Pieces(file, opener)
            if self._pieces.kind is Kind.PART:
                raise TornRecordError("it is a part of contents, and none itself")
            self._content = content_of(self._pieces, file, opener)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        with damage_of(self._where):
            count = self._content.readinto(buffer) or 0
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


def examine(file: BinaryIO, opener: Opener, *, alone: bool = False) -> Pieces:
    """The record at which `file` stands, read to its end and found sound, with the parts that it names unless `alone`.

    Raises TornRecordError, BrokenPartError when only a part of it is damaged, and what the opener does.
    """
    pieces = Pieces(file, opener)
    digest = hashlib.sha256()
    size = 0
    try:
        content = unpacked(pieces) if alone else content_of(pieces, file, opener)
        while chunk := content.read(PIECE_LIMIT):
            digest.update(chunk)
            size += len(chunk)
    except zstandard.ZstdError as error:
        raise TornRecordError(f"the content cannot be unpacked: {error}") from error
    except BrokenPartError as error:
        pieces.drain()
        error.behind = pieces.length
        raise
    pieces.drain()
    if alone and pieces.kind is Kind.COMPOSITE:
        return pieces
    if (digest.digest(), size) != (pieces.digest, pieces.raw):
        raise TornRecordError("the content has another digest or length than the record says")
    return pieces


def whole_until(file: BinaryIO) -> int:
    """Where the last whole record of an unbroken row of records ends. Reads lengths only, no content."""
    file.seek(0)
    end = 0
    try:
        while True:
            pieces = Pieces(file, None)
            pieces.skip()
            end += pieces.length
    except TornRecordError:
        return end


def ends_in(file: BinaryIO, offset: int, mark: str) -> bool:
    """Whether a record with that mark ends at an offset. Raises OSError, ValueError."""
    for back in (END.size, MARK_SIZE):
        file.seek(offset - back)
        if file.read(MARK_SIZE).hex() == mark:
            return True
    return False
