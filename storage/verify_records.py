"""The checker's own reader of archive records, written from their description and not from their writer."""

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import zstandard

from mailroom.domain.errors import ConfigurationError
from storage.sealing.kek import KeyEncryptionKeys

if TYPE_CHECKING:
    from storage.sealing.checking import PieceOpener

PIECE_LIMIT = 1 << 20
MAGIC = bytes.fromhex("b1a70c5e6d61696c726f6f6d0d0a1a01")
SEALED_MAGIC = bytes.fromhex("b1a70c5e6d61696c726f6f6d0d0a1a02")
TAG = 16
NOT_OPENED = "sealed, not opened"
"""Name of the count of records of which only structure and check sum were looked at."""


class BrokenRecordError(Exception):
    """What stands in the segment is not the record that the log speaks of."""


class KeyMissingError(BrokenRecordError):
    """It is sealed, and its key is not to be had: that has to be mended, not the segment."""


class NotOpenedError(Exception):
    """The record is sealed, and there is no keyring."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record, read to its end."""

    length: int
    """Bytes in the segment."""
    digest: str = ""
    size: int = 0
    opened: bool = True
    """False of one that is sealed, without a keyring: then `digest` and `size` mean nothing."""

    def is_that(self, digest: str, size: int, length: int) -> bool:
        """Whether it is the one of the books, as far as can be told."""
        return self.length == length and (not self.opened or (self.digest, self.size) == (digest, size))


Opening = Callable[[bytes], "PieceOpener | None"]
"""For the salt of a sealed record; None without a keyring. Raises KeyMissingError."""


class CheckerKeys:
    """Keys of the segments of one archive, as the checker comes to them."""

    def __init__(self, archive: Path, keks: KeyEncryptionKeys | None) -> None:
        """`archive` is the folder that holds `segments` and `keys`."""
        self._folder = archive / "keys"
        self._keks = keks
        self._known: tuple[int, bytes] = (-1, b"")

    def of(self, segment: str) -> Opening:
        """`segment` is the name of the file."""
        number = Path(segment).stem
        return lambda salt: self._opener(int(number) if number.isdecimal() else 0, salt)

    def _opener(self, number: int, salt: bytes) -> "PieceOpener | None":
        if self._keks is None:
            return None
        from storage.sealing.checking import PieceOpener, segment_key  # this loads the library of ciphers

        if self._known[0] != number:
            try:
                self._known = number, segment_key(self._folder, number, self._keks)
            except (ValueError, ConfigurationError) as error:
                raise KeyMissingError(str(error)) from error
        return PieceOpener(self._known[1], number, salt)


def read_record(file: BinaryIO, opening: Opening) -> Found:
    """The record at which the file stands, found by reading all of it.

    Raises BrokenRecordError or ZstdError when anything in it contradicts anything else.
    """
    start = file.tell()
    frame = Frame(file, opening)
    if not frame.opened:
        frame.pass_over()
        return Found(file.tell() - start, opened=False)
    digest, size = hashlib.sha256(), 0
    for chunk in zstandard.ZstdDecompressor().read_to_iter(cast(BinaryIO, frame)):
        digest.update(chunk)
        size += len(chunk)
    while frame.read(PIECE_LIMIT):
        pass
    frame.require_end(digest.digest(), size)
    return Found(file.tell() - start, digest.hexdigest(), size)


def content_at(file: BinaryIO, offset: int, opening: Opening) -> zstandard.ZstdDecompressionReader:
    """The raw bytes of the record at an offset, as a stream; unchecked, which is what `read_record` is for.

    Raises NotOpenedError, BrokenRecordError.
    """
    file.seek(offset)
    frame = Frame(file, opening)
    if not frame.opened:
        raise NotOpenedError
    return zstandard.ZstdDecompressor().stream_reader(cast(BinaryIO, frame))


@dataclass(frozen=True, slots=True)
class At:
    """Where a record begins."""

    file: BinaryIO
    offset: int
    opening: Opening

    def content(self) -> zstandard.ZstdDecompressionReader:
        return content_at(self.file, self.offset, self.opening)


def extends(document: At, original: At) -> bool:
    """Whether one record begins with all bytes of another, and goes on after them.

    Raises BrokenRecordError, ZstdError, NotOpenedError; it says no only of two sound records.
    """
    if _begins_with(document.content(), original.content()):
        return True
    for one in (document, original):
        one.file.seek(one.offset)
        read_record(one.file, one.opening)
    return False


def _begins_with(longer: zstandard.ZstdDecompressionReader, shorter: zstandard.ZstdDecompressionReader) -> bool:
    while part := shorter.read(PIECE_LIMIT):
        if longer.read(len(part)) != part:
            return False
    return bool(longer.read(1))


def next_magic(file: BinaryIO, start: int) -> int | None:
    """Where the next record seems to begin, at or after an offset."""
    file.seek(start)
    window, base = b"", start
    while part := file.read(PIECE_LIMIT):
        window += part
        found = [at for magic in (MAGIC, SEALED_MAGIC) if (at := window.find(magic)) >= 0]
        if found:
            return base + min(found)
        base += len(window) - len(window[1 - len(MAGIC) :])
        window = window[1 - len(MAGIC) :]
    return None


class Frame:
    """The pieces of a record, joined, and opened where they are sealed."""

    def __init__(self, file: BinaryIO, opening: Opening) -> None:
        self._file = file
        self._piece = b""
        self._ended = False
        self._length = 0
        self._check = 0
        self._opener: PieceOpener | None = None
        magic = file.read(len(MAGIC))
        if magic not in (MAGIC, SEALED_MAGIC):
            raise BrokenRecordError("no record begins there")
        self._sealed = magic == SEALED_MAGIC
        if self._sealed:
            salt = self._taken(16)
            self._check = zlib.crc32(magic + salt)
            self._opener = opening(salt)

    @property
    def opened(self) -> bool:
        return not self._sealed or self._opener is not None

    def read(self, count: int) -> bytes:
        if not self._piece and not self._ended:
            self._piece = self._next()
            self._ended = not self._piece
        part, self._piece = self._piece[:count], self._piece[count:]
        return part

    def pass_over(self) -> None:
        """A sealed record to its end, unopened: its structure and its check sum are looked at."""
        while self._stored_piece():
            pass
        self._counted(48 + TAG)
        self._require_check()

    def require_end(self, digest: bytes, size: int) -> None:
        """What stands at the end is what was found. Raises BrokenRecordError."""
        if self._opener is None:
            expected = struct.pack("<32sQQI", digest, size, self._length, self._check)
            if self._file.read(len(expected)) != expected:
                raise BrokenRecordError("digest, length or check sum differ")
            return
        end = self._unsealed(self._counted(48 + TAG), last=True)
        self._require_check()
        if end != struct.pack("<32sQQ", digest, size, self._length):
            raise BrokenRecordError("digest or length differ")

    def _require_check(self) -> None:
        if self._taken(4) != struct.pack("<I", self._check):
            raise BrokenRecordError("the check sum differs")

    def _next(self) -> bytes:
        """The next piece of the frame; empty behind the last."""
        piece = self._stored_piece()
        if piece and self._opener is not None:
            piece = self._unsealed(piece, last=False)
        self._length += len(piece)
        return piece

    def _stored_piece(self) -> bytes:
        field = self._counted(4) if self._sealed else self._taken(4)
        count = int.from_bytes(field, "little")
        if count > PIECE_LIMIT + (TAG if self._sealed else 0):
            raise BrokenRecordError("a piece is longer than any may be")
        return self._counted(count)

    def _unsealed(self, piece: bytes, *, last: bool) -> bytes:
        assert self._opener is not None  # noqa: S101 - asked for by both callers
        try:
            return self._opener.open(piece, last)
        except ValueError as error:
            raise BrokenRecordError(str(error)) from error

    def _counted(self, count: int) -> bytes:
        part = self._taken(count)
        self._check = zlib.crc32(part, self._check)
        return part

    def _taken(self, count: int) -> bytes:
        part = self._file.read(count)
        if len(part) < count:
            raise BrokenRecordError("it is cut off")
        return part
