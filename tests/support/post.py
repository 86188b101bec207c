"""Delivery on real books and a real archive: papers kept and issued, letters dispatched to a scripted sender."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from mailroom.domain.agency import Agency, OfficeHours
from mailroom.domain.decision import Classification, Decision, Kind, LetterMarks, Outcome, Secrecy
from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.licence import Act, Issuance, IssuanceState, Licence, LicenceContent, LicenceStatus
from mailroom.domain.message import Address, Envelope, Message
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.outgoing import OutgoingDraft, OutgoingEntry
from mailroom.domain.record import Event, Verdict
from mailroom.domain.service import Catalogue, Service
from mailroom.paths import CONFIG
from mailroom.services.delivery import Delivery
from mailroom.services.dispatch import Dispatcher
from mailroom.services.links import Links
from mailroom.services.reminders import Reminders
from mailroom.testing import FakeClock, RecordingSender
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.texts import load_composer

AGENCY = Agency(
    key="bantuayang",
    name="เทศบาลตำบลบ้านตัวอย่าง",
    name_en="Ban Tuayang Municipality",
    letter_prefix="อท 52301",
    phone="0 2000 0000",
    base_url="https://licence.agency.example",
    central_address="saraban@agency.example",
)
FOOD = Service(
    "food-shop",
    "ขอใบอนุญาตร้านอาหาร",
    name_en="Food shop licence",
    licence=True,
    licence_name="ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
)
CATALOGUE = Catalogue(services=(FOOD,))
HOURS = OfficeHours(
    open=time(8, 30),
    close=time(16, 30),
    days=frozenset(range(1, 6)),
    holidays=frozenset({date(2026, 12, 31), date(2027, 1, 1)}),
)
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""Monday, 10.00 in Thailand."""
PDF = b"%PDF-1.7 signed\r\n" + bytes(range(256)) * 20
CONTENT = LicenceContent(
    holder="นางสาวปิ่นแก้ว ใจดี",
    premises="ร้านป้าปุ้ยข้าวแกง",
    issued_on=date(2026, 1, 5),
    starts_on=date(2026, 1, 5),
    expires_on=date(2026, 12, 31),
)


def status_url(code: str) -> str:
    return f"{AGENCY.base_url}/l/{code}"


class Post:
    """Everything that brings a licence to its holder."""

    def __init__(self, folder: Path, *, largest_enclosure: int = 1_000_000) -> None:
        self.clock = FakeClock(START)
        self.books = SqlBooks(f"sqlite:///{folder / 'books.db'}", AGENCY.key)
        self.archive = SegmentArchive(folder / "archive")
        self.folder = folder
        self._requests = 0
        self.composer = load_composer(CONFIG)
        self.postman = RecordingSender()
        self.dispatcher = Dispatcher(
            "email", sender=self.postman, books=self.books, archive=self.archive, clock=self.clock
        )
        self.links = Links(books=self.books, archive=self.archive, clock=self.clock)
        self.delivery = Delivery(
            agency=AGENCY,
            catalogue=CATALOGUE,
            composer=self.composer,
            status_url=status_url,
            largest_enclosure=largest_enclosure,
            link_days=7,
        )

    def close(self) -> None:
        self.books.close()
        self.archive.close()

    def receive(self, *, channel: str = "email", secrecy: Secrecy = Secrecy.NONE, sender: str = "p@c.test") -> int:
        """A request in the log, decided; its row."""
        self._requests += 1
        envelope = Envelope(channel, "saraban@agency.example", f"INBOX/9/{self._requests}", START)
        message = Message(
            sender=Address("ปิ่นแก้ว", sender),
            subject="ขอใบอนุญาต",
            text="ขอ",
            message_id="<b@c.test>",
            references=("<a@c.test>",),
        )
        with self.books.begin() as uow:
            uow.messages.log([(envelope, self.archive.keep([b"raw"])[0])], START)
            (logged,) = uow.messages.pending(count=1, size=1)
            uow.messages.record(
                Verdict(
                    logged=logged,
                    message=message,
                    classification=Classification(Kind.REQUEST, marks=LetterMarks(secrecy=secrecy)),
                    decision=Decision(Outcome.ACCEPT, "no_objection"),
                    deemed_received_at=START,
                    processed_at=START,
                )
            )
            uow.commit()
        return logged.id

    def keep(self, content: bytes = PDF) -> Document:
        """A signed licence in the archive, not yet in the books."""
        kept = self.archive.keep([content])[0]
        return Document(
            digest=kept.digest,
            kind=DocumentKind.LICENCE,
            name="licence-food-shop-12-2569-1.pdf",
            media_type="application/pdf",
            size=kept.size,
            place=kept.place,
            created_at=self.clock.at,
        )

    def hand_over(self, pdf: bytes = PDF, **more: Any) -> tuple[OutboxItem, ...]:
        """Issue a paper: its document, its entry in the register of letters sent, and its letters, in one transaction."""
        document = self.keep(pdf)
        with self.books.begin() as uow:
            uow.documents.put(document)
            issued = issuance(document=document.digest, **more)
            entry = uow.outgoing.enter(self._draft(issued))
            letters = self.delivery.hand_over(uow, issued, document, entry, self.clock.at)
            uow.commit()
        return letters

    def _draft(self, issued: Issuance) -> OutgoingDraft:
        return OutgoingDraft(
            year=2569,
            dated=date(2026, 1, 5),
            sender=AGENCY.name,
            addressee=issued.content.holder,
            subject=f"ส่งใบอนุญาต เลขที่ {issued.number}",
            document=issued.document,
            message_id=issued.message_id,
            registered_at=self.clock.at,
        )

    def license(self, number: int = 12, **more: Any) -> Licence:
        """A licence in force."""
        facts: dict[str, Any] = {
            "id": 0,
            "service": FOOD.key,
            "number": f"{number}/2569",
            "code": f"7K3M9QXR{number:04}",
            "status": LicenceStatus.VALID,
            "status_since": self.clock.at,
            "version": 1,
            "content": CONTENT,
            "email": "pinkaew@citizen.test",
            "updated_at": self.clock.at,
        }
        with self.books.begin() as uow:
            licence = uow.licences.add(Licence(**(facts | more)))
            uow.commit()
        return licence

    def reminders(self, days: Sequence[int] = (60, 30, 7), hours: OfficeHours = HOURS) -> Reminders:
        return Reminders(
            books=self.books,
            clock=self.clock,
            agency=AGENCY,
            catalogue=CATALOGUE,
            hours=hours,
            composer=self.composer,
            status_url=status_url,
            days=days,
        )

    def item(self, item_id: str) -> OutboxItem:
        with self.books.look() as uow:
            item = uow.outbox.get(item_id)
        assert item is not None
        return item

    def events(self, message_id: int) -> list[Event]:
        with self.books.look() as uow:
            return uow.events.of_message(message_id)

    def entries(self) -> list[OutgoingEntry]:
        with self.books.look() as uow:
            return list(uow.outgoing.entries(None))


def issuance(**more: Any) -> Issuance:
    content = more.pop("content", CONTENT)
    facts: dict[str, Any] = {
        "id": 1,
        "act": Act.ISSUE,
        "service": FOOD.key,
        "state": IssuanceState.ISSUED,
        "content": content,
        "number": "12/2569",
        "code": "7K3M9QXR2V5T",
        "email": "pinkaew@citizen.test",
        "prepared_at": START,
        "changed_at": START,
    }
    return Issuance(**(facts | more))
