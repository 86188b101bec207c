"""Records of a segment, found without help of the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mailroom.domain.message import Place
from storage.joined import BrokenPartError
from storage.pieces import Opener
from storage.record_form import Kind, TornRecordError, seek_magic
from storage.segment import examine


@dataclass(frozen=True, slots=True)
class Scanned:
    """One record found in a segment, without help of the database."""

    place: Place
    digest: str
    size: int
    damage: str
    """What is wrong with it, in words; empty for a sound one, else `digest` and `size` mean nothing."""
    mark: str = ""
    """Tells the record from any other that might end in its place."""


def scan_segment(file: BinaryIO, name: str, offset: int, opener: Opener) -> Iterator[Scanned]:
    """The contents of one segment from an offset on; after a broken one it goes on at the next that can be recognised.

    Parts are no contents, but a broken one is told of as well.
    """
    start = seek_magic(file, offset)
    while start is not None:
        file.seek(start)
        try:
            record = examine(file, opener)
        except BrokenPartError as error:
            yield Scanned(Place(name, start, 0), "", 0, str(error))
            start = seek_magic(file, start + error.behind)
        except TornRecordError as error:
            yield Scanned(Place(name, start, 0), "", 0, str(error))
            start = seek_magic(file, start + 1)
        else:
            if record.kind is not Kind.PART:
                yield Scanned(Place(name, start, record.length), record.digest.hex(), record.raw, "", record.mark)
            start = seek_magic(file, start + record.length)
