"""A keyring of fixed keys, for archives that are sealed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailroom.domain.errors import ConfigurationError
from storage.sealing.kek import KeyEncryptionKeys


def key(number: int, name: str = "") -> bytes:
    """32 bytes that are the same each time."""
    return hashlib.sha256(f"key {number} {name}".encode()).digest()


@dataclass
class FixedKeks:
    """Implements `KeyEncryptionKeys`. Tests add keys, take some away, or put others in their place."""

    keys: dict[int, bytes] = field(default_factory=lambda: {1: key(1)})

    @property
    def newest(self) -> int:
        return max(self.keys)

    def kek(self, number: int) -> bytes:
        if number not in self.keys:
            raise ConfigurationError(f"the keyring has no key {number}; put an older keyring back")
        return self.keys[number]


FORMS: Mapping[str, KeyEncryptionKeys | None] = {"plain": None, "sealed": FixedKeks()}
"""What the same suite runs on; a program of its own takes its form by name."""
