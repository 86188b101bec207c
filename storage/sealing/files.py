"""Whole files under AES-256-GCM, streamed: the copy of the database on a second disk.

    magic (16) | number of the key (u32) | salt (16) | pieces: length (u32) and sealed bytes | the last piece is empty

The key of a file is HMAC-SHA-256(key of the keyring, "file" and the salt); nonce and bound bytes are the number of the
piece and whether it is the last. All numbers are big-endian.
"""

import hmac
import os
import struct
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mailroom.domain.errors import BackupError
from storage.disk import disk_errors
from storage.sealing.kek import KeyEncryptionKeys

MAGIC = bytes.fromhex("b1a70c5e6d61696c73656c656466696c")
PIECE = 1 << 20
_HEAD = struct.Struct(">I16s")
_LENGTH = struct.Struct(">I")
_TAG = 16


def is_sealed(path: Path) -> bool:
    """Whether a file begins as one that was sealed here. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal_file(source: Path, target: Path, keks: KeyEncryptionKeys) -> None:
    """Write `target`, mode 0600, durable on return. Raises StorageError."""
    number, salt = keks.newest, os.urandom(16)
    cipher = _cipher(keks.kek(number), salt)
    with disk_errors(target), source.open("rb") as whole, _created(target) as sealed:
        sealed.write(MAGIC + _HEAD.pack(number, salt))
        count = 0
        while piece := whole.read(PIECE):
            _put(sealed, cipher.encrypt(_nonce(count), piece, b"\0"))
            count += 1
        _put(sealed, cipher.encrypt(_nonce(count), b"", b"\1"))
        sealed.flush()
        os.fsync(sealed.fileno())


def open_file(source: Path, target: Path, keks: KeyEncryptionKeys) -> None:
    """Write what was sealed. Raises BackupError when it was changed or cut, ConfigurationError without its key."""
    with disk_errors(target), source.open("rb") as sealed, _created(target) as whole:
        if sealed.read(len(MAGIC)) != MAGIC:
            raise BackupError(f"{source} is not a sealed file; choose another copy")
        try:
            number, salt = _HEAD.unpack(sealed.read(_HEAD.size))
            cipher = _cipher(keks.kek(number), salt)
            count = 0
            while piece := _opened(sealed, cipher, count):
                whole.write(piece)
                count += 1
        except (struct.error, InvalidTag, EOFError) as error:
            raise BackupError(f"{source} is damaged, or was sealed with another key; choose another copy") from error
        if sealed.read(1):
            raise BackupError(f"{source} has something behind its end; choose another copy")
        whole.flush()
        os.fsync(whole.fileno())


def _created(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _put(file: BinaryIO, piece: bytes) -> None:
    file.write(_LENGTH.pack(len(piece)) + piece)


def _opened(file: BinaryIO, cipher: AESGCM, count: int) -> bytes:
    """The next piece; empty at the end, which nobody can move forward."""
    (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
    if not _TAG <= length <= PIECE + _TAG:
        raise EOFError
    sealed = file.read(length)
    if len(sealed) != length:
        raise EOFError
    return cipher.decrypt(_nonce(count), sealed, b"\1" if length == _TAG else b"\0")


def _nonce(count: int) -> bytes:
    return count.to_bytes(12, "big")


def _cipher(kek: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(kek, b"file" + salt, "sha256"))
