"""Sealing what lies in the open, joined: the program stands still meanwhile."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from channels import Finding
from mailroom.bootstrap.keeping import keeping_lock
from mailroom.bootstrap.keys import ARCHIVE, open_keyring, shares
from mailroom.bootstrap.parts import SystemClock
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.ports import Books
from mailroom.services.keeping.sealing import SealService
from storage.lock import FolderLock
from storage.resealing import ArchiveSealing
from storage.resealing_spool import SpoolSealing
from storage.sealing.keys import keys_of, open_segments


def seal_service(configuration: Configuration, books: Books) -> SealService:
    """Raises ConfigurationError without a keyring."""
    keyring, data = open_keyring(configuration), configuration.data_dir
    if keyring is None:
        raise ConfigurationError(
            "there is no keyring to seal with; make one with `mailroom keys init`, and name it in [keys] keyring"
        )
    spools = [SpoolSealing(channel, folder.name, folder, keyring) for channel, folder in _spools(configuration)]
    return SealService(
        books=books,
        archive=ArchiveSealing(data / ARCHIVE, configuration.database, keyring, sharing=shares(configuration)),
        spools=spools,
        locks=(partial(FolderLock, data), partial(keeping_lock, data)),
        clock=SystemClock(),
    )


def examine_seals(configuration: Configuration) -> Iterator[Finding]:
    """For `mailroom doctor`: what lies in the open although there is a keyring."""
    if configuration.settings.keys.keyring is None:
        return
    folders = [configuration.data_dir / ARCHIVE, *(folder for _, folder in _spools(configuration))]
    count = sum(len(open_segments(folder / "segments", keys_of(folder, None))) for folder in folders)
    if count:
        text = f"{count} segments from before the keyring lie in the open; stop the program, then run mailroom archive seal"
        yield Finding("archive", ok=True, text=text)


def _spools(configuration: Configuration) -> Iterator[tuple[str, Path]]:
    """Channel, and the folder of one of its accounts."""
    for channel in configuration.channels:
        for folder in sorted((configuration.data_dir / channel / "spool").glob("*")):
            if folder.is_dir():
                yield channel, folder
