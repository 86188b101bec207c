"""The keys that wrap the keys of segments."""

from typing import Protocol


class KeyEncryptionKeys(Protocol):
    """Numbered keys of 32 bytes; the newest one wraps what is new, the older ones still open."""

    @property
    def newest(self) -> int: ...

    def kek(self, number: int) -> bytes:
        """Raises ConfigurationError, with the remedy, when the keyring does not hold it."""
