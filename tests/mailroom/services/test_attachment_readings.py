"""Attachments are read behind the mail; one that is poison costs only itself, and nothing that waits is lost."""

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from channels.email.sandbox import SandboxedReader
from mailroom.attachments.reader import ConfinedAttachmentReader
from mailroom.domain.attachment_reading import AttachmentReading, ReadingState
from mailroom.domain.errors import MailroomError, UnreadableError
from mailroom.domain.message import Attachment, LoggedMessage
from mailroom.ports import Books, Reader
from mailroom.services.attachment_readings import MAX_ATTEMPTS, SILENT, AttachmentReadings, reading_codes
from mailroom.testing import FakeClock, MemoryArchive, MemoryBooks
from signing.confined import ConfinedLimits
from storage.unit_of_work import SqlBooks
from tests.support.attachment_zoo import word
from tests.support.book_values import keep_and_log, verdict


def mail(*files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "somchai@example.test", "ขออนุญาตก่อสร้าง"
    message.set_content("แนบเอกสารมาด้วย")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@dataclass
class ScriptedReader:
    """Reads text as it is. What begins with `!` raises an error of that kind; `is_ready` may be an error too."""

    is_ready: bool | MailroomError = True
    seen: list[str] = field(default_factory=list)
    closed: int = 0

    def ready(self) -> bool:
        if isinstance(self.is_ready, MailroomError):
            raise self.is_ready
        return self.is_ready

    def read(self, file: Attachment, content: bytes) -> AttachmentReading:
        self.seen.append(file.name)
        errors: dict[bytes, Exception] = {
            b"!unreadable": UnreadableError("x"),
            b"!fault": RuntimeError("x"),
            b"!all": MailroomError("x"),
        }
        if content in errors:
            raise errors[content]
        return AttachmentReading(ReadingState.READ, text=content.decode())

    def close(self) -> None:
        self.closed += 1


class Place:
    """Books, archive, a real reader of mail, and what reads attachments."""

    def __init__(self, books: Books, mails: SandboxedReader, reader: Any = None) -> None:
        self.books, self.archive, self.mails = books, MemoryArchive(), mails
        self.reader = reader or ScriptedReader()
        self.stopping = False
        self.readings = self.made()

    def made(self) -> AttachmentReadings:
        return AttachmentReadings(
            archive=self.archive,
            books=self.books,
            readers={"email": cast(Reader, self.mails)},
            reader=self.reader,
            clock=FakeClock(),
            stopping=lambda: self.stopping,
        )

    def receive(self, *files: tuple[str, bytes]) -> LoggedMessage:
        [logged] = keep_and_log(self.archive, self.books, mail(*files))
        with closing(self.archive.open(logged.place, logged.digest)) as source:
            [reading] = self.mails.read_many([source])
        with self.books.begin() as uow:
            uow.messages.record(verdict(logged, reading.message))
            uow.commit()
        return logged

    def of(self, logged: LoggedMessage) -> list[AttachmentReading]:
        with self.books.look() as uow:
            return list(uow.attachments.of_message(logged.id).values())


@pytest.fixture(scope="module")
def mails() -> Iterator[SandboxedReader]:
    with closing(SandboxedReader()) as reader:
        yield reader


@pytest.fixture
def place(mails: SandboxedReader) -> Place:
    return Place(MemoryBooks(), mails)


def text(said: str) -> AttachmentReading:
    return AttachmentReading(ReadingState.READ, text=said)


def test_the_latest_are_read_first_and_nothing_twice(place: Place) -> None:
    """In bounded runs, which go on where the last one ended; the reader ends with each."""
    first = place.receive(("a.txt", b"one"), ("b.txt", b"two"))
    second = place.receive(("c.txt", b"three"))
    assert place.readings.run(limit=2) == 2
    assert place.reader.seen == ["c.txt", "a.txt"]
    assert place.readings.run() == 1
    assert place.readings.run() == 0
    assert place.of(first) == [text("one"), text("two")]
    assert place.of(second) == [text("three")]
    assert place.reader.closed == 2


@pytest.mark.parametrize("poison", [b"!unreadable", b"!fault"])
def test_poison_costs_only_itself(place: Place, poison: bytes) -> None:
    """Those beside it are read; after three attempts it is shown as unreadable, and left alone."""
    logged = place.receive(("a.txt", b"one"), ("poison.txt", poison), ("c.txt", b"three"))
    assert place.readings.run() == 2
    for _ in range(MAX_ATTEMPTS - 1):
        assert place.of(logged) == [text("one"), AttachmentReading(ReadingState.BEGUN), text("three")]
        assert place.readings.run() == 0
    assert place.readings.run() == 1
    assert place.of(logged) == [text("one"), AttachmentReading(ReadingState.UNREADABLE), text("three")]
    assert place.reader.seen.count("poison.txt") == MAX_ATTEMPTS
    assert place.readings.run() == 0


def test_what_dies_of_an_attachment_counts_it(place: Place) -> None:
    """An attempt is on record before the work begins: the fourth does not happen."""

    class Dying(ScriptedReader):
        def read(self, file: Attachment, content: bytes) -> AttachmentReading:
            raise SystemExit

    logged = place.receive(("a.txt", b"one"))
    place.reader = Dying()
    for _ in range(MAX_ATTEMPTS):
        with suppress(SystemExit):
            place.made().run()
    assert place.made().run() == 1
    assert place.of(logged) == [AttachmentReading(ReadingState.UNREADABLE)]


def test_while_the_scanner_is_silent_everything_waits_and_somebody_is_told(place: Place) -> None:
    """No attempt is counted; once it answers, what waited is read."""
    logged = place.receive(("a.txt", b"one"))
    assert reading_codes(place.books) == []
    place.reader.is_ready = False
    for _ in range(MAX_ATTEMPTS + 1):
        assert place.readings.run() == 0
    assert place.of(logged) == [AttachmentReading(ReadingState.WAITS)]
    assert reading_codes(place.books) == [SILENT]
    place.reader.is_ready = True
    assert place.readings.run() == 1
    assert place.of(logged) == [text("one")]
    assert reading_codes(place.books) == []


def test_where_nothing_can_be_read_no_attachment_is_to_blame(place: Place) -> None:
    """The error comes through, and the reader is closed."""
    logged = place.receive(("a.txt", b"one"))
    place.reader.is_ready = MailroomError("the process does not start")
    with pytest.raises(MailroomError, match="does not start"):
        place.readings.run()
    assert place.of(logged) == []
    assert place.reader.closed == 1
    place.receive(("b.txt", b"!all"))
    place.reader.is_ready = True
    with pytest.raises(MailroomError, match="x"):
        place.readings.run()


def test_a_stop_ends_a_run_between_messages(place: Place) -> None:
    """What is left is read next time."""
    place.receive(("a.txt", b"one"))
    place.stopping = True
    assert place.readings.run() == 0
    place.stopping = False
    assert place.readings.run() == 1


def test_a_damaged_archive_and_a_channel_that_is_gone_are_no_end(place: Place) -> None:
    """They cost attempts of their own attachments."""
    damaged = place.receive(("a.txt", b"one"))
    place.archive.contents[0] = b"other bytes"
    fine = place.receive(("b.txt", b"two"))
    assert place.readings.run() == 1
    assert place.of(fine) == [text("two")]
    assert place.of(damaged) == [AttachmentReading(ReadingState.BEGUN)]


def test_read_by_the_real_reader(mails: SandboxedReader, tmp_path: Path) -> None:
    """From the mail in the archive to the words of a document within it."""
    confined = ConfinedAttachmentReader(ConfinedLimits(seconds=60, memory=1 << 30))
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'm.db'}", "agency")) as books:
        place = Place(books, mails, confined)
        logged = place.receive(("คำขอ.docx", word("คำขออนุญาตก่อสร้าง")))
        assert place.readings.run() == 1
        [reading] = place.of(logged)
        assert "คำขออนุญาตก่อสร้าง" in reading.text
