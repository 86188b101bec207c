"""The only package that joins ports to adapters.

What makes papers is in `mailroom.bootstrap.papers`, which is loaded only where papers are made.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from channels import CHANNELS, Finding
from mailroom.bootstrap.house import House, open_house
from mailroom.bootstrap.keys import open_keyring
from mailroom.bootstrap.noting import examine_journal
from mailroom.bootstrap.parts import SystemClock, announcements, login_address, open_books, sign_in, texts, wording
from mailroom.configuration import Configuration, load, warnings
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.evidence import Checkpoint
from mailroom.paths import CONFIG
from mailroom.ports import Books, Renderer
from mailroom.services.compliance import setup_lines
from mailroom.services.export import Export
from mailroom.stages.checkpoint import read_checkpoint
from signing import check
from storage.verify import Report
from storage.verify import verify as verify_storage

__all__ = [
    "House",
    "examine",
    "export",
    "load",
    "login_address",
    "open_books",
    "open_house",
    "sign_in",
    "verify",
    "warnings",
]


def export(configuration: Configuration, books: Books, *, thai_digits: bool) -> Export:
    return Export(
        books,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        wording=wording(thai_digits=thai_digits),
        renderer=_renderer,
        clock=SystemClock(),
    )


def _renderer() -> Renderer:
    from signing.render import TypstRenderer

    return TypstRenderer(CONFIG)


def verify(configuration: Configuration, checkpoints: Sequence[Path] = ()) -> Report:
    """The independent check of everything that is kept. Raises StorageError when there is nothing to check.

    `checkpoints` are files or mails from elsewhere. Raises ConfigurationError for what is none.
    """
    archive, keyring = configuration.data_dir / "archive", open_keyring(configuration)
    return verify_storage(
        archive,
        configuration.database,
        configuration.agency.key,
        keks=keyring,
        public=keyring.public if keyring else None,
        outside=[(path.name, _checkpoint(path)) for path in checkpoints],
    )


def _checkpoint(path: Path) -> Checkpoint:
    from mailroom.services.evidence.verifier import words_of

    try:
        return read_checkpoint(words_of(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: {error}; name a checkpoint as it was mailed or published") from error


def examine(configuration: Configuration) -> Iterator[Finding]:
    """Connect to everything that is configured, and say of each what works."""
    for name, settings in configuration.channels.items():
        yield from CHANNELS[name].check(settings, configuration.base_url)
    yield from check(configuration.settings.signing, configuration.path.parent)
    yield from examine_journal(configuration)
    with open_books(configuration) as books, books.look() as uow:
        lines = setup_lines(uow, SystemClock().now(), announcements(configuration), texts("en"))
    # Lawful, and the mail goes on: a line to read, not a failure (R20, R34).
    yield from (Finding("announcement", ok=True, text=line) for line in lines)
