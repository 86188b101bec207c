"""Checkpoints, witnesses and bundles, joined."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.bootstrap.keys import open_archive, open_keyring
from mailroom.bootstrap.parts import SystemClock, composer, open_books, texts
from mailroom.configuration import Configuration
from mailroom.domain.errors import MailroomError, RefusedActionError
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books, Clock
from mailroom.ports.evidence import EvidenceKey
from mailroom.services.delivery import EMAIL
from mailroom.services.evidence.bundle import Bundles
from mailroom.services.evidence.checkpoint import Checkpoints
from mailroom.services.evidence.files import write_checkpoints
from mailroom.services.evidence.proofs import Proofs
from mailroom.services.evidence.summary import Summary
from mailroom.services.evidence.witness import WitnessLetters
from signing import is_demo, open_time_stamps, trusted_certificates
from signing.render import TypstRenderer
from storage.case_rows import SqlCaseRows

log = structlog.get_logger(__name__)

TICK_SECONDS = 300
FOLDER = "evidence"
"""Of the data folder: checkpoints as files."""
READ_ME = CONFIG / "templates" / "bundle" / "READ-ME.txt"
PAGE = "/checkpoints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What closes days, and collects what others know of them."""

    configuration: Configuration
    books: Books
    checkpoints: Checkpoints
    proofs: Proofs

    def run(self) -> bool:
        """All that is due; whether letters came of it. What fails is tried again, and is an alarm after a day."""
        made = False
        for work in (self._close, self._collect, self.write):
            try:
                made = work() or made
            except MailroomError as error:
                log.warning("evidence.failed", work=work.__name__.strip("_"), error=type(error).__name__)
        return made

    def _close(self) -> bool:
        return self.checkpoints.close_day() is not None and bool(witnesses(self.configuration))

    def _collect(self) -> bool:
        self.proofs.collect()
        return False

    def write(self) -> bool:
        """Files in the data folder. Never letters."""
        write_checkpoints(self.books, self.configuration.data_dir / FOLDER)
        return False


def evidence(configuration: Configuration, books: Books, key: EvidenceKey, clock: Clock | None = None) -> Evidence:
    """Raises ConfigurationError when a certificate cannot be read."""
    clock, settings = clock or SystemClock(), configuration.settings
    page = f"{configuration.base_url}{PAGE}" if settings.evidence.publish and configuration.base_url else ""
    addresses = witnesses(configuration)
    letters = WitnessLetters(agency=configuration.agency, composer=composer(), addresses=addresses, page=page)
    return Evidence(
        configuration=configuration,
        books=books,
        checkpoints=Checkpoints(books=books, clock=clock, key=key, origin=configuration.agency.key, witnesses=letters),
        proofs=Proofs(books=books, clock=clock, stamp=_stamp(configuration), witnesses=addresses),
    )


def witnesses(configuration: Configuration) -> Sequence[str]:
    """Who gets letters; nobody where there is no mail."""
    return configuration.settings.evidence.witnesses if EMAIL in configuration.channels else ()


def _stamp(configuration: Configuration) -> Callable[[bytes], bytes] | None:
    return open_time_stamps(configuration.settings.signing, configuration.path.parent)


def required_key(configuration: Configuration) -> EvidenceKey:
    """Raises RefusedActionError `keyring-missing` where none is configured, ConfigurationError where it cannot be read."""
    key = open_keyring(configuration)
    if key is None:
        raise RefusedActionError("keyring-missing")
    return key


@contextmanager
def open_bundles(configuration: Configuration) -> Iterator[tuple[Books, Bundles]]:
    """For one command; the program may run beside it. Raises ConfigurationError, StorageError, RefusedActionError."""
    key = required_key(configuration)
    with open_books(configuration) as books, open_archive(configuration) as archive:
        yield books, bundles(configuration, books, archive, key)


def bundles(
    configuration: Configuration, books: Books, archive: Archive, key: EvidenceKey, clock: Clock | None = None
) -> Bundles:
    """Raises ConfigurationError."""
    signing, folder = configuration.settings.signing, configuration.path.parent
    return Bundles(
        books=books,
        archive=archive,
        clock=clock or SystemClock(),
        key=key,
        agency=configuration.agency,
        rows=SqlCaseRows(configuration.database, configuration.agency.key),
        renderer=TypstRenderer(CONFIG),
        summary=Summary(agency=configuration.agency, texts=texts(), demo=is_demo(signing, folder)),
        read_me=READ_ME.read_text(encoding="utf-8"),
        trusted=trusted_certificates(signing, folder),
    )


def chores(house: House) -> list[HouseChore]:
    """What the daemon does for it; nothing while there is no keyring to sign with."""
    key = open_keyring(house.configuration)
    if key is None:
        return []
    joined = evidence(house.configuration, house.books, key, house.clock)
    return [HouseChore("evidence", TICK_SECONDS, joined.run)]
