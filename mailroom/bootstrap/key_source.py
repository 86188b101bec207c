"""Where the keyring of a copy comes from, on a machine that may have nothing yet."""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.domain.errors import ConfigurationError, MailroomError
from storage.sealing.keys import COPY, FOLDER

if TYPE_CHECKING:
    from storage.sealing.keyring import Keyring

KEYRING = "keyring"
"""File beside the restored agency.toml; it goes to where that names it."""


@dataclass(slots=True, kw_only=True)
class KeySource:
    """A file that is there already and opens the copy, else the recovery sheet."""

    config: Path
    """agency.toml, which may name a keyring."""
    ask: Callable[[], str]
    """The recovery key; asked for once, and only where it is needed."""
    _found: "Keyring | None" = None

    def for_copy(self, archive: Path, *, beside: Path | None = None) -> "Keyring | None":
        """None for a copy that is not sealed. With `beside` the keyring is put into that folder, unless it is there.

        Raises ConfigurationError.
        """
        if not (archive / COPY).exists():
            return None
        if self._found is None:
            self._found = self._at_hand(archive, beside) or self._from_paper(archive / COPY)
        if beside is not None and not (beside / KEYRING).exists():
            self._found.save(beside / KEYRING, new=True)
        return self._found

    def _at_hand(self, archive: Path, beside: Path | None) -> "Keyring | None":
        """A keyring that dropped the keys of this copy, or another agency's, is passed over: the paper knows better."""
        keys = toml_at(self.config).get("keys", {})
        named = keys.get("keyring") if isinstance(keys, dict) else None
        places = [self.config.parent / str(named)] if named else []
        places += [beside / KEYRING] if beside is not None else []
        return next((keyring for keyring in _loaded(places) if _opens(keyring, archive)), None)

    def _from_paper(self, copy: Path) -> "Keyring":
        from storage.sealing.keybox import keyring_from

        return keyring_from(copy, self.ask())


def toml_at(file: Path) -> dict[str, object]:
    """Empty where there is none, or none that can be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _loaded(places: list[Path]) -> "Iterator[Keyring]":
    from storage.sealing.keyring import Keyring

    for place in places:
        with suppress(ConfigurationError):
            yield Keyring.load(place)


def _opens(keyring: "Keyring", archive: Path) -> bool:
    """Whether it opens the key of at least one segment; a single damaged one says nothing of the others."""
    from storage.sealing.sidecars import SegmentKeys

    keys = SegmentKeys(archive / FOLDER, keyring)

    def opened(number: int) -> bool:
        try:
            keys.check(number)
        except MailroomError:
            return False
        return True

    numbers = keys.numbers()
    return not numbers or any(opened(number) for number in numbers)
