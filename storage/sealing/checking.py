"""The checker's own way into what is sealed, written from the description and sharing nothing with what seals it."""

import hashlib
import hmac
import json
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.sealing.kek import KeyEncryptionKeys


def segment_key(folder: Path, number: int, keks: KeyEncryptionKeys) -> bytes:
    """The key of a segment, out of the folder `keys`. Raises ValueError in words, ConfigurationError."""
    name = f"{number:06}.key"
    try:
        fields = json.loads((folder / name).read_bytes())
        nonce, wrapped = bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["wrapped"])
        kek = int(fields["kek"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ValueError(f"the key of its segment, {name}, is missing or damaged; restore that file") from error
    try:
        return AESGCM(keks.kek(kek)).decrypt(nonce, wrapped, f"segment {number} key {kek}".encode())
    except (InvalidTag, ValueError) as error:
        raise ValueError(f"the key of its segment, {name}, does not open with the keyring") from error


class PieceOpener:
    """Opens the pieces of one record, in their order."""

    def __init__(self, key: bytes, number: int, form: int, salt: bytes) -> None:
        self._key = hmac.new(key, b"record" + salt, hashlib.sha256).digest()
        self._bound = number.to_bytes(8, "big") + bytes([form]) + salt
        self._count = 0

    def open(self, sealed: bytes, last: bool) -> bytes:
        """Raises ValueError."""
        count, self._count = self._count, self._count + 1
        bound = self._bound + count.to_bytes(4, "big") + bytes([last])
        try:
            return AESGCM(self._key).decrypt(count.to_bytes(12, "big"), sealed, bound)
        except InvalidTag as error:
            raise ValueError("it does not open: its bytes are not those that were sealed") from error
