"""The checker's own way to put together what lies in several records, written from the description of recipes."""

import hashlib
import io
import struct
from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import BinaryIO, cast

import zstandard

from storage.verify_frames import PIECE_LIMIT, BrokenRecordError, Frame, Opening

Stretch = tuple[int, int]
"""Bytes of a segment, from an offset up to another."""


def content_of(
    frame: Frame, file: BinaryIO, start: int, opening: Opening, used: set[Stretch] | None
) -> Iterator[bytes]:
    """What the record holds that begins at `start`; of a composite, what its recipe makes."""
    unpacker = zstandard.ZstdDecompressor()
    if not frame.is_composite:
        yield from unpacker.read_to_iter(cast(BinaryIO, frame))
        return
    recipe = unpacker.stream_reader(cast(BinaryIO, frame))
    while kind := recipe.read(1):
        if kind == b"\0":
            left = int.from_bytes(_whole(recipe, 4), "little")
            while left:
                piece = _whole(recipe, min(left, PIECE_LIMIT))
                left -= len(piece)
                yield piece
        elif kind == b"\1":
            offset, length, digest, size = struct.unpack("<QQ32sQ", _whole(recipe, 56))
            if used is not None:
                used.add((offset, offset + length))
            here = file.tell()
            yield from _part(file, (offset, length, digest, size), start, opening)
            file.seek(here)
        else:
            raise BrokenRecordError("its recipe cannot be understood")


def _whole(recipe: zstandard.ZstdDecompressionReader, count: int) -> bytes:
    found: bytes = recipe.read(count)
    if len(found) < count:
        raise BrokenRecordError("its recipe is cut off")
    return found


def _part(file: BinaryIO, named: tuple[int, int, bytes, int], before: int, opening: Opening) -> Iterator[bytes]:
    """What a part holds, checked by itself. Raises BrokenRecordError."""
    if named[0] + named[1] > before:
        raise BrokenRecordError("its recipe names a part that does not lie before it")
    try:
        yield from _checked(file, named, opening)
    except (BrokenRecordError, zstandard.ZstdError) as error:
        raise BrokenRecordError(f"the part of it at {named[0]}: {error}") from error


def _checked(file: BinaryIO, named: tuple[int, int, bytes, int], opening: Opening) -> Iterator[bytes]:
    offset, length, digest, size = named
    file.seek(offset)
    frame = Frame(file, opening)
    if not frame.is_part or not frame.opened:
        raise BrokenRecordError("another record lies there")
    found, count = hashlib.sha256(), 0
    for chunk in zstandard.ZstdDecompressor().read_to_iter(cast(BinaryIO, frame)):
        found.update(chunk)
        count += len(chunk)
        yield chunk
    frame.read_out()
    frame.require_end(found.digest(), count)
    if (file.tell() - offset, found.digest(), count) != (length, digest, size):
        raise BrokenRecordError("another part lies there")


class Joined(io.RawIOBase):
    """Chunks as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while not self._rest and (chunk := next(self._chunks, None)) is not None:
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def stray(file: BinaryIO, gaps: Collection[Stretch], used: Collection[Stretch], opening: Opening) -> Iterator[Stretch]:
    """What lies between the messages of a segment, and is no part of one, as far as can be told without a keyring."""
    parts = sorted(used)
    for start, stop in gaps:
        within = parts[bisect_left(parts, (start, 0)) : bisect_left(parts, (stop, 0))]
        at = start
        for first, last in (*within, (stop, stop)):
            at = _behind_unopened(file, at, first, opening)
            if at < first:
                yield at, first
            at = last


def _behind_unopened(file: BinaryIO, at: int, stop: int, opening: Opening) -> int:
    """Behind the parts that lie there sealed: which messages they are of, their recipes would tell."""
    try:
        while at < stop:
            file.seek(at)
            frame = Frame(file, opening)
            if frame.opened or not frame.is_part:
                break
            frame.pass_over()
            at = file.tell()
    except BrokenRecordError:
        return at
    return at
