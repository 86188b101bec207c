"""Values for tests of books, each with all that a column must carry."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mailroom.domain.case import Case, CaseState
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
from mailroom.domain.message import Address, Attachment, Envelope, Folder, Kept, LoggedMessage, Message, Place
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Verdict
from mailroom.domain.register import RegisterDraft, RegisterEntry
from mailroom.ports import Archive, Books, UnitOfWork

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
CHANNEL, ACCOUNT = "email", "saraban@agency.test"
YEAR = 2569


def envelope(external_id: str, at: datetime = NOW) -> Envelope:
    return Envelope(CHANNEL, ACCOUNT, external_id, at, Folder.INBOX, 100)


def kept(content: bytes, size: int | None = None) -> Kept:
    digest = hashlib.sha256(content).hexdigest()
    return Kept(digest, len(content) if size is None else size, Place("000001.seg", 0, len(content)))


def attachment(part: int = 1) -> Attachment:
    return Attachment("แผนที่.pdf", "application/pdf", "application/octet-stream", 123, "ab" * 32, False, part)


def message(text: str = "ขอใบอนุญาต", address: str = "somchai@example.test", **more: Any) -> Message:
    sender = Address("สมชาย ใจดี", address)
    facts: dict[str, Any] = {"sender": sender, "subject": "ขออนุญาตก่อสร้าง", "text": text, "message_id": "<m1@x.test>"}
    return Message(**(facts | more))


def full_message() -> Message:
    """Every field that the log keeps, set to something."""
    return message(
        in_reply_to=("<a@b>",),
        references=("<a@b>", "<c@d>"),
        senders=(Address("สมชาย", "somchai@example.test"), Address("", "two@example.test")),
        reply_to=(Address("ตอบ", "reply@example.test"),),
        recipients=(Address("", "saraban@agency.test"),),
        return_path="",
        sent_at=NOW - timedelta(hours=1),
        relayed_at=NOW - timedelta(minutes=1),
        content_type="multipart/mixed",
        report_type="delivery-status",
        has_html=True,
        attachments=(attachment(1), attachment(3)),
        defects=("charset-unknown: x-klingon",),
        fingerprint="f" * 64,
    )


def full_classification() -> Classification:
    marks = LetterMarks(
        letter_no="อท 52301/12",
        circular=True,
        dated=date(2026, 1, 2),
        subject="ขอความอนุเคราะห์",
        to="นายก",
        urgency=Urgency.WITHIN,
        urgent_within="5 มกราคม",
        secrecy=Secrecy.SECRET,
    )
    return Classification(Kind.OFFICIAL_LETTER, "build", "กรมอื่น", marks, (Reason("code", "detail"), Reason("bare")))


def decision(outcome: Outcome = Outcome.ACCEPT, *, register: bool = True, letter: Letter | None = None) -> Decision:
    return Decision(outcome, "a_rule", (Reason("r", "d"),), register, letter, "กรมอื่น")


def verdict(logged: LoggedMessage, said: Message, **more: Any) -> Verdict:
    facts: dict[str, Any] = {
        "classification": Classification(Kind.REQUEST, "build"),
        "decision": decision(),
        "deemed_received_at": logged.envelope.entered_system_at,
        "processed_at": NOW,
    }
    return Verdict(logged=logged, message=said, **(facts | more))


def draft(logged: LoggedMessage, year: int = YEAR, **more: Any) -> RegisterDraft:
    entered = logged.envelope.entered_system_at
    facts: dict[str, Any] = {"letter_no": "", "dated": None, "sender": "สมชาย", "addressee": "นายก", "subject": "ขอ"}
    times = {"entered_system_at": entered, "deemed_received_at": entered, "registered_at": NOW}
    return RegisterDraft(message_id=logged.id, year=year, **(facts | times | more))


def item(logged_id: int, key: int = 1, **more: Any) -> OutboxItem:
    facts: dict[str, Any] = {
        "id": f"{key:032x}",
        "message_id": logged_id,
        "channel": CHANNEL,
        "letter": Letter.ACKNOWLEDGEMENT,
        "to": "Somchai@example.test",
        "to_name": "สมชาย",
        "subject": "ตอบรับ",
        "text": "เลขรับ",
        "html": "<p>",
        "in_reply_to": "<m1@x.test>",
        "references": ("<m0@x.test>", "<m1@x.test>"),
        "created_at": NOW,
        "due_at": NOW,
    }
    return OutboxItem(**(facts | more))


def arrive(books: Books, *contents: bytes, at: datetime = NOW, apart: timedelta = timedelta()) -> list[LoggedMessage]:
    """Log contents and give back their rows, in order of arrival."""
    with books.begin() as uow:
        before = {record.logged.id for record in uow.messages.every()}
        arrivals = [
            (envelope(f"INBOX/1/{len(before) + n}", at + n * apart), kept(content))
            for n, content in enumerate(contents)
        ]
        uow.messages.log(arrivals, at)
        uow.commit()
    with books.look() as uow:
        return [record.logged for record in uow.messages.every() if record.logged.id not in before]


def keep_and_log(archive: Archive, books: Books, *contents: bytes) -> list[LoggedMessage]:
    """Like `arrive`, with the bytes really in an archive."""
    stored = archive.keep(list(contents))
    with books.begin() as uow:
        known = sum(1 for _ in uow.messages.every())
        uow.messages.log([(envelope(f"INBOX/1/{known + n}"), one) for n, one in enumerate(stored)], NOW)
        uow.commit()
    with books.look() as uow:
        return [record.logged for record in uow.messages.every()][known:]


def decide(uow: UnitOfWork, logged: LoggedMessage, said: Message, key: int | None = None, **more: Any) -> RegisterEntry:
    """Everything that follows from an accepted message; `key` is that of its letter."""
    chosen = decision(letter=Letter.ACKNOWLEDGEMENT if key is not None else None)
    uow.messages.record(verdict(logged, said, **({"decision": chosen} | more)))
    entry = uow.register.enter(draft(logged))
    uow.cases.open(Case(entry.number, logged.id, CaseState.OPEN, "build"))
    if key is not None:
        uow.outbox.put(item(logged.id, key, to=said.sender.address, text=f"เลขรับ {entry.number}"))
    uow.events.add("message.decided", NOW, message_id=logged.id, detail="accept")
    return entry
