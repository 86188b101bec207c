"""Sealing what lies in the open, joined: the program stands still meanwhile."""

from functools import partial

from mailroom.bootstrap.keeping import keeping_lock
from mailroom.bootstrap.keys import ARCHIVE, open_keyring
from mailroom.bootstrap.parts import SystemClock
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.ports import Books
from mailroom.services.keeping.sealing import SealService
from storage.lock import FolderLock
from storage.resealing import ArchiveSealing
from storage.resealing_spool import SpoolSealing


def seal_service(configuration: Configuration, books: Books) -> SealService:
    """Raises ConfigurationError without a keyring."""
    keyring, data = open_keyring(configuration), configuration.data_dir
    if keyring is None:
        raise ConfigurationError(
            "there is no keyring to seal with; make one with `mailroom keys init`, and name it in [keys] keyring"
        )
    spools = [
        SpoolSealing(channel, folder.name, folder, keyring)
        for channel in configuration.channels
        for folder in sorted((data / channel / "spool").glob("*"))
        if folder.is_dir()
    ]
    return SealService(
        books=books,
        archive=ArchiveSealing(data / ARCHIVE, configuration.database, keyring),
        spools=spools,
        locks=(partial(FolderLock, data), partial(keeping_lock, data)),
        clock=SystemClock(),
    )
