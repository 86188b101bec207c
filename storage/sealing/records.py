"""Records of the archive under AES-256-GCM, each with a key of its own.

    key of a record = HMAC-SHA-256(key of the segment, "record" and the salt of the record)
    nonce           = number of the piece (96 bits, big-endian): a key seals one record, and no number twice
    bound with it   = number of the segment (u64), form of the record (u8), salt (16), number of the piece (u32), last (u8)

All numbers that are bound are big-endian. A piece that was moved, left out, repeated, or that comes from another
record or segment does not open. Lengths stay what they were, plus TAG for each piece.
"""

import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.record_form import SALT_SIZE, TornRecordError

_PIECE = struct.Struct(">IB")
_RECORD = struct.Struct(">QB")


class SegmentSeal:
    """The key of one segment. Threads may share it."""

    def __init__(self, number: int, key: bytes) -> None:
        """`key` has 32 bytes."""
        self._number = number
        self._key = key

    def new(self, form: int) -> "RecordSeal":
        """For a record that is being written, with a salt that was never used: writing may come back to one offset."""
        return self.record(form, os.urandom(SALT_SIZE))

    def record(self, form: int, salt: bytes) -> "RecordSeal":
        """For a record that is there."""
        key = hmac.digest(self._key, b"record" + salt, "sha256")
        return RecordSeal(AESGCM(key), salt, _RECORD.pack(self._number, form) + salt)


class RecordSeal:
    """Seals or opens the pieces of one record, in their order."""

    def __init__(self, cipher: AESGCM, salt: bytes, bound: bytes) -> None:
        self.salt = salt
        self._cipher = cipher
        self._bound = bound
        self._count = 0

    def seal(self, piece: "bytes | memoryview", *, last: bool = False) -> bytes:
        nonce, bound = self._next(last)
        return self._cipher.encrypt(nonce, piece, bound)

    def open(self, sealed: "bytes | memoryview", *, last: bool = False) -> bytes:
        """Raises TornRecordError."""
        nonce, bound = self._next(last)
        try:
            return self._cipher.decrypt(nonce, sealed, bound)
        except InvalidTag as error:
            raise TornRecordError("its bytes are not those that were sealed") from error

    def _next(self, last: bool) -> tuple[bytes, bytes]:
        number, self._count = self._count, self._count + 1
        return number.to_bytes(12, "big"), self._bound + _PIECE.pack(number, last)
