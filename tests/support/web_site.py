"""An agency's mail room behind the clerks' pages: in memory, or with the real database and archive."""

import hashlib
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import uvicorn

from mailroom.domain.agency import Agency, Announcement
from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Classification, Decision, Kind, Letter, LetterMarks, Outcome, Reason
from mailroom.domain.errors import UnreadableError
from mailroom.domain.message import Address, Attachment, Envelope, LoggedMessage, Message
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.record import MessageRecord, Verdict
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Catalogue, OtherAgency, RequiredDocument, Service
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books
from mailroom.services.acting import Actor
from mailroom.services.announcements import Announcements
from mailroom.services.audit import Audit
from mailroom.services.corrections import Corrections
from mailroom.services.desk import Desk
from mailroom.services.health import health
from mailroom.services.letters import Letters
from mailroom.services.model_shelf import ModelShelf
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.services.sign_in import Passwords, SignIn
from mailroom.services.signing_alarms import SigningAlarms
from mailroom.services.understanding import Understanding
from mailroom.settings import LearningSection, WebSection
from mailroom.testing import FakeClock, MemoryArchive, MemoryBooks
from mailroom.texts import load_texts
from mailroom.web.app import NO_ADDRESSES, Addresses, application
from mailroom.web.site import ChatLook, LearningOffice, PaperOffice
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.texts import load_composer

PASSWORD = "รหัสผ่าน-ยาวพอ-2569"
PASSWORDS = Passwords()
KEPT = PASSWORDS.hash(PASSWORD)
CHROMIUM = shutil.which("chromium")

ACCOUNT = "saraban@example.go.th"
ANNOUNCEMENT = Announcement(date(2026, 1, 1), ("email",))
AGENCY = Agency(key="klong", name="องค์การบริหารส่วนตำบลคลองใหม่")
NO_MODELS = ModelShelf(Path("there-are-no-models"))
MORNING = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Files = tuple[tuple[str, str, bytes], ...]
"""Name, media type and content of attachments."""


@dataclass
class ScriptedReader:
    """Answers by the raw bytes that it is shown."""

    htmls: dict[bytes, str] = field(default_factory=dict)
    parts: dict[bytes, list[tuple[Attachment, bytes]]] = field(default_factory=dict)

    def learn(
        self, row: int, message: Message, html: str, files: tuple[tuple[str, str, bytes], ...]
    ) -> tuple[bytes, Message]:
        """Raw bytes that stand for the message, and the message complete with HTML and files."""
        raw = f"Subject: {row}\r\n\r\nต้นฉบับ {row}\r\n".encode()
        leaves = [
            (Attachment(name, kind, kind, len(content), hashlib.sha256(content).hexdigest(), False, part), content)
            for part, (name, kind, content) in enumerate(files)
        ]
        self.htmls[raw], self.parts[raw] = html, leaves
        return raw, replace(message, has_html=bool(html), attachments=tuple(leaf for leaf, _ in leaves))

    def html(self, source: BinaryIO) -> str:
        return self.htmls.get(source.read(), "")

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:
        found = self.parts.get(source.read(), [])
        if part >= len(found):
            raise UnreadableError("no such part")
        return found[part]


CATALOGUE = Catalogue(
    services=(
        Service("building-permit", "ใบอนุญาตก่อสร้างอาคาร"),
        Service(
            "food-shop",
            "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
            documents=(RequiredDocument("สำเนาบัตรประจำตัวประชาชน"), RequiredDocument("แผนที่ตั้งร้าน")),
        ),
    ),
    agencies=(
        OtherAgency("เทศบาลเมืองตัวอย่าง", email="saraban@city.example"),
        OtherAgency("หน่วยงานที่ติดต่อไม่ได้"),
    ),
)

HOLD = Decision(Outcome.HOLD, "no_single_service", (Reason("no-single-service"),), register=True, letter=Letter.HELD)
SENDER = Address("นายสมชาย รักถิ่น", "somchai@example.com")


class Site:
    """The pages over given books and archive and the real desk, with one clerk; only reading is scripted."""

    def __init__(
        self,
        *,
        books: Books,
        archive: Archive,
        base_url: str = "",
        catalogue: Catalogue = CATALOGUE,
        clock: FakeClock | None = None,
        papers: PaperOffice | None = None,
        incoming: ReceivingDesk | None = None,
        alarms: SigningAlarms | None = None,
        chat: ChatLook | None = None,
        private: Addresses = NO_ADDRESSES,
    ) -> None:
        self._books, self._archive = books, archive
        self.problems: list[str] = []
        self.reader, self.clock = ScriptedReader(), clock or FakeClock(MORNING)
        letters = Letters(agency=AGENCY, catalogue=catalogue, composer=COMPOSER)
        self._actor = Actor(agency=AGENCY, letters=letters)
        readers: Any = {"email": self.reader, "line": self.reader}
        self.sign_in = SignIn(
            books=books, clock=self.clock, idle=timedelta(minutes=30), absolute=timedelta(hours=10), passwords=PASSWORDS
        )
        with books.begin() as uow:
            uow.clerks.add("somying", "สมหญิง ใจดี", KEPT)
            uow.accounts.polled("email", ACCOUNT, self.clock.at - timedelta(minutes=2), "")
            uow.commit()
        self.audit = Audit(
            books=books, clock=self.clock, agency=AGENCY.key, catalogue=catalogue, settings=LearningSection()
        )
        self.app = application(
            books=books,
            archive=archive,
            readers=readers,
            desk=Desk(
                books=books,
                actor=self._actor,
                catalogue=catalogue,
                announcements=Announcements(ANNOUNCEMENT),
                clock=self.clock,
            ),
            agency=AGENCY,
            catalogue=catalogue,
            texts=TEXTS,
            settings=WebSection(base_url=base_url),
            clock=self.clock,
            health=lambda: health(
                books, self.clock, others=lambda: [*self.problems, *(alarms.codes() if alarms else ())]
            ),
            alarms=alarms.remarks if alarms else list,
            sign_in=self.sign_in,
            papers=papers,
            incoming=incoming,
            chat=chat,
            private=private,
            learning=LearningOffice(
                understanding=Understanding(agency=AGENCY, catalogue=catalogue, shelf=NO_MODELS),
                corrections=Corrections(books=books, clock=self.clock, catalogue=catalogue),
                audit=self.audit,
            ),
        )

    def receive(
        self,
        message: Message,
        html: str = "",
        files: Files = (),
        *,
        classification: Classification | None = None,
        decision: Decision | None = HOLD,
        replies: tuple[dict[str, Any], ...] = (),
        clerk: tuple[str, str] | None = None,
        came: tuple[str, str, str] | None = None,
        follows: RegisterNumber | None = None,
    ) -> int:
        """A message taken in and decided (by default held and numbered), last by a clerk with a reason. Its row.

        `came` is channel, account and external id of what is no mail.
        """
        row = self._counted()
        raw, complete = self.reader.learn(row, message, html, files)
        entered = self.clock.at - timedelta(minutes=1000 - row)
        envelope = Envelope(*(came or ("email", ACCOUNT, f"INBOX/1/{row}")), entered, size=len(raw))
        with self._books.begin() as uow:
            uow.messages.log([(envelope, self._archive.keep([raw])[0])], entered)
            [logged] = uow.messages.pending(count=1, size=1)
            if decision:
                kind = classification or Classification(Kind.REQUEST)
                self._actor.carry_out(replace(self._verdict(logged, complete, kind, decision), follows=follows), uow)
            for reply in replies:
                uow.outbox.put(OutboxItem(id=secrets.token_hex(8), message_id=logged.id, **reply))
            if clerk and decision:
                uow.messages.decide_anew(logged.id, decision, Clerk(9, clerk[0], ""), clerk[1])
            uow.commit()
        return logged.id

    def clear(self, username: str = "somying", *, cleared: bool = True) -> None:
        """Name a clerk for secret matter, or take that back (R58)."""
        with self._books.begin() as uow:
            assert uow.clerks.clear(username, self.clock.at, "cli:root", cleared=cleared)
            uow.commit()

    def _counted(self) -> int:
        with self._books.look() as uow:
            return uow.queue.counts()["all"] + 1

    def _verdict(self, logged: LoggedMessage, message: Message, kind: Classification, decision: Decision) -> Verdict:
        return Verdict(
            logged=logged,
            message=message,
            classification=kind,
            decision=decision,
            deemed_received_at=logged.envelope.entered_system_at + timedelta(hours=5),
            processed_at=self.clock.at,
        )

    def record(self, row: int) -> MessageRecord:
        with self._books.look() as uow:
            record = uow.messages.get(row)
        assert record is not None
        return record

    def decided(self, row: int) -> tuple[str, str, str, str | None]:
        """Outcome, clerk and reason of the decision in force, and the service or agency that it names."""
        record = self.record(row)
        assert record.decision is not None
        assert record.classification is not None
        named = record.decision.agency or record.classification.service
        return (str(record.decision.outcome), record.decided_by, record.clerk_reason, named)


class Office(Site):
    """All in memory: `books.shelf`, `archive` and `clock` to look at and to set."""

    def __init__(
        self,
        base_url: str = "",
        incoming: ReceivingDesk | None = None,
        chat: ChatLook | None = None,
        catalogue: Catalogue = CATALOGUE,
    ) -> None:
        self.books, self.archive = MemoryBooks(), MemoryArchive()
        super().__init__(
            books=self.books,
            archive=self.archive,
            base_url=base_url,
            incoming=incoming,
            chat=chat,
            catalogue=catalogue,
        )

    @property
    def events(self) -> list[tuple[str, int | None, str, str]]:
        return [(one.name, one.message_id, one.actor, one.detail) for one in self.books.shelf.events]


class FiledOffice(Site):
    """All on disk."""

    def __init__(self, folder: Path, chat: ChatLook | None = None) -> None:
        self.books = SqlBooks(f"sqlite:///{folder / 'mailroom.db'}", AGENCY.key)
        self._segments = SegmentArchive(folder / "archive")
        super().__init__(books=self.books, archive=self._segments, chat=chat)

    def close(self) -> None:
        self._segments.close()
        self.books.close()


TEXTS = load_texts(CONFIG)
COMPOSER = load_composer(CONFIG)


def letter(
    subject: str = "ขออนุญาตก่อสร้างบ้านพักอาศัย", text: str = "เรียน นายก อบต.\n\nข้าพเจ้าขออนุญาต", **more: Any
) -> Message:
    return Message(sender=more.pop("sender", SENDER), subject=subject, text=text, message_id="<a1@example.com>", **more)


def marked(kind: Kind = Kind.OFFICIAL_LETTER, **marks: Any) -> Classification:
    return Classification(kind, marks=LetterMarks(**marks))


def reply(state: str, text: str = "") -> dict[str, Any]:
    """A letter in the outbox, in that state, with the other side's answer."""
    return {
        "channel": "email",
        "letter": Letter.ACKNOWLEDGEMENT,
        "to": SENDER.address,
        "subject": "ได้รับเรื่องของท่านแล้ว",
        "text": "",
        "created_at": MORNING,
        "due_at": MORNING,
        "state": OutboxState(state),
        "attempts": 2,
        "reply": text,
        "sent_at": MORNING if state == "sent" else None,
    }


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application over real HTTP on the loopback; its address."""
    config = uvicorn.Config(app, port=0, log_level="warning", server_header=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    ready = threading.Event()
    starting = server.startup

    async def startup(sockets: Any = None) -> None:
        await starting(sockets)
        ready.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(20)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
