"""A workshop whose numbers are noted in a journal, and which can be lost and restored."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailroom.paths import CONFIG
from mailroom.ports.journal import Journal
from mailroom.services.acting import Actor
from mailroom.services.custody import Watch
from mailroom.services.desk import Desk
from mailroom.services.dispatch import Dispatcher
from mailroom.services.journal.claims import KnownNumbers, settle_lost
from mailroom.services.journal.journalling import Journalling
from mailroom.services.journal.pages import PageDesk
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing
from mailroom.services.rounds import Rounds
from mailroom.stages.judge import Judge
from mailroom.testing import RecordingSender
from mailroom.testing.journal import MemoryJournal
from storage.findings import Severity
from storage.sealing.keyring import Keyring, new_keyring
from storage.snapshot import DatabaseSnapshot
from storage.verify import Report, verify
from tests.support.texts import load_composer
from tests.support.workshop import AGENCY, CATALOGUE, HOURS, Letterbox, Workshop

KEY = new_keyring("age1test", datetime(2026, 1, 1, tzinfo=UTC))
POINT = "4af1"


class NotingOffice(Workshop):
    """One host. Mailbox, outgoing mail and journal are the world's, and outlive it."""

    def __init__(
        self,
        folder: Path,
        *,
        journal: Journal | None = None,
        key: Keyring = KEY,
        inbox: Letterbox | None = None,
        postman: RecordingSender | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder)
        self.folder = folder
        self.inbox = inbox or self.inbox
        self.postman = postman or self.postman
        self.watch = Watch(self.inbox, datetime(2020, 1, 1, tzinfo=UTC))
        self.place = journal or MemoryJournal()
        self.key = key
        desk = PageDesk(self.place, key, lambda page: (f"หน้า {page.seq} · page {page.seq}",))
        self.journal = Journalling(desk=desk, books=self.books, clock=self.clock, installation=AGENCY.key)
        known = KnownNumbers(key)
        letters = Letters(agency=AGENCY, catalogue=CATALOGUE, composer=load_composer(CONFIG))
        actor = Actor(agency=AGENCY, letters=letters, as_owed=known.as_sent)
        self.processing = Processing(
            archive=self.archive,
            readers=self.readers,
            books=self.books,
            judges={"email": Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)},
            actor=actor,
            clock=self.clock,
            announcements=self.announcements,
            recognise=known.match,
        )
        self.rounds = Rounds(
            custody=self.custody,
            processing=self.processing,
            books=self.books,
            clock=self.clock,
            before_numbers=self.journal.look,
        )
        self.dispatcher = Dispatcher(
            "email",
            sender=self.postman,
            books=self.books,
            archive=self.archive,
            clock=self.clock,
            before_letter=self.journal.before_letter,
        )
        self.desk = Desk(
            books=self.books, actor=actor, catalogue=CATALOGUE, announcements=self.announcements, clock=self.clock
        )

    def back_up(self, folder: Path) -> None:
        """A copy of everything, as a backup has it: books first."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        DatabaseSnapshot(f"sqlite:///{self.folder / 'books.db'}").copy_to(folder / "books.db")
        shutil.copytree(self.folder / "archive", folder / "archive")

    def restored(self, copy: Path, folder: Path, *, fenced: bool = True) -> "NotingOffice":
        """Another host with that copy, in the same world; this one is lost with all that it held."""
        shutil.copytree(copy, folder)
        other = NotingOffice(folder, journal=self.place, key=self.key, inbox=self.inbox, postman=self.postman)
        other.clock.at = self.clock.at
        if fenced:
            with other.books.begin() as uow:
                uow.keeping.require_fence(other.clock.now(), POINT)
                uow.commit()
        return other

    def settle(self) -> int:
        """How many numbers became void because no mailbox holds their messages."""
        return len(settle_lost(self.books, self.clock, [(self.inbox.channel, self.inbox.account)]))

    def numbers(self) -> dict[str, int]:
        """Number of each registered message, by its digest."""
        return {record.logged.digest: record.number.number for record in self.records() if record.number is not None}

    def verify(self) -> Report:
        return verify(self.folder / "archive", f"sqlite:///{self.folder / 'books.db'}", AGENCY.key)

    def faults(self) -> Sequence[str]:
        return [f"{one.subject}: {one.text}" for one in self.verify().findings if one.severity is Severity.FAULT]
