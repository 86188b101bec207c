"""The keyring: every key of one installation, in one file outside of its data folder."""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailroom.domain.errors import ConfigurationError
from storage.disk import disk_errors, sync_folder

FORM = "mailroom-keyring-1"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keyring:
    """`KeyEncryptionKeys` and `ports.EvidenceKey`. A value: a rotation makes another one."""

    keks: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({1: secrets.token_bytes(KEY_BYTES)}))
    """Keys of 32 bytes by number, from 1; they wrap the keys of segments."""
    evidence: bytes = field(default_factory=lambda: secrets.token_bytes(KEY_BYTES))
    """Seed of the Ed25519 key that signs checkpoints and pages of the journal. Never changed: it is what others know us by."""
    journal: bytes = field(default_factory=lambda: secrets.token_bytes(KEY_BYTES))
    """Key of the HMAC by which the journal names messages."""
    recipient: str
    """To whom the copy of the keyring is sealed: the public half of the recovery key, which exists on paper alone."""
    made_at: datetime
    tested_at: datetime | None = None
    """When the paper was last typed in and opened the copy."""

    def __repr__(self) -> str:
        """Without a single key: this may reach a log."""
        return f"Keyring(keks={sorted(self.keks)}, made_at={self.made_at.isoformat()})"

    @property
    def newest(self) -> int:
        return max(self.keks)

    def kek(self, number: int) -> bytes:
        if number not in self.keks:
            raise ConfigurationError(
                f"the keyring holds no key {number}; put a later copy of it back, or open archive/keyring.age with the "
                "recovery sheet"
            )
        return self.keks[number]

    @property
    def public(self) -> bytes:
        return self._signer.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._signer.sign(data)

    @property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.evidence)

    def seal(self, digest: str) -> bytes:
        return hmac.digest(self.journal, b"message\0" + digest.encode(), hashlib.sha256)

    def with_new_key(self) -> Self:
        """One more key, by which everything new is wrapped; the older ones still open."""
        return replace(self, keks=MappingProxyType({**self.keks, self.newest + 1: secrets.token_bytes(KEY_BYTES)}))

    def with_newest_only(self) -> Self:
        """For when nothing is wrapped with an older key any more."""
        return replace(self, keks=MappingProxyType({self.newest: self.kek(self.newest)}))

    def tested(self, at: datetime) -> Self:
        return replace(self, tested_at=at)

    def to_bytes(self) -> bytes:
        """JSON, UTF-8."""
        return (json.dumps(_object(self), indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, content: bytes, where: str) -> Self:
        """Raises ConfigurationError, naming `where` it was read."""
        try:
            return cls(**_fields(json.loads(content)))
        except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
            raise ConfigurationError(
                f"{where} is no keyring, or is damaged; open archive/keyring.age with the recovery sheet"
            ) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises ConfigurationError when it is missing, damaged, or open to other users of this machine."""
        try:
            mode = path.stat().st_mode
            content = path.read_bytes()
        except PermissionError as error:
            raise ConfigurationError(
                f"the keyring {path} may not be read by this user; run the command as the user of the program, or chown the file"
            ) from error
        except OSError as error:
            raise ConfigurationError(
                f"the keyring {path} cannot be read ({error.strerror}); make one: mailroom keys init, or bring it back "
                "with the recovery sheet: mailroom keys recover"
            ) from error
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigurationError(f"the keyring {path} is open to others; chmod 600 {path}")
        return cls.from_bytes(content, f"the keyring {path}")

    def save(self, path: Path, *, new: bool = False) -> None:
        """Durable on return, mode 0600; never half written. With `new` only where there is none. Raises StorageError."""
        part = path.with_name(f".{path.name}.part")
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(self.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            if new:
                os.link(part, path)
                part.unlink()
            else:
                part.replace(path)
            sync_folder(path.parent)


def new_keyring(recipient: str, at: datetime) -> Keyring:
    """Fresh keys. `recipient` is the public half of a recovery key."""
    return Keyring(recipient=recipient, made_at=at)


def _object(keyring: Keyring) -> dict[str, Any]:
    return {
        "form": FORM,
        "keks": {str(number): _text(key) for number, key in sorted(keyring.keks.items())},
        "evidence": _text(keyring.evidence),
        "journal": _text(keyring.journal),
        "recipient": keyring.recipient,
        "made_at": keyring.made_at.isoformat(),
        "tested_at": keyring.tested_at.isoformat() if keyring.tested_at else None,
    }


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    if found["form"] != FORM or not found["keks"]:
        raise ValueError("another form")
    return {
        "keks": MappingProxyType({int(number): _key(text) for number, text in found["keks"].items()}),
        "evidence": _key(found["evidence"]),
        "journal": _key(found["journal"]),
        "recipient": str(found["recipient"]),
        "made_at": datetime.fromisoformat(found["made_at"]).astimezone(UTC),
        "tested_at": datetime.fromisoformat(found["tested_at"]).astimezone(UTC) if found["tested_at"] else None,
    }


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key of another length")
    return key
