"""Books with many seeded Thai messages to search in: equal seeds give equal texts."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from bench.mailbox import FIRST_NAMES, LAST_NAMES, SENTENCES, SUBJECTS
from mailroom.domain.attachment_reading import AttachmentReading, ReadingState
from mailroom.domain.decision import Classification, Decision, Kind, LetterMarks, Outcome, Urgency
from mailroom.domain.message import Address, Attachment, Envelope, Folder, Kept, LoggedMessage, Message, Place
from mailroom.domain.record import Verdict
from mailroom.domain.register import RegisterDraft
from mailroom.ports import Books

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
CHANNEL, ACCOUNT = "email", "saraban@agency.example"
BATCH = 500
BODY, FILE = 600, 5_000
"""Characters of a body, and of the text of an attachment."""
WITH_FILE = 0.05
"""Share of messages that have an attachment with text."""

ONE, SOME, HALF = "เครื่องกรองน้ำประปาชำรุดพิเศษ", "ขุดลอกคูคลองสาธารณะ", "ขอความอนุเคราะห์ตรวจสอบ"
"""Stand in one body, in a hundredth of them, and in half of them."""
IN_FILE = "บัญชีรายการวัสดุก่อสร้างทดสอบ"
"""Stands in one attachment."""
RARE_NAME = "ศุภกฤตย์ พงษ์ธนานันท์"
"""The sender of one message."""

_CONSONANTS = "กขคงจชดตทนบปผพมยรลวสหอ"
_VOWELS = ("{}า{}", "{}ิ{}", "{}ี{}", "{}ุ{}", "{}ู{}", "เ{}{}", "แ{}{}", "โ{}{}", "{}อ{}", "{}ั{}")
_FINALS = ("", "ก", "ง", "น", "ม", "ย", "ว", "ด", "บ")


@dataclass(frozen=True, slots=True)
class Letter:
    """What one message says."""

    name: str
    address: str
    subject: str
    text: str
    file: str
    """Text of its attachment; empty where it has none."""


def letters(count: int, *, seed: int = 2569) -> Iterator[Letter]:
    """Sentences that recur among made-up words, whose frequencies fall off as those of a language do."""
    chance = random.Random(seed)
    words = [_word(chance) for _ in range(20_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    pool = iter(_drawn(chance, words, weights))
    for number in range(count):
        first = chance.choice(FIRST_NAMES) if chance.random() < 0.5 else next(pool) + next(pool)
        last = chance.choice(LAST_NAMES) if chance.random() < 0.3 else next(pool) + next(pool)
        name = RARE_NAME if number == count // 3 else f"{first} {last}"
        subject = f"{chance.choice(SUBJECTS)} {next(pool)}{next(pool)}"
        text = _text(chance, pool, BODY)
        text += f" {ONE}" if number == count // 2 else ""
        text += f" {SOME}" if number % 100 == 7 else ""
        text += f" {HALF}" if number % 2 else ""
        file = _text(chance, pool, FILE) if chance.random() < WITH_FILE or number == count // 4 else ""
        file += IN_FILE if number == count // 4 else ""
        yield Letter(name, f"user{chance.randrange(count * 2)}@example{number % 40}.test", subject, text, file)


def _word(chance: random.Random) -> str:
    return "".join(
        chance.choice(_VOWELS).format(chance.choice(_CONSONANTS), chance.choice(_FINALS))
        for _ in range(chance.choice((1, 1, 2, 2, 3)))
    )


def _drawn(chance: random.Random, words: list[str], weights: list[float]) -> Iterator[str]:
    while True:
        yield from chance.choices(words, weights, k=10_000)


def _text(chance: random.Random, pool: Iterator[str], length: int) -> str:
    """With a blank every few words, as Thai is written."""
    parts: list[str] = []
    written = 0
    while written < length:
        known = chance.random() < 0.15
        part = chance.choice(SENTENCES) if known else "".join(next(pool) for _ in range(chance.randrange(3, 9)))
        parts.append(part)
        written += len(part) + 1
    return " ".join(parts)


def fill(books: Books, count: int) -> None:
    """Log, decide and register the messages, and note what was read in their attachments."""
    source, chance = letters(count), random.Random(7)
    for start in range(0, count, BATCH):
        batch = list(islice(source, BATCH))
        at = START + timedelta(minutes=3 * start)
        arrivals = [(_envelope(start + n), _kept(start + n)) for n in range(len(batch))]
        with books.begin() as uow:
            uow.messages.log(arrivals, at)
            uow.commit()
        with books.begin() as uow:
            for logged, letter in zip(uow.messages.pending(count=BATCH, size=1 << 40), batch, strict=True):
                uow.messages.record(_verdict(logged, letter, chance))
                uow.register.enter(_draft(logged, letter))
                if letter.file:
                    uow.attachments.put(logged.id, 1, AttachmentReading(ReadingState.READ, letter.file), at)
            uow.commit()


def _envelope(number: int) -> Envelope:
    at = START + timedelta(minutes=3 * number)
    return Envelope(CHANNEL, ACCOUNT, f"INBOX/1/{number}", at, Folder.INBOX, 9)


def _kept(number: int) -> Kept:
    return Kept(hashlib.sha256(b"%d" % number).hexdigest(), 9, Place("000001.seg", 9 * number, 9))


def _verdict(logged: LoggedMessage, letter: Letter, chance: random.Random) -> Verdict:
    files = (Attachment("เอกสารแนบ.pdf", "application/pdf", "application/pdf", 9, "ab" * 32, False, 1),)
    message = Message(
        sender=Address(letter.name, letter.address),
        subject=letter.subject,
        text=letter.text,
        message_id=f"<{logged.id}@x.test>",
        attachments=files if letter.file else (),
    )
    urgency = Urgency.URGENT if chance.random() < 0.02 else Urgency.NORMAL
    outcome = chance.choices((Outcome.ACCEPT, Outcome.REDIRECT_AGENCY, Outcome.IGNORE, Outcome.HOLD), (80, 10, 8, 2))[0]
    return Verdict(
        logged=logged,
        message=message,
        classification=Classification(Kind.REQUEST, "build", marks=LetterMarks(urgency=urgency)),
        decision=Decision(outcome, "bench", register=True),
        deemed_received_at=logged.envelope.entered_system_at,
        processed_at=logged.envelope.entered_system_at,
    )


def _draft(logged: LoggedMessage, letter: Letter) -> RegisterDraft:
    at = logged.envelope.entered_system_at
    return RegisterDraft(
        message_id=logged.id,
        year=2569,
        letter_no="",
        dated=None,
        sender=letter.name,
        addressee="นายก",
        subject=letter.subject,
        entered_system_at=at,
        deemed_received_at=at,
        registered_at=at,
    )
