"""The raw message that a conversation becomes: what was said, exactly as it was delivered, and the bytes that came with it.

    mailroom-chat/1 LF | length of the manifest (u32, big-endian) | manifest: JSON in UTF-8 | one content after another

The same facts give the same bytes. The manifest tells the size of each content; their order is that of the events.
"""

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from channels.line.bundle_values import Submission, from_plain, to_plain
from channels.line.delivery import DeliveryError, element_of
from channels.line.fields import MalformedError, read_element
from channels.line.limits import MANIFEST_BYTES
from mailroom.domain.chat import ChatEvent
from mailroom.domain.errors import StorageError

MAGIC = b"mailroom-chat/1\n"
PIECE = 1 << 20
_LENGTH = struct.Struct(">I")


class BundleError(ValueError):
    """The bytes are no bundle, or it breaks off; its text says where."""


def size_of(submission: Submission) -> int:
    """Bytes of its contents; the manifest is small beside them, or all that there is."""
    return sum(event.content.size for event in submission.kept)


def pieces(submission: Submission, path_of: Callable[[ChatEvent], Path]) -> Iterator[bytes]:
    """The bundle as a stream, a megabyte at a time. Raises StorageError when a content is not what it was."""
    manifest = json.dumps(to_plain(submission), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    encoded = manifest.encode("utf-8", "replace")
    yield MAGIC + _LENGTH.pack(len(encoded)) + encoded
    for event in submission.kept:
        yield from _content(path_of(event), event.content.size)


def _content(path: Path, size: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while size and (piece := file.read(min(size, PIECE))):
                size -= len(piece)
                yield piece
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error}); check the disk, it is taken with the next look"
        ) from error
    if size:
        raise StorageError(f"{path} became shorter; check the disk, it is taken with the next look")


class Bundle:
    """A bundle that is being read: the manifest at once, the contents one after another."""

    def __init__(self, source: BinaryIO) -> None:
        """Raises BundleError, and whatever the source raises."""
        self._source = source
        if _exactly(source, len(MAGIC)) != MAGIC:
            raise BundleError("no conversation")
        (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
        if length > MANIFEST_BYTES:
            raise BundleError("manifest")
        self.submission = _submission(_exactly(source, length))

    def contents(self) -> Iterator[tuple[ChatEvent, Iterator[bytes]]]:
        """Each event that has a content, with its bytes, which must be consumed before the next. Raises BundleError.

        The end of it is the end of the source.
        """
        for event in self.submission.kept:
            yield event, self._pieces(event.content.size)
        if self._source.read(1):
            raise BundleError("more than its contents")

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._source.read(min(size, PIECE))
            if not piece:
                raise BundleError("a content breaks off")
            size -= len(piece)
            yield piece


def drain(source: BinaryIO) -> None:
    """To the end, so that an archive that holds other bytes says so."""
    while source.read(PIECE):
        pass


def _submission(manifest: bytes) -> Submission:
    try:
        value, fault = read_element(element_of(manifest.decode("utf-8")))
        if not fault:
            return from_plain(value)
    except (DeliveryError, MalformedError, ValueError):
        pass
    raise BundleError("manifest")


def _exactly(source: BinaryIO, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        piece = source.read(min(count - len(found), PIECE))
        if not piece:
            raise BundleError("it breaks off")
        found += piece
    return bytes(found)
