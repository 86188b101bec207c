"""The keys of segments, each wrapped in a small file of its own beside the segments.

A key never changes, only its wrapping does. So to rotate is to wrap anew, and no byte of a segment moves.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mailroom.domain.errors import ArchiveDamagedError, ConfigurationError, MailroomError, StorageError
from storage.disk import disk_errors, make_durable_folder, spare_name, sync_folder
from storage.sealing.kek import KeyEncryptionKeys
from storage.sealing.keys import key_name, numbers_in
from storage.sealing.records import SegmentSeal

KEY_SIZE = 32
NONCE_SIZE = 12
_NOT_WHOLE = (ValueError, LookupError, TypeError)
"""What reading a damaged file of a key raises."""


class SegmentKeys:
    """Implements `storage.sealing.keys.Keys`. Threads may share it, and processes."""

    sealing = True

    def __init__(self, folder: Path, keks: KeyEncryptionKeys) -> None:
        """`folder` is `keys` beside `segments`; it is made with the first key."""
        self._folder = folder
        self._keks = keks
        self._seals: dict[int, SegmentSeal] = {}

    def numbers(self) -> list[int]:
        return numbers_in(self._folder)

    def has(self, number: int) -> bool:
        return number in self._seals or self._path(number).exists()

    def seal(self, number: int) -> SegmentSeal:
        found = self._seals.get(number)
        if found is None:
            key, _ = self._unwrapped(number, *self._read(number))
            found = self._seals[number] = SegmentSeal(number, key)
        return found

    def check(self, number: int) -> None:
        self._unwrapped(number, *self._read(number))

    def put_back(self, number: int, text: bytes) -> None:
        path = self._path(number)
        try:
            fields = _parsed(text, number)
        except _NOT_WHOLE as error:
            raise ArchiveDamagedError(f"the copy of {path.name} is damaged; take another copy") from error
        self._unwrapped(number, *fields)
        with disk_errors(self._folder):
            make_durable_folder(self._folder)
            if path.exists():
                spare = spare_name(path)
                os.link(path, spare)
            self._write(path, text)
            sync_folder(self._folder)

    def new(self, number: int) -> SegmentSeal:
        """Raises StorageError when the segment has a key: another one would make what it sealed unreadable."""
        path = self._path(number)
        if path.exists():
            raise StorageError(f"{path} is there already; leave it, and begin another segment")
        key = os.urandom(KEY_SIZE)
        make_durable_folder(self._folder)
        self._put(number, key, self._keks.newest)
        sync_folder(self._folder)
        self._seals[number] = SegmentSeal(number, key)
        return self._seals[number]

    def seal_for_writing(self, number: int) -> SegmentSeal:
        return self.seal(number)

    def require_for_writing(self) -> None:
        """There is a keyring."""

    def in_use(self) -> frozenset[int]:
        """Numbers of the keys that wrap at least one of these: the keyring must not lose them. Raises StorageError."""
        return frozenset(self._read(number)[0] for number in self.numbers())

    def rewrap(self, newest: int) -> int:
        """Wrap each key in key `newest` of the keyring that is not yet; how many were. Safe to repeat, and to kill.

        Those that cannot be opened stay as they are; afterwards StorageError names them: their old key must stay.
        """
        done, left = 0, []
        for number in self.numbers():
            try:
                key, wrapped_in = self._unwrapped(number, *self._read(number))
            except MailroomError as error:
                left.append(str(error))
                continue
            if wrapped_in != newest:
                with disk_errors(self._folder):
                    self._put(number, key, newest)
                done += 1
        if done:
            with disk_errors(self._folder):
                sync_folder(self._folder)
        if left:
            raise StorageError(f"{len(left)} keys of segments could not be wrapped anew; {left[0]}")
        return done

    def _unwrapped(self, number: int, wrapped_in: int, nonce: bytes, wrapped: bytes) -> tuple[bytes, int]:
        try:
            key = AESGCM(self._keks.kek(wrapped_in)).decrypt(nonce, wrapped, _bound(number, wrapped_in))
        except InvalidTag as error:
            raise ConfigurationError(
                f"{self._path(number)} does not open with key {wrapped_in} of the keyring, which is another one; "
                "name the keyring of this installation in [keys] keyring"
            ) from error
        return key, wrapped_in

    def _read(self, number: int) -> tuple[int, bytes, bytes]:
        path = self._path(number)
        try:
            return _parsed(path.read_bytes(), number)
        except (OSError, *_NOT_WHOLE) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise ArchiveDamagedError(
                f"the key of segment {number:06}, {path}, cannot be read ({reason}); restore that file from a backup"
            ) from error

    def _put(self, number: int, key: bytes, kek: int) -> None:
        """Raises OSError, and ConfigurationError when the keyring does not hold that key."""
        nonce = os.urandom(NONCE_SIZE)
        wrapped = AESGCM(self._keks.kek(kek)).encrypt(nonce, key, _bound(number, kek))
        self._write(self._path(number), _text(number, kek, nonce, wrapped))

    def _write(self, path: Path, text: bytes) -> None:
        """By renaming, so that at each moment there is a whole file. Raises OSError."""
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _path(self, number: int) -> Path:
        return self._folder / key_name(number)


def _bound(number: int, kek: int) -> bytes:
    return f"segment {number} key {kek}".encode()


def _text(number: int, kek: int, nonce: bytes, wrapped: bytes) -> bytes:
    fields = {"segment": number, "kek": kek, "nonce": nonce.hex(), "wrapped": wrapped.hex()}
    return json.dumps(fields | {"check": _check(fields)}).encode() + b"\n"


def _parsed(text: bytes, number: int) -> tuple[int, bytes, bytes]:
    """Raises ValueError, LookupError, TypeError for what is no whole file of that segment."""
    found = json.loads(text)
    fields = {name: found[name] for name in ("segment", "kek", "nonce", "wrapped")}
    nonce, wrapped = bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["wrapped"])
    if (
        found["check"] != _check(fields)
        or fields["segment"] != number
        or text != _text(number, fields["kek"], nonce, wrapped)
    ):
        raise ValueError
    return int(fields["kek"]), nonce, wrapped


def _check(fields: Mapping[str, object]) -> str:
    """Tells a damaged file from one of another keyring; nobody is kept from anything by it."""
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]
