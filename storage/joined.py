"""The content of a record, put together where parts of it lie in records of their own."""

import io
from dataclasses import dataclass
from typing import BinaryIO, cast

import zstandard

from storage.pieces import Opener, Pieces
from storage.record_form import BYTES_STEP, PART_STEP, STEP, Kind, Step, TornRecordError


class BrokenPartError(TornRecordError):
    """The record may be whole, but a part that it names is not."""

    behind = 0
    """Length of the record, where it is known to be whole."""


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part as a recipe names it."""

    offset: int
    length: int
    digest: bytes
    size: int

    def packed(self) -> bytes:
        return STEP.pack(Step.PART) + PART_STEP.pack(self.offset, self.length, self.digest, self.size)


def unpacked(pieces: Pieces) -> io.RawIOBase:
    """What the frame holds, as a stream that never holds more than it was asked for."""
    return cast(io.RawIOBase, zstandard.ZstdDecompressor().stream_reader(cast(BinaryIO, pieces)))


def content_of(pieces: Pieces, file: BinaryIO, opener: Opener) -> io.RawIOBase:
    """The content of a record of which nothing was read yet, as such a stream; `file` stands behind what `pieces` read."""
    frame = unpacked(pieces)
    return Joined(frame, file, opener) if pieces.kind is Kind.COMPOSITE else frame


class Elsewhere:
    """Another place of a file that is being read."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        self._at = offset

    def read(self, count: int) -> bytes:
        here = self._file.tell()
        self._file.seek(self._at)
        found = self._file.read(count)
        self._at += len(found)
        self._file.seek(here)
        return found


class PartContent(io.RawIOBase):
    """What a part holds. Raises BrokenPartError; at its end, too, unless it is the part that was named."""

    def __init__(self, file: BinaryIO, named: NamedPart, opener: Opener) -> None:
        super().__init__()
        self._named = named
        try:
            self._pieces = Pieces(cast(BinaryIO, Elsewhere(file, named.offset)), opener)
        except TornRecordError as error:
            raise self._broken(str(error)) from error
        if self._pieces.kind is not Kind.PART:
            raise self._broken("another kind of record lies there")
        self._frame = unpacked(self._pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            count = self._frame.readinto(buffer) or 0
            if not count and len(buffer):
                self._pieces.drain()
                self._check()
        except (TornRecordError, zstandard.ZstdError) as error:
            raise self._broken(str(error)) from error
        return count

    def _check(self) -> None:
        """That the bytes are those of the digest shows in the content, of which they are a part."""
        found = NamedPart(self._named.offset, self._pieces.length, self._pieces.digest, self._pieces.raw)
        if found != self._named:
            raise TornRecordError("it is not the part that was named")

    def _broken(self, why: str) -> BrokenPartError:
        return BrokenPartError(f"the part of it at {self._named.offset} cannot be read: {why}")


class Joined(io.RawIOBase):
    """What comes of a recipe. Raises TornRecordError, ZstdError, and BrokenPartError for what a part says."""

    def __init__(self, recipe: io.RawIOBase, file: BinaryIO, opener: Opener) -> None:
        super().__init__()
        self._recipe = recipe
        self._file = file
        self._opener = opener
        self._before = file.tell()
        """Parts lie before this."""
        self._left = 0
        """Bytes of a step that stand in the recipe itself."""
        self._part: PartContent | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        count = 0
        while len(buffer) and not count and (self._left or self._part or self._step()):
            if self._part is not None:
                count = self._part.readinto(buffer)
                self._part = self._part if count else None
            elif self._left:
                count = self._recipe.readinto(memoryview(buffer)[: self._left]) or 0
                self._left -= count
                if not count:
                    raise TornRecordError("the recipe is cut off")
        return count

    def _step(self) -> bool:
        """Whether there is one more."""
        kind = self._recipe.read(STEP.size)
        if not kind:
            return False
        if kind == STEP.pack(Step.BYTES):
            [self._left] = BYTES_STEP.unpack(self._exactly(BYTES_STEP.size))
        elif kind == STEP.pack(Step.PART):
            named = NamedPart(*PART_STEP.unpack(self._exactly(PART_STEP.size)))
            if named.offset + named.length > self._before:
                raise TornRecordError("the recipe names a part that does not lie before it")
            self._part = PartContent(self._file, named, self._opener)
        else:
            raise TornRecordError("the recipe has a step of no known kind")
        return True

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self._recipe.read(count - len(found))
            if not more:
                raise TornRecordError("the recipe is cut off")
            found += more
        return found
