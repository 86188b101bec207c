"""Keys made, changed, tried and brought back. The recovery key passes through here once, on its way to the paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from mailroom.domain.keys import KeysState, NewSheet
from mailroom.ports import Books, Clock

UNTESTED = timedelta(days=90)
"""A sheet that nobody tried for so long may be lost, or unreadable."""


class Keybox(Protocol):
    """The keyring in its place, and its sealed copy beside the archive."""

    @property
    def place(self) -> Path: ...

    def state(self) -> KeysState:
        """Raises ConfigurationError when it cannot be read."""

    def make(self, at: datetime, printed: Callable[[NewSheet], None]) -> None:
        """A new keyring and its sealed copy, durable. Raises ConfigurationError where there is one already.

        `printed` keeps the sheet first; where it raises, nothing is made.
        """

    def renew(self, printed: Callable[[NewSheet], None]) -> None:
        """A new recovery key for the same keyring; `printed` as with `make`. Raises ConfigurationError."""

    def add_key(self) -> int:
        """A new key by which everything new is wrapped, in copy and keyring; its number."""

    def rewrap(self) -> int:
        """Wrap the keys of all segments in the newest key; how many were. Safe to repeat."""

    def drop_old(self) -> None:
        """Forget the keys that wrap nothing any more. Raises StorageError when one is still in use."""

    def tried(self, recovery_key: str, at: datetime) -> None:
        """Open the sealed copy with it, compare, and note the day. Raises ConfigurationError."""

    def recover(self, recovery_key: str) -> None:
        """Put the keyring back from its sealed copy. Raises ConfigurationError, also when there is one already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyService:
    """What an administrator does with keys; each step is an event."""

    box: Keybox
    books: Books
    clock: Clock

    def make(self, printed: Callable[[NewSheet], None]) -> None:
        """For the first time. Raises ConfigurationError, and what `printed` raises: then nothing is made."""
        self.box.make(self.clock.now(), printed)
        self._note("keys.made", self.box.state().public)

    def renew_sheet(self, printed: Callable[[NewSheet], None]) -> None:
        """A new sheet for one that was lost or seen. Copies made before go on to open with the old one alone."""
        self.box.renew(printed)
        self._note("keys.sheet-renewed", self.box.state().public)

    def rotate(self, *, drop_old: bool) -> tuple[int, int]:
        """Number of the new key, and how many keys of segments it wraps now. Killed anywhere it can be repeated."""
        number = self.box.add_key()
        wrapped = self.box.rewrap()
        if drop_old:
            self.box.drop_old()
        self._note("keys.rotated", f"{number}{', older ones dropped' if drop_old else ''}")
        return number, wrapped

    def test(self, recovery_key: str) -> None:
        """Whether the sheet opens the copy that lies in every backup. Raises ConfigurationError."""
        self.box.tried(recovery_key, self.clock.now())
        self._note("keys.tested", "")

    def recover(self, recovery_key: str) -> None:
        """After the loss of the keyring alone. Raises ConfigurationError."""
        self.box.recover(recovery_key)
        self._note("keys.recovered", self.box.state().public)

    def _note(self, name: str, detail: str) -> None:
        with self.books.begin() as uow:
            uow.events.add(name, self.clock.now(), detail=detail)
            uow.commit()


def key_codes(state: KeysState | None, now: datetime) -> Sequence[str]:
    """`keys-untested`: nobody tried the recovery sheet for 90 days."""
    if state is None:
        return []
    return ["keys-untested"] if now - (state.tested_at or state.made_at) > UNTESTED else []
