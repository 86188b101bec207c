"""Rebuilding, joined: an archive and a mailbox, and no database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from channels import CHANNELS
from mailroom.bootstrap.keys import ARCHIVE, open_keyring
from mailroom.bootstrap.noting import journalling
from mailroom.bootstrap.parts import SystemClock, open_books
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.services.delivery import EMAIL
from mailroom.services.keeping.rebuild import Rebuild, Rebuilt
from storage.archive import SegmentArchive
from storage.lock import FolderLock
from storage.scanning import Scanned


def rebuild(configuration: Configuration, watch: Callable[[int], None]) -> Rebuilt:
    """New books beside the archive. `watch` is told how many records were looked at.

    Raises ConfigurationError where there is a database, or nothing to rebuild from; StorageError, AlreadyRunningError.
    """
    database, segments = Path(configuration.database.removeprefix("sqlite:///")), configuration.data_dir / ARCHIVE
    if database.exists():
        raise ConfigurationError(f"{database} is there; move it away first, or restore a backup: that brings back more")
    if not (segments / "segments").is_dir():
        raise ConfigurationError(f"{segments} holds no archive; restore a backup: mailroom restore")
    settings = configuration.channels.get(EMAIL)
    if settings is None:
        raise ConfigurationError(f"{configuration.path}: there is no [channels.email]; its mail alone can be rebuilt")
    with ExitStack() as stack:
        stack.enter_context(FolderLock(configuration.data_dir))
        keyring = open_keyring(configuration)
        archive = stack.enter_context(closing(SegmentArchive(segments, keks=keyring)))
        reader = stack.enter_context(closing(CHANNELS[EMAIL].reader(settings, None)))
        books = stack.enter_context(open_books(configuration))
        journal = journalling(configuration, books, keyring) if keyring is not None else None
        if journal is not None:
            stack.enter_context(closing(journal))

        return Rebuild(
            books=books,
            archive=archive,
            records=partial(_watched, archive, watch),
            reader=reader,
            account=settings.public_address.lower(),
            own_addresses=settings.all_addresses,
            seal=keyring.seal if keyring is not None else None,
            reckon=journal.takeover.run if journal is not None else None,
            chat_magic=b"mailroom-chat/",
            clock=SystemClock(),
        ).run()


def _watched(archive: SegmentArchive, watch: Callable[[int], None]) -> Iterator[Scanned]:
    for count, record in enumerate(archive.scan(past_lost_keys=True), 1):
        watch(count)
        yield record
