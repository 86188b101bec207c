"""The checker's own reader of archive records, written from their description and not from their writer."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import zstandard

from mailroom.domain.errors import ConfigurationError
from storage.sealing.kek import KeyEncryptionKeys
from storage.verify_frames import FORMS, MAGIC, PIECE_LIMIT, BrokenRecordError, Frame, KeyMissingError, Opening
from storage.verify_joined import Joined, Stretch, content_of

if TYPE_CHECKING:
    from storage.sealing.checking import PieceOpener

NOT_OPENED = "sealed, not opened"
"""Name of the count of records of which only structure and check sum were looked at."""


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
        return lambda form, salt: self._opener(int(number) if number.isdecimal() else 0, form, salt)

    def _opener(self, number: int, form: int, salt: bytes) -> "PieceOpener | None":
        if self._keks is None:
            return None
        from storage.sealing.checking import PieceOpener, segment_key  # this loads the library of ciphers

        if self._known[0] != number:
            try:
                self._known = number, segment_key(self._folder, number, self._keks)
            except (ValueError, ConfigurationError) as error:
                raise KeyMissingError(str(error)) from error
        return PieceOpener(self._known[1], number, form, salt)


def read_record(file: BinaryIO, opening: Opening, used: set[Stretch] | None = None) -> Found:
    """The record at which the file stands, found by reading all of it.

    Where the parts lie of which it is made is added to `used`, also when one of them turns out to be damaged.
    Raises BrokenRecordError or ZstdError when anything in it contradicts anything else.
    """
    start = file.tell()
    frame = Frame(file, opening)
    if not frame.opened:
        frame.pass_over()
        return Found(file.tell() - start, opened=False)
    if frame.is_part:
        raise BrokenRecordError("a part of messages lies there, and no message")
    digest, size = hashlib.sha256(), 0
    for chunk in content_of(frame, file, start, opening, used):
        digest.update(chunk)
        size += len(chunk)
    frame.read_out()
    frame.require_end(digest.digest(), size)
    return Found(file.tell() - start, digest.hexdigest(), size)


def content_at(file: BinaryIO, offset: int, opening: Opening) -> BinaryIO:
    """The raw bytes of the record at an offset, as a stream; unchecked, which is what `read_record` is for.

    Raises NotOpenedError, BrokenRecordError.
    """
    file.seek(offset)
    frame = Frame(file, opening)
    if not frame.opened:
        raise NotOpenedError
    if frame.is_composite:
        return io.BufferedReader(Joined(content_of(frame, file, offset, opening, None)))
    return cast(BinaryIO, zstandard.ZstdDecompressor().stream_reader(cast(BinaryIO, frame)))


@dataclass(frozen=True, slots=True)
class At:
    """Where a record begins."""

    file: BinaryIO
    offset: int
    opening: Opening

    def content(self) -> BinaryIO:
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


def _begins_with(longer: BinaryIO, shorter: BinaryIO) -> bool:
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
        found = [at for form in FORMS if (at := window.find(MAGIC + bytes([form]))) >= 0]
        if found:
            return base + min(found)
        base += len(window) - len(window[-len(MAGIC) :])
        window = window[-len(MAGIC) :]
    return None
