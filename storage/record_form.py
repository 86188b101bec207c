"""The form of one archive record.

Plain:   magic …01 (16) | pieces: length (u32) and bytes, of one zstd frame | length 0
         | SHA-256 (32) raw (u64) stored (u64) CRC (u32)
Sealed:  magic …02 (16) | salt (16) | pieces: length (u32) and bytes, each sealed | length 0
         | SHA-256 (32) raw (u64) stored (u64), sealed together | CRC (u32)

All numbers are little-endian; `raw` is the length of the content, `stored` that of the zstd frame. The CRC-32 of a plain
record is that of its frame: not every bit of one bears on the content. That of a sealed record covers all bytes before it,
so that damage shows without a key; how pieces are sealed stands in `storage.sealing.records`. Nothing at rest then tells
the digest of what is sealed, from which a small document could be guessed.

Either form has two siblings. A part (magic …05 plain, …06 sealed) is built alike and holds bytes that several contents have
in common; it is no content of its own. In a composite (magic …03, …04) the frame holds a recipe, a row of steps, and
SHA-256 and raw are those of the content that comes of it:

Bytes:   0 (u8) | length (u32) | the bytes themselves
Part:    1 (u8) | offset (u64) and length (u64) of the record of a part that lies before this one in the same segment
         | SHA-256 (32) and length (u64) of what it holds

Lengths and digest follow the content, so that a stream of unknown length is written without seeking back; a record
without its end is a torn one, and the next magic shows where reading goes on. A segment is plain or sealed, never both.
"""

import re
import struct
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

MAGIC = bytes.fromhex("b1a70c5e6d61696c726f6f6d0d0a1a01")
SEALED_MAGIC = MAGIC[:-1] + b"\x02"
PLAIN, SEALED = MAGIC[-1], SEALED_MAGIC[-1]
"""The forms; the magic ends in them, or in the sum of one and a kind."""


class Kind(IntEnum):
    """What a record is there for."""

    CONTENT = 0
    COMPOSITE = 2
    PART = 4


PIECE_LIMIT = 1 << 20
SALT_SIZE = 16
TAG_SIZE = 16
"""So many bytes sealing adds to a piece."""

LENGTH = struct.Struct("<I")
END = struct.Struct("<32sQQI")
SEALED_END = struct.Struct("<32sQQ")
CHECK = struct.Struct("<I")
MARK_SIZE = 8


class Step(IntEnum):
    """What a step of a recipe adds."""

    BYTES = 0
    PART = 1


STEP = struct.Struct("<B")
BYTES_STEP = struct.Struct("<I")
PART_STEP = struct.Struct("<QQ32sQ")

_FORMS = {MAGIC[:-1] + bytes([form + kind]): (form, kind) for form in (PLAIN, SEALED) for kind in Kind}
_ANY_MAGIC = re.compile(re.escape(MAGIC[:-1]) + b"[\x01-\x06]", re.DOTALL)


class TornRecordError(Exception):
    """The bytes at this place are no whole record."""


def magic_of(form: int, kind: Kind) -> bytes:
    """How a record of that form and kind begins."""
    return MAGIC[:-1] + bytes([form + kind])


def form_of(magic: bytes) -> tuple[int, Kind]:
    """Form and kind of a record that begins so. Raises TornRecordError."""
    found = _FORMS.get(magic)
    if found is None:
        raise TornRecordError("no record begins here")
    return found


def form_at_start(path: Path) -> int | None:
    """The form of the first record of a segment; None where none begins there. Raises OSError."""
    with path.open("rb") as file:
        magic = file.read(len(MAGIC))
    return _FORMS[magic][0] if magic in _FORMS else None


def seek_magic(file: BinaryIO, start: int) -> int | None:
    """Offset of the next record at or after `start`, as far as its magic shows; None when there is none."""
    file.seek(start)
    window, base = b"", start
    while chunk := file.read(PIECE_LIMIT):
        window += chunk
        if found := _ANY_MAGIC.search(window):
            return base + found.start()
        base += max(0, len(window) - len(MAGIC) + 1)
        window = window[-len(MAGIC) + 1 :]
    return None
