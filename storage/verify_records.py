"""The checker's own reader of archive records, written from their description and not from their writer."""

import hashlib
import struct
import zlib
from typing import BinaryIO, cast

import zstandard

PIECE_LIMIT = 1 << 20
MAGIC = bytes.fromhex("b1a70c5e6d61696c726f6f6d0d0a1a01")


class BrokenRecordError(Exception):
    """What stands in the segment is not the record that the log speaks of."""


def read_record(file: BinaryIO) -> tuple[str, int, int]:
    """Digest, raw and stored length of the record at which the file stands, found by reading all of it.

    Raises BrokenRecordError or ZstdError when anything in it contradicts anything else.
    """
    start = file.tell()
    if file.read(len(MAGIC)) != MAGIC:
        raise BrokenRecordError("no record begins there")
    frame = Frame(file)
    digest, size = hashlib.sha256(), 0
    for chunk in zstandard.ZstdDecompressor().read_to_iter(cast(BinaryIO, frame)):
        digest.update(chunk)
        size += len(chunk)
    while frame.read(PIECE_LIMIT):
        pass
    expected = struct.pack("<32sQQI", digest.digest(), size, frame.length, frame.check)
    if file.read(len(expected)) != expected:
        raise BrokenRecordError("digest, length or check sum differ")
    return digest.hexdigest(), size, file.tell() - start


def content_at(file: BinaryIO, offset: int) -> zstandard.ZstdDecompressionReader:
    """The raw bytes of the record at an offset, as a stream; unchecked, which is what `read_record` is for."""
    file.seek(offset)
    if file.read(len(MAGIC)) != MAGIC:
        raise BrokenRecordError("no record begins there")
    return zstandard.ZstdDecompressor().stream_reader(cast(BinaryIO, Frame(file)))


def extends(document: BinaryIO, document_at: int, original: BinaryIO, original_at: int) -> bool:
    """Whether the record in `document` begins with all bytes of the one in `original`, and goes on after them.

    Raises BrokenRecordError or ZstdError; it says no only of two sound records.
    """
    if _begins_with(content_at(document, document_at), content_at(original, original_at)):
        return True
    for file, offset in ((document, document_at), (original, original_at)):
        file.seek(offset)
        read_record(file)
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
        if (found := window.find(MAGIC)) >= 0:
            return base + found
        base += len(window) - len(window[1 - len(MAGIC) :])
        window = window[1 - len(MAGIC) :]
    return None


class Frame:
    """The pieces of a record, joined."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = 0
        self._ended = False
        self.length = 0
        self.check = 0

    def read(self, count: int) -> bytes:
        if not self._left and not self._ended:
            self._left = int.from_bytes(self._file.read(4), "little")
            self._ended = not self._left
        part = self._file.read(min(count, self._left, PIECE_LIMIT))
        if len(part) < min(count, self._left):
            raise BrokenRecordError("it is cut off")
        self._left -= len(part)
        self.length += len(part)
        self.check = zlib.crc32(part, self.check)
        return part
