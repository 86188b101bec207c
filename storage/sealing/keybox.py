"""The keyring in its place, its sealed copy beside the archive, and everything that it wraps."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mailroom.domain.errors import ConfigurationError, StorageError
from mailroom.domain.keys import KeysState, NewSheet
from storage.disk import disk_errors, make_durable_folder, sync_folder
from storage.sealing.keyring import Keyring, new_keyring
from storage.sealing.keys import COPY, FOLDER
from storage.sealing.recovery import new_recovery_key, opened_with, sealed_for
from storage.sealing.sidecars import SegmentKeys


class SealedKeybox:
    """Implements `services.keeping.keys.Keybox`."""

    def __init__(self, keyring: Path, archive: Path, others: Sequence[Path] = ()) -> None:
        """`archive` and `others` are folders that hold `segments`; the sealed copy lies in the first."""
        self._keyring = keyring
        self._archive = archive
        self._folders = (archive, *others)

    @property
    def place(self) -> Path:
        return self._keyring

    def exists(self) -> bool:
        return self._keyring.exists()

    def state(self) -> KeysState:
        keyring = Keyring.load(self._keyring)
        return KeysState(
            place=str(self._keyring),
            newest=keyring.newest,
            held=tuple(sorted(keyring.keks)),
            public=keyring.public.hex(),
            made_at=keyring.made_at,
            tested_at=keyring.tested_at,
        )

    def make(self, at: datetime, printed: Callable[[NewSheet], None]) -> None:
        """Sheet, copy, keyring: whatever is there after a crash, the sheet opens it."""
        with self._alone():
            if self.exists():
                raise ConfigurationError(
                    f"there is a keyring already: {self._keyring}; for new keys in it: mailroom keys rotate"
                )
            if (self._archive / COPY).exists():
                raise ConfigurationError(
                    f"{self._archive / COPY} belongs to a keyring that is missing; bring it back: mailroom keys recover"
                )
            secret, recipient = new_recovery_key()
            keyring = new_keyring(recipient, at)
            printed(NewSheet(recovery_key=secret, recipient=recipient, public=keyring.public.hex()))
            self._copy(keyring)
            keyring.save(self._keyring, new=True)

    def renew(self, printed: Callable[[NewSheet], None]) -> None:
        """The keyring before its copy: until the new sheet opens the copy, the old one does."""
        with self._alone():
            keyring = Keyring.load(self._keyring)
            secret, recipient = new_recovery_key()
            printed(NewSheet(recovery_key=secret, recipient=recipient, public=keyring.public.hex()))
            fresh = replace(keyring, recipient=recipient, tested_at=None)
            fresh.save(self._keyring)
            self._copy(fresh)

    def add_key(self) -> int:
        """The copy first: a key that only the keyring knows could be lost with it."""
        with self._alone():
            keyring = Keyring.load(self._keyring).with_new_key()
            self._copy(keyring)
            keyring.save(self._keyring)
            return keyring.newest

    def rewrap(self) -> int:
        with self._alone():
            keyring = Keyring.load(self._keyring)
            return sum(keys.rewrap(keyring.newest) for keys in self._keys(keyring))

    def drop_old(self) -> None:
        """The keyring first: what it does not know is wrapped with no more."""
        with self._alone():
            keyring = Keyring.load(self._keyring)
            for keys in self._keys(keyring):
                if left := keys.in_use() - {keyring.newest}:
                    raise StorageError(f"key {min(left)} still wraps keys of segments; repeat: mailroom keys rotate")
            fresh = keyring.with_newest_only()
            fresh.save(self._keyring)
            self._copy(fresh)

    def tried(self, recovery_key: str, at: datetime) -> None:
        with self._alone():
            keyring = Keyring.load(self._keyring)
            copy = self._opened(recovery_key)
            if copy.evidence != keyring.evidence or not keyring.keks.items() <= copy.keks.items():
                raise ConfigurationError("the sealed copy is older than the keyring; repeat: mailroom keys rotate")
            keyring.tested(at).save(self._keyring)

    def recover(self, recovery_key: str) -> None:
        with self._alone():
            if self.exists():
                raise ConfigurationError(f"there is a keyring already: {self._keyring}; move it away first")
            self._opened(recovery_key).save(self._keyring, new=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time reads the keyring and writes it: of two, the slower one would undo a new key."""
        with disk_errors(self._keyring):
            make_durable_folder(self._keyring.parent)
            descriptor = os.open(self._keyring.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _opened(self, recovery_key: str) -> Keyring:
        return keyring_from(self._archive / COPY, recovery_key)

    def _keys(self, keyring: Keyring) -> list[SegmentKeys]:
        return [SegmentKeys(folder / FOLDER, keyring) for folder in self._folders]

    def _copy(self, keyring: Keyring) -> None:
        """Durable on return, never half written."""
        part, path = self._archive / f".{COPY}.part", self._archive / COPY
        with disk_errors(path):
            make_durable_folder(self._archive)
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(sealed_for(keyring.recipient, keyring.to_bytes()))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            sync_folder(self._archive)


def keyring_from(copy: Path, recovery_key: str) -> Keyring:
    """The keyring of a sealed copy. Raises ConfigurationError."""
    try:
        content = copy.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"the sealed copy {copy} cannot be read ({error.strerror}); take that of a backup"
        ) from error
    return Keyring.from_bytes(opened_with(recovery_key, content), f"the sealed copy {copy}")
