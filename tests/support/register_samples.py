"""Register entries with their messages for tests of exports, and books that hold nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from mailroom.domain.backup import NumberVoid
from mailroom.domain.decision import (
    Classification,
    Decision,
    Kind,
    Letter,
    LetterMarks,
    Outcome,
    Reason,
    Secrecy,
    Urgency,
)
from mailroom.domain.message import Address, Attachment, Envelope, LoggedMessage, Message, Place
from mailroom.domain.record import MessageRecord, Reply
from mailroom.domain.register import RegisterDraft, RegisterEntry, RegisterNumber
from mailroom.domain.service import Catalogue, Service

START = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
"""17.05 น. on 20 พ.ย. 2569 in Thailand."""

CATALOGUE = Catalogue(
    services=(
        Service("food", "หนังสือรับรองการแจ้งจัดตั้งสถานที่จำหน่ายอาหาร", unit="กองสาธารณสุขและสิ่งแวดล้อม"),
        Service("build", "ใบอนุญาตก่อสร้างอาคาร", unit="กองช่าง"),
    )
)

SUBJECTS = (
    "ขออนุญาตขายก๋วยเตี๋ยวเรือหน้าบ้าน ต้องใช้เอกสารอะไรบ้าง และกี่วันจึงจะได้",
    "น้ำประปาหมู่ที่ ๓ ไม่ไหลมาแล้วห้าวัน ป้าข้างบ้านก็เดือดร้อน",
    "ขอความอนุเคราะห์สถานที่จัดโครงการพัฒนาคุณภาพชีวิตผู้สูงอายุตามแผนพัฒนาท้องถิ่นประจำปีงบประมาณ พ.ศ. ๒๕๗๐",
    "ส่งเอกสารเพิ่มเติม https://files.example.org/share/a8f3e2b1c9d04756/แบบบ้านชั้นเดียว-แก้ไขครั้งที่-2-final.pdf",
    "Request for a building permit: two-storey house, plot 1187/4, drawings attached",
)
SENDERS = (
    "นางสาวสมหญิง ใจดี <somying.jaidee@mail.example>",
    "ที่ว่าการอำเภอตัวอย่าง",
    "นายณัฐวุฒิ ศรีสุวรรณวิเชียร <nattawut.srisuwanwichian2531@long-company-name.example>",
    "ร้านก๋วยเตี๋ยวป้าญี่ปุ่น <yipun@shop.example>",
)
OUTCOMES = (Outcome.ACCEPT, Outcome.ACCEPT, Outcome.HOLD, Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL)


def message_record(number: int = 1, *, subject: str | None = None) -> MessageRecord:
    """A decided message; every field filled, varied by its number."""
    at = START + timedelta(minutes=37 * number)
    subject = SUBJECTS[number % len(SUBJECTS)] if subject is None else subject
    message = Message(
        sender=Address("สมหญิง ใจดี", "somying@mail.example"),
        subject=subject,
        text="เรียน นายก อบต. " + "ข้อความ " * 400,
        message_id=f"<{number}@mail.example>",
        attachments=(Attachment("แบบ.pdf", "application/pdf", "application/pdf", 12, "ab" * 32, False, 1),),
        defects=("charset-unknown: x-klingon",),
    )
    outcome = OUTCOMES[number % len(OUTCOMES)]
    service = ("food", "build", None)[number % 3]
    marks = LetterMarks(urgency=(Urgency.NORMAL, Urgency.NORMAL, Urgency.VERY_URGENT)[number % 3])
    return MessageRecord(
        logged=LoggedMessage(
            number, Envelope("email", "saraban", f"INBOX/7/{number}", at), f"{number:064x}", 900, Place("a", 0, 9)
        ),
        arrived_at=at,
        message=message,
        classification=Classification(Kind.REQUEST, service, marks=marks),
        decision=Decision(
            outcome,
            "one_service",
            (Reason("service-words", "ขายอาหาร"),),
            register=True,
            agency="การประปาส่วนภูมิภาค" if outcome is Outcome.REDIRECT_AGENCY else None,
        ),
        deemed_received_at=at + timedelta(hours=15),
        processed_at=at + timedelta(hours=15),
        number=RegisterNumber(2569, number),
        replies=(Reply(Letter.ACKNOWLEDGEMENT, "somying@mail.example", "sent", 1, "250 ok", at, at),),
    )


def register_entry(number: int = 1, *, subject: str | None = None, sender: str | None = None) -> RegisterEntry:
    """An entry as it was registered; every third one an official letter."""
    at = START + timedelta(minutes=37 * number)
    official = number % 3 == 2
    return RegisterEntry(
        RegisterNumber(2569, number),
        RegisterDraft(
            message_id=number,
            year=2569,
            letter_no="อท 0017.5/ว 4351" if official else "",
            dated=date(2026, 11, 18) if official else None,
            sender=SENDERS[number % len(SENDERS)] if sender is None else sender,
            addressee="นายกองค์การบริหารส่วนตำบลตัวอย่าง",
            subject=SUBJECTS[number % len(SUBJECTS)] if subject is None else subject,
            entered_system_at=at,
            deemed_received_at=at + timedelta(hours=15),
            registered_at=at + timedelta(hours=15),
            urgency=Urgency.VERY_URGENT if official else Urgency.NORMAL,
            secrecy=Secrecy.NONE,
        ),
    )


def line(
    number: int = 1, *, subject: str | None = None, sender: str | None = None
) -> tuple[RegisterEntry, MessageRecord]:
    """One line of the register with the message that it registers."""
    return register_entry(number, subject=subject, sender=sender), message_record(number, subject=subject)


def undecided(number: int = 1) -> MessageRecord:
    """A message in custody that nobody has read yet."""
    record = message_record(number)
    return MessageRecord(logged=record.logged, arrived_at=record.arrived_at)


def by_clerk(record: MessageRecord, outcome: Outcome, reason: str) -> MessageRecord:
    """The record after a clerk decided."""
    return replace(record, decision=Decision(outcome, "clerk"), decided_by="malee", clerk_reason=reason)


@dataclass
class ReadOnlyBooks:
    """Books that hold only what exports ask for. `lines` and `log` are made anew for each export."""

    lines: Iterable[tuple[RegisterEntry, MessageRecord]] = ()
    log: Iterable[MessageRecord] = ()
    lost: Iterable[NumberVoid] = ()
    years: list[int | None] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    """Messages of restricted cases."""

    def look(self) -> "ReadOnlyBooks":
        return self

    def __enter__(self) -> "ReadOnlyBooks":
        return self

    def __exit__(self, *_: object) -> None: ...

    @property
    def register(self) -> "ReadOnlyBooks":
        return self

    @property
    def messages(self) -> "ReadOnlyBooks":
        return self

    @property
    def keeping(self) -> "ReadOnlyBooks":
        return self

    @property
    def privacy(self) -> "ReadOnlyBooks":
        return self

    def restricted_messages(self) -> frozenset[int]:
        return self.hidden

    def secret(self) -> frozenset[int]:
        return frozenset()

    def voids(self) -> list[NumberVoid]:
        return list(self.lost)

    def entries(self, year: int | None) -> Iterator[tuple[RegisterEntry, MessageRecord]]:
        self.years.append(year)
        return iter(self.lines)

    def every(self) -> Iterator[MessageRecord]:
        return iter(self.log)
