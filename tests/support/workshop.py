"""The services on real books and a real archive, with a scripted mailbox, a plain reader and a scripted sender."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import BinaryIO

from mailroom.domain.agency import Agency, Announcement, OfficeHours
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import ChannelError, UnreadableError
from mailroom.domain.message import Address, Attachment, Envelope, Message
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue, OtherAgency, Service
from mailroom.paths import CONFIG
from mailroom.ports import Content, Known
from mailroom.services.acting import Actor
from mailroom.services.custody import Custody, Watch
from mailroom.services.desk import Desk
from mailroom.services.dispatch import Dispatcher
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing
from mailroom.services.rounds import Rounds
from mailroom.stages.judge import Judge
from mailroom.texts import load_composer
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks

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
class Hands:
    """A clock that is moved by hand."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at


@dataclass
class Letterbox:
    """A mailbox in memory; `fail` is raised at the next survey or mark."""

    channel: str = "email"
    account: str = "saraban@bantuayang.test"
    mails: dict[str, tuple[Envelope, bytes]] = field(default_factory=dict)
    marked: list[str] = field(default_factory=list)
    fail: ChannelError | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def put(self, raw: bytes, at: datetime = START) -> str:
        key = f"INBOX/1/{next(self._numbers)}"
        self.mails[key] = (Envelope(self.channel, self.account, key, at, size=len(raw)), raw)
        return key

    def survey(self, known: Known) -> list[Envelope]:
        self._break()
        seen = known(list(self.mails))
        return [envelope for key, (envelope, _) in self.mails.items() if key not in seen]

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        for envelope in envelopes:
            yield [(envelope, self.mails[envelope.external_id][1])]

    def mark_taken(self, external_ids: Sequence[str]) -> None:
        self._break()
        self.marked.extend(external_ids)

    def wait(self, seconds: float) -> bool:
        return False

    def close(self) -> None: ...

    def _break(self) -> None:
        if self.fail:
            error, self.fail = self.fail, None
            raise error


class LineReader:
    """Reads `sender|subject|text`; what starts with `!` makes it fail as a fault of our own would."""

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Message]:
        for source in sources:
            raw = source.read().decode()
            if raw.startswith("!"):
                raise RuntimeError(raw)
            sender, subject, text = raw.split("|", 2)
            address = Address("", sender)
            yield Message(
                sender=address, senders=(address,), subject=subject, text=text, message_id=f"<{hash(raw)}@x.test>"
            )

    def html(self, source: BinaryIO) -> str:
        return ""

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:
        raise UnreadableError("no parts")

    def close(self) -> None: ...


@dataclass
class Postman:
    """A sender that does what it is told next: a reply, or an error to raise."""

    script: list[str | ChannelError] = field(default_factory=list)
    sent: list[OutboxItem] = field(default_factory=list)

    async def send(self, item: OutboxItem) -> str:
        act = self.script.pop(0) if self.script else "250 ok"
        if isinstance(act, ChannelError):
            raise act
        self.sent.append(item)
        return act

    async def close(self) -> None: ...


class Workshop:
    """Everything joined as bootstrap joins it."""

    def __init__(self, folder: Path, *, announcement: Announcement | None = None) -> None:
        self.clock = Hands()
        self.books = SqlBooks(f"sqlite:///{folder / 'books.db'}", AGENCY.key)
        self.archive = SegmentArchive(folder / "archive")
        self.inbox = Letterbox()
        self.watch = Watch(self.inbox, datetime(2020, 1, 1, tzinfo=UTC))
        self.postman = Postman()
        letters = Letters(agency=AGENCY, catalogue=CATALOGUE, announcement=announcement, composer=load_composer(CONFIG))
        actor = Actor(agency=AGENCY, letters=letters)
        judge = Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)
        self.custody = Custody(archive=self.archive, books=self.books, clock=self.clock)
        self.processing = Processing(
            archive=self.archive,
            readers={"email": LineReader()},
            books=self.books,
            judges={"email": judge},
            actor=actor,
            clock=self.clock,
        )
        self.rounds = Rounds(custody=self.custody, processing=self.processing, books=self.books, clock=self.clock)
        self.dispatcher = Dispatcher("email", sender=self.postman, books=self.books, clock=self.clock)
        self.desk = Desk(
            books=self.books, actor=actor, catalogue=CATALOGUE, announcement=announcement, clock=self.clock
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
            self.inbox.put(raw.encode(), at + timedelta(seconds=number))
        self.rounds.receive(self.watch)
        return self.records()


Fixture = Callable[[], Workshop]
REQUEST = "somchai@citizen.test|ขออนุญาตขายอาหาร|ขอยื่นคำขอใบอนุญาตร้านอาหาร"
UNCLEAR = "somying@citizen.test|ขออนุญาต|ขอยื่นคำขอตามที่คุยกัน"
THANKS = "somsri@citizen.test|ขอบคุณ|ขอบคุณมากค่ะ"
