"""The checker's own reader of the frame of an archive record, written from its description and not from its writer."""

import struct
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from storage.sealing.checking import PieceOpener

PIECE_LIMIT = 1 << 20
MAGIC = bytes.fromhex("b1a70c5e6d61696c726f6f6d0d0a1a")
"""One more byte tells the form; the even ones are sealed."""
FORMS = range(1, 7)
TAG = 16


class BrokenRecordError(Exception):
    """What stands in the segment is not the record that the log speaks of."""


class KeyMissingError(BrokenRecordError):
    """It is sealed, and its key is not to be had: that has to be mended, not the segment."""


Opening = Callable[[int, bytes], "PieceOpener | None"]
"""For form and salt of a sealed record; None without a keyring. Raises KeyMissingError."""


class Frame:
    """The pieces of a record, joined, and opened where they are sealed."""

    def __init__(self, file: BinaryIO, opening: Opening) -> None:
        self._file = file
        self._piece = b""
        self._ended = False
        self._length = 0
        self._check = 0
        self._opener: PieceOpener | None = None
        magic = file.read(len(MAGIC) + 1)
        if magic[:-1] != MAGIC or magic[-1] not in FORMS:
            raise BrokenRecordError("no record begins there")
        self._sealed = magic[-1] % 2 == 0
        self.is_composite = magic[-1] in (3, 4)
        self.is_part = magic[-1] in (5, 6)
        if self._sealed:
            salt = self._taken(16)
            self._check = zlib.crc32(magic + salt)
            self._opener = opening(magic[-1], salt)

    @property
    def opened(self) -> bool:
        return not self._sealed or self._opener is not None

    def read(self, count: int) -> bytes:
        if not self._piece and not self._ended:
            self._piece = self._next()
            self._ended = not self._piece
        part, self._piece = self._piece[:count], self._piece[count:]
        return part

    def read_out(self) -> None:
        """What an unpacker left over."""
        while self.read(PIECE_LIMIT):
            pass

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
