"""Bytes that many mails have in common, kept once in each segment.

Mails name parts of their own segment only. So a segment stays what can be copied, checked, healed, sealed and restored
by itself, and damage to a part reaches no further than its segment does.
"""

import zlib
from contextlib import suppress
from typing import BinaryIO

import zstandard

from mailroom.domain.errors import ArchiveDamagedError
from mailroom.domain.message import Kept
from storage.joined import NamedPart, unpacked
from storage.pieces import Opener, Pieces
from storage.record_form import BYTES_STEP, PIECE_LIMIT, STEP, Kind, Step, TornRecordError
from storage.runs import runs
from storage.segment import encode, encode_composite
from storage.segment_writer import Segment

SHARED_LIMIT = 16 << 20
"""Bytes of a mail, at most: it stands in memory. What is longer is stored whole."""
_UNREADABLE = (TornRecordError, zstandard.ZstdError, ArchiveDamagedError, OSError)


class Parts:
    """Where parts lie in the segment that is written to. An index in memory, made by reading the segment.

    Nothing rests on it: each place is opened and compared before a mail names it, and a wrong one costs a second copy.
    """

    def __init__(self) -> None:
        self._name = ""
        self._until = 0
        """Up to here the segment is known."""
        self._places: dict[tuple[int, int], NamedPart] = {}
        """By length and check sum of what they hold: as the bytes are compared, a digest would tell no more."""

    def keep(self, segment: Segment, mail: bytes, compressor: zstandard.ZstdCompressor) -> Kept:
        """Add a mail to the segment, and before it what parts of it are not there. Raises StorageError."""
        start = segment.length
        recipe = self._recipe(segment, mail, compressor) if len(mail) <= SHARED_LIMIT else b""
        if recipe:
            kept = segment.add_record(encode_composite(mail, recipe, compressor, segment.seal))
        else:
            kept = segment.add_record(encode(mail, compressor, segment.seal))
        if (segment.path.name, start) == (self._name, self._until):
            self._until = segment.length
        return kept

    def _recipe(self, segment: Segment, mail: bytes, compressor: zstandard.ZstdCompressor) -> bytes:
        """Empty of a mail that has no parts."""
        steps: list[bytes] = []
        at = 0
        for start, end in runs(mail):
            if not steps:
                self._learn(segment)
            part = self._part(segment, mail[start:end], compressor)
            steps += [_own(mail[at:start]), part.packed()]
            at = end
        return b"".join((*steps, _own(mail[at:]))) if steps else b""

    def forget(self, start: int) -> None:
        """What lies there or behind it was taken back."""
        self._until = min(self._until, start)
        self._places = {key: part for key, part in self._places.items() if part.offset < start}

    def _part(self, segment: Segment, run: bytes, compressor: zstandard.ZstdCompressor) -> NamedPart:
        key = len(run), zlib.crc32(run)
        found = self._places.get(key)
        if found is None or not _holds(segment, found, run):
            kept = segment.add_record(encode(run, compressor, segment.seal, Kind.PART))
            found = NamedPart(kept.place.offset, kept.place.length, bytes.fromhex(kept.digest), kept.size)
            self._places[key] = found
        return found

    def _learn(self, segment: Segment) -> None:
        """Read what others wrote, or an earlier run of the program."""
        if self._name != segment.path.name:
            self._name, self._until, self._places = segment.path.name, 0, {}
        if self._until < segment.length:
            segment.write()
            with suppress(*_UNREADABLE), segment.path.open("rb") as file:
                while self._until < segment.length:
                    self._until += self._learnt(file, segment.opener)
            self._until = segment.length

    def _learnt(self, file: BinaryIO, opener: Opener) -> int:
        """Length of the record at the place that is known so far."""
        file.seek(self._until)
        record = Pieces(file, None)
        record.skip()
        if record.kind is Kind.PART:
            file.seek(self._until)
            with suppress(TornRecordError, zstandard.ZstdError):
                part, check = Pieces(file, opener), 0
                content = unpacked(part)
                while chunk := content.read(PIECE_LIMIT):
                    check = zlib.crc32(chunk, check)
                part.drain()
                self._places[part.raw, check] = NamedPart(self._until, part.length, part.digest, part.raw)
        return record.length


def _own(part: bytes) -> bytes:
    return STEP.pack(Step.BYTES) + BYTES_STEP.pack(len(part)) + part


def _holds(segment: Segment, named: NamedPart, run: bytes) -> bool:
    """Whether these bytes lie there, read from the file."""
    segment.write()
    at = 0
    try:
        with segment.path.open("rb") as file:
            file.seek(named.offset)
            pieces = Pieces(file, segment.opener)
            content = unpacked(pieces)
            while chunk := content.read(PIECE_LIMIT):
                if run[at : at + len(chunk)] != chunk:
                    return False
                at += len(chunk)
            pieces.drain()
    except _UNREADABLE:
        return False
    found = NamedPart(named.offset, pieces.length, pieces.digest, pieces.raw)
    return at == len(run) and pieces.kind is Kind.PART and found == named
