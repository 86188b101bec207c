"""The keyring of an installation, and archives opened with it."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from channels import Finding
from mailroom.bootstrap.parts import SystemClock
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.keys import KeysState, NewSheet, Sheet, SheetTarget
from mailroom.paths import CONFIG
from mailroom.ports import Books
from mailroom.services.keeping.keys import KeyService, key_codes
from mailroom.services.keeping.recovery_sheet import TEMPLATE, sheet_data
from mailroom.services.keeping.restore import DATA, DATABASE_FILE
from storage.archive import SegmentArchive
from storage.volume import encrypted

if TYPE_CHECKING:
    from storage.sealing.keybox import SealedKeybox
    from storage.sealing.keyring import Keyring

ARCHIVE = "archive"
"""Folder of the archive inside the data folder."""


def keyring_path(configuration: Configuration) -> Path | None:
    """Where the keyring is; None where none is configured. Raises ConfigurationError for a place inside of the data.

    Whoever takes the data folder must not have the keys with it.
    """
    named = configuration.settings.keys.keyring
    if named is None:
        return None
    path = Path(os.path.normpath((configuration.path.parent / named).absolute()))
    if path.resolve().is_relative_to(configuration.data_dir):
        raise ConfigurationError(
            f"keys.keyring: {path} lies inside of data_dir; whoever takes the data would have the keys: name another place"
        )
    return path


def open_keyring(configuration: Configuration) -> "Keyring | None":
    """None where none is configured. Raises ConfigurationError when it is configured and cannot be read."""
    path = keyring_path(configuration)
    if path is None:
        return None
    # The library of ciphers takes a while to load; who has no keyring does without it.
    from storage.sealing.keyring import Keyring

    return Keyring.load(path)


def open_archive(configuration: Configuration) -> "closing[SegmentArchive]":
    """The archive with its keys, closed at the end. Raises ConfigurationError."""
    folder, keyring = configuration.data_dir / ARCHIVE, open_keyring(configuration)
    return closing(SegmentArchive(folder, keks=keyring, sharing=shares(configuration)))


def shares(configuration: Configuration) -> bool:
    """Whether equal attachments are kept once: damage to one then hurts several mails, and a second copy heals it."""
    return bool(configuration.settings.backup.target)


def keybox(configuration: Configuration) -> "SealedKeybox":
    """Raises ConfigurationError where no keyring is configured."""
    from storage.sealing.keybox import SealedKeybox

    path = keyring_path(configuration)
    if path is None:
        raise ConfigurationError(
            f'{configuration.path}: no keyring is configured; write [keys] keyring = "keyring" (a place outside of data_dir)'
        )
    data = configuration.data_dir
    spools = [folder for name in configuration.channels for folder in sorted((data / name / "spool").glob("*"))]
    return SealedKeybox(path, data / ARCHIVE, spools)


def key_service(configuration: Configuration, books: Books) -> KeyService:
    return KeyService(box=keybox(configuration), books=books, clock=SystemClock())


def recovery_sheet(configuration: Configuration, new: NewSheet, *, passwords: bool) -> bytes:
    """The sheet as a PDF, two equal pages for two safes. It is printed, and kept nowhere. Raises RenderingError.

    Raises ConfigurationError when the passwords of the copies are to stand on it and one cannot be read.
    """
    from signing.render import TypstRenderer

    at = SystemClock().now()
    sheet = Sheet(
        installation=configuration.agency.key,
        agency=configuration.agency.name,
        made_at=at,
        new=new,
        targets=tuple(
            SheetTarget(
                name=one.name,
                address=one.address,
                restic=one.kind == "restic",
                password=one.password.reveal() if passwords and one.password is not None else "",
            )
            for one in configuration.settings.backup.target
        ),
    )
    return TypstRenderer(CONFIG).render(TEMPLATE, sheet_data(sheet), at=at)


def codes(configuration: Configuration, now: datetime) -> list[str]:
    """For health: the sheet was not tried for long, or the keyring cannot be read any more."""
    if configuration.settings.keys.keyring is None:
        return []
    try:
        return list(key_codes(_state(configuration), now))
    except ConfigurationError:
        return ["keyring-missing"]


def examine_keys(configuration: Configuration) -> Iterator[Finding]:
    """For `mailroom doctor`: what lies on the disk in clear is lawful, and worth a second look (R108)."""
    try:
        state = _state(configuration)
    except ConfigurationError as error:
        yield Finding("keys", ok=False, text=str(error))
        return
    if state is None:
        text = "none: the archive is not encrypted, and nothing is signed; see [keys] keyring and mailroom keys init"
        yield Finding("keys", ok=True, text=text)
    else:
        tried = f"{state.tested_at:%Y-%m-%d}" if state.tested_at else "never"
        yield Finding("keys", ok=True, text=f"key {state.newest} of {state.place}; recovery sheet tried: {tried}")
    below = encrypted(configuration.data_dir)
    words = {
        True: "data_dir lies on an encrypted volume",
        False: "data_dir lies on a volume that is not encrypted: the database can be read by whoever has the disk (LUKS)",
        None: "whether the volume of data_dir is encrypted cannot be told on this machine",
    }
    yield Finding("volume", ok=True, text=words[below])


def _state(configuration: Configuration) -> KeysState | None:
    return None if keyring_path(configuration) is None else keybox(configuration).state()


def sealer(keyring: "Keyring | None") -> Callable[[Path, Path], None] | None:
    """What writes a sealed copy of a file; None without a keyring."""
    if keyring is None:
        return None
    from storage.sealing.files import seal_file

    return partial(seal_file, keks=keyring)


def unlocked(ready: Path, *, keks: "Keyring | None") -> None:
    """Opens database and configuration of a copy that was arranged in a folder, where they are sealed. Raises BackupError.

    Raises ConfigurationError when it is sealed and there is no keyring, or not the right one.
    """
    from storage.sealing.files import is_sealed, open_file

    for file in filter(is_sealed, [ready / DATA / DATABASE_FILE, *ready.glob("*.toml")]):
        if keks is None:
            raise ConfigurationError(
                "this copy was sealed with a keyring that is not here; the recovery sheet opens it: mailroom restore asks for it"
            )
        opened = file.with_name(f"{file.name}.opened")
        open_file(file, opened, keks)
        opened.replace(file)
