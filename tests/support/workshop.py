"""The services on real books and a real archive, with a scripted mailbox, a plain reader and a scripted sender."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from mailroom.domain.agency import Agency, Announcement, OfficeHours
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import ChannelError
from mailroom.domain.message import Address, Envelope, Message
from mailroom.domain.record import MessageRecord, Reading
from mailroom.domain.service import Catalogue, OtherAgency, Service
from mailroom.paths import CONFIG
from mailroom.ports import Known, Reader
from mailroom.services.acting import Actor
from mailroom.services.announcements import Announcements
from mailroom.services.custody import Custody, Watch
from mailroom.services.desk import Desk
from mailroom.services.dispatch import Dispatcher
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing
from mailroom.services.rounds import Rounds
from mailroom.stages.judge import Judge
from mailroom.testing import FakeClock, PlainReader, RecordingSender, ScriptedInbox
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.texts import load_composer

AGENCY = Agency(
    key="bantuayang",
    name="เทศบาลตำบลบ้านตัวอย่าง",
    phone="0 2000 0000",
    addresses=frozenset({"saraban@bantuayang.test"}),
)
CATALOGUE = Catalogue(
    services=(
        Service("food-shop", "ใบอนุญาตร้านอาหาร", words=("ร้านอาหาร", "ขายอาหาร")),
        Service("noise", "ขอใช้เครื่องขยายเสียง"),
    ),
    agencies=(OtherAgency("กรมการกงสุล", ("หนังสือเดินทาง",), url="https://consular.example/"), OtherAgency("กรมเงียบ")),
)
HOURS = OfficeHours(open=time(8, 30), close=time(16, 30), days=frozenset(range(1, 6)))
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""Monday, 10.00 in Thailand."""
CLERK = Clerk(1, "malee", "มาลี")
OTHER_CLERK = Clerk(2, "chai", "ชัย")


@dataclass
class Letterbox(ScriptedInbox):
    """The scripted mailbox; `fail` is raised at the next survey or mark."""

    fail: ChannelError | None = None

    def deliver(self, raw: str, at: datetime = START) -> None:
        self.put(f"INBOX/1/{len(self.mails) + 1}", raw.encode(), at)

    def survey(self, known: Known) -> list[Envelope]:
        self._break()
        return super().survey(known)

    def mark_taken(self, external_ids: Sequence[str]) -> None:
        self._break()
        super().mark_taken(external_ids)

    def _break(self) -> None:
        if self.fail:
            error, self.fail = self.fail, None
            raise error


class LineReader(PlainReader):
    """Reads `sender|subject|text`; what starts with `!` makes it fail as a fault of our own would."""

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        for source in sources:
            raw = source.read().decode()
            if raw.startswith("!"):
                raise RuntimeError(raw)
            sender, subject, text = raw.split("|", 2)
            address = Address("", sender)
            yield Reading(Message(sender=address, senders=(address,), subject=subject, text=text))


class Workshop:
    """Everything joined as bootstrap joins it."""

    def __init__(self, folder: Path, *, announcement: Announcement | None = None) -> None:
        self.clock = FakeClock(START)
        self.books = SqlBooks(f"sqlite:///{folder / 'books.db'}", AGENCY.key)
        self.archive = SegmentArchive(folder / "archive")
        self.inbox = Letterbox(account="saraban@bantuayang.test")
        self.watch = Watch(self.inbox, datetime(2020, 1, 1, tzinfo=UTC))
        self.postman = RecordingSender()
        self.announcements = Announcements(announcement)
        letters = Letters(agency=AGENCY, catalogue=CATALOGUE, composer=load_composer(CONFIG))
        actor = Actor(agency=AGENCY, letters=letters)
        judge = Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)
        self.custody = Custody(archive=self.archive, books=self.books, clock=self.clock)
        self.readers: dict[str, Reader] = {"email": LineReader()}
        self.processing = Processing(
            archive=self.archive,
            readers=self.readers,
            books=self.books,
            judges={"email": judge},
            actor=actor,
            clock=self.clock,
            announcements=self.announcements,
        )
        self.rounds = Rounds(custody=self.custody, processing=self.processing, books=self.books, clock=self.clock)
        self.dispatcher = Dispatcher(
            "email", sender=self.postman, books=self.books, archive=self.archive, clock=self.clock
        )
        self.desk = Desk(
            books=self.books, actor=actor, catalogue=CATALOGUE, announcements=self.announcements, clock=self.clock
        )

    def close(self) -> None:
        self.books.close()
        self.archive.close()

    def records(self) -> list[MessageRecord]:
        with self.books.look() as uow:
            return list(uow.messages.every())

    def receive(self, *raws: str, at: datetime = START) -> list[MessageRecord]:
        """Deliver, and go one round; all records."""
        for number, raw in enumerate(raws):
            self.inbox.deliver(raw, at + timedelta(seconds=number))
        self.rounds.receive(self.watch)
        return self.records()


REQUEST = "somchai@citizen.test|ขออนุญาตขายอาหาร|ขอยื่นคำขอใบอนุญาตร้านอาหาร"
UNCLEAR = "somying@citizen.test|ขออนุญาต|ขอยื่นคำขอตามที่คุยกัน"
THANKS = "somsri@citizen.test|ขอบคุณ|ขอบคุณมากค่ะ"
