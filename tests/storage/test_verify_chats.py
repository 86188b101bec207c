"""What was delivered, what became of it, and what was said to whom: the checker names each difference."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.card import Card
from mailroom.domain.chat import ChatContent, ChatEvent, ContentState, ConversationState
from mailroom.domain.decision import Letter
from mailroom.domain.message import Address, Envelope
from mailroom.domain.outbox import OutboxItem
from storage.archive import SegmentArchive
from storage.driver import sqlite_module
from storage.findings import Severity
from storage.sealing.kek import KeyEncryptionKeys
from storage.spool import SegmentSpool
from storage.unit_of_work import SqlBooks
from storage.verify_chats import ChatCheck
from tests.support.book_values import NOW, decide, item, keep_and_log, message
from tests.support.chat_values import (
    ACCOUNT,
    CHANNEL,
    OTHER,
    PERSON,
    SECOND,
    conversation,
    event,
    full_person,
    picture,
    said,
)
from tests.support.checked_storage import CheckedStorage

PICTURE = b"\x89PNG" * 1000


@dataclass
class Line:
    """A channel's folder and books, filled as the program fills them."""

    folder: Path
    books: SqlBooks
    spool: SegmentSpool

    def deliver(self, *events: ChatEvent, wrapped: str = "") -> None:
        """Spool one delivery of these events, and take it into the books."""
        raws = [json.dumps({"webhookEventId": one.id, "n": wrapped}, ensure_ascii=False) for one in events]
        body = f'{{"destination":"{wrapped}","events":[{",".join(raws)}]}}'.encode()
        self.spool.keep(body, NOW, 30)
        with self.books.begin() as uow:
            chats = uow.chats(CHANNEL, ACCOUNT)
            [*_, spooled] = self.spool.after(chats.cursor())
            chats.add([replace(one, raw=raw, delivery=spooled.digest) for one, raw in zip(events, raws, strict=True)])
            chats.advance(spooled.place)
            uow.commit()

    def converse(self, *conversations: tuple[Any, Sequence[str]]) -> None:
        with self.books.begin() as uow:
            chats = uow.chats(CHANNEL, ACCOUNT)
            for one, events in conversations:
                chats.save(one)
                for event_id in events:
                    chats.handled(event_id, one.id)
            uow.commit()

    def fetched(self, event_id: str) -> None:
        folder = self.folder / "content"
        folder.mkdir(exist_ok=True)
        (folder / event_id).write_bytes(PICTURE)
        digest = hashlib.sha256(PICTURE).hexdigest()
        content = ChatContent(state=ContentState.KEPT, file=event_id, size=len(PICTURE), sha256=digest)
        with self.books.begin() as uow:
            uow.chats(CHANNEL, ACCOUNT).save_content(event_id, content)
            uow.commit()


def take(books: SqlBooks, archive: SegmentArchive, external_id: str, sender: str) -> int:
    """One submission in custody, decided and numbered; its row."""
    [kept] = archive.keep([os.urandom(500)])
    with books.begin() as uow:
        uow.messages.log([(Envelope(CHANNEL, ACCOUNT, external_id, NOW), kept)], NOW)
        [logged] = uow.messages.pending(count=9, size=10**6)
        decide(uow, logged, message(sender=Address("", sender)), logged.id)
        uow.commit()
    return logged.id


@pytest.fixture
def line(tmp_path: Path, sql_books: SqlBooks, keks: KeyEncryptionKeys | None) -> Iterator[Line]:
    """e1 and e2 of somebody in one submission, e3 waits closed with its picture, e4 of somebody else is open."""
    spool = SegmentSpool(tmp_path / CHANNEL / "spool" / ACCOUNT, keks=keks)
    line = Line(tmp_path / CHANNEL, sql_books, spool)
    line.deliver(event(1), event(2))
    line.deliver()
    line.deliver(picture(3, person=OTHER), event(4))
    line.deliver(event(5, message=None, person=""))
    line.deliver(event(1, redelivered=True), event(2, redelivered=True), wrapped="again")
    line.fetched("e3")
    documents = ((0, "e2"),)
    line.converse(
        (conversation(1, state=ConversationState.TAKEN, documents=documents), ["e1", "e2"]),
        (conversation(3, state=ConversationState.CLOSED, person=OTHER), ["e3"]),
        (conversation(4), ["e4"]),
    )
    yield line
    spool.close()


@pytest.fixture
def installed(tmp_path: Path, database: str, line: Line, keks: KeyEncryptionKeys | None) -> Iterator[CheckedStorage]:
    """Two mails and one submission, numbered and answered."""
    archive = SegmentArchive(tmp_path / "archive", keks=keks)
    first, second = keep_and_log(archive, line.books, b"1", b"2")
    with line.books.begin() as uow:
        decide(uow, first, message(address="Somsri@example.test"), first.id)
        decide(uow, second, message(address="other@example.test"), second.id)
        uow.commit()
    take(line.books, archive, "e1", PERSON)
    yield CheckedStorage(tmp_path / "archive", database, archive, keks=keks)
    archive.close()


def prompt(key: int, text: str, **more: Any) -> OutboxItem:
    """A turn of a dialogue with the person."""
    return item(0, 500 + key, message_id=None, channel=CHANNEL, letter=Letter.PROMPT, to=PERSON, text=text, **more)


def put(books: SqlBooks, *items: OutboxItem) -> None:
    with books.begin() as uow:
        for one in items:
            uow.outbox.put(one)
        uow.commit()


def test_conversations_in_order_are_said_to_be(installed: CheckedStorage) -> None:
    """No finding, and the counts of what was looked at; a delivery without events, or of known ones, is in order."""
    report = installed.verify()
    assert report.findings == ()
    counted = {name: report.counts[name] for name in ("conversations", "events", "deliveries")}
    assert counted == {"conversations": 3, "events": 5, "deliveries": 5}


FAULTS = {
    "no message": (
        "UPDATE conversation SET state = 'taken' WHERE conversation = 'e3'",
        "conversation e3: it is taken, but the log has no message of it",
    ),
    "not complete": (
        "UPDATE conversation SET state = 'dropped' WHERE conversation = 'e1'",
        "conversation e1: message 3 was made of it, but it is dropped",
    ),
    "unknown state": (
        "UPDATE conversation SET state = 'gone' WHERE conversation = 'e4'",
        "conversation e4: it has the unknown state gone",
    ),
    "empty": (
        "UPDATE chat_event SET conversation = '' WHERE event_id = 'e3'",
        "conversation e3: no event belongs to it",
    ),
    "headless": (
        "UPDATE chat_event SET event_id = 'other' WHERE event_id = 'e4'",
        "conversation e4: the event with which it began is not in the books",
    ),
    "document elsewhere": (
        "UPDATE chat_event SET conversation = 'e4' WHERE event_id = 'e2'",
        "conversation e1: the event e2, which brought a document, does not belong to it",
    ),
    "no conversation": (
        "DELETE FROM conversation WHERE conversation = 'e1'",
        "message 3: it was said in a conversation that is not in the books",
    ),
    "lost conversation": (
        "DELETE FROM conversation WHERE conversation = 'e1'",
        "event e1: its conversation e1 is not in the books",
    ),
    "somebody else": (
        "UPDATE chat_event SET conversation = 'e4' WHERE event_id = 'e3'",
        "event e3: it belongs to the conversation e4 of somebody else",
    ),
    "not acted on": (
        "UPDATE chat_event SET handled = 0 WHERE event_id = 'e4'",
        "event e4: it belongs to the conversation e4, but was not acted on",
    ),
    "taken back": (
        f"INSERT INTO chat_unsend VALUES ('agency', 'line', '{ACCOUNT}', 'm2', '2026-01-05')",
        "event e2: its message was taken back, but is not marked so",
    ),
    "content state": (
        "UPDATE chat_event SET content_state = 'lost' WHERE event_id = 'e3'",
        "event e3: its content has the unknown state lost",
    ),
    "lost event": (
        "DELETE FROM chat_event WHERE event_id IN ('e3', 'e4')",
        "it is kept in the spool, but its events are not in the books",
    ),
    "lost duplicate": (
        "UPDATE chat_event SET event_id = 'other' WHERE event_id = 'e2'",
        "it is kept in the spool, but its events are not in the books",
    ),
    "other words": (
        "UPDATE chat_event SET raw = 'ฉบับอื่น' WHERE event_id = 'e5'",
        "the event e5 stands in it in other words than in the books",
    ),
    "not delivered": (
        "UPDATE chat_event SET delivery = 'abcdef0123456789' WHERE event_id = 'e5'",
        "delivery abcdef0123456789: its events are in the books, but the spool of line @agency lost it",
    ),
    "place": (
        "UPDATE chat_cursor SET place = 'nowhere'",
        "the spool of line @agency: nothing in it can be found by its place 'nowhere'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named(installed: CheckedStorage, name: str) -> None:
    """What was changed behind the program's back is found, and told in words."""
    change, text = FAULTS[name]
    installed.change("PRAGMA foreign_keys = OFF", change)
    faults = installed.faults()
    assert any(text in one for one in faults), faults


def test_two_open_conversations_of_one_person_are_named(installed: CheckedStorage) -> None:
    """Even when no index forbids them any more."""
    installed.change(
        "DROP INDEX uq_conversation_open",
        "UPDATE conversation SET state = 'open', person = 'U1' WHERE conversation > 'e1'",
    )
    assert any("person U1: 2 conversations are open at once" in one for one in installed.faults())


@pytest.mark.parametrize("damage", ["missing", "shorter", "other"])
def test_a_content_that_is_not_whole_is_named(installed: CheckedStorage, line: Line, damage: str) -> None:
    """What was fetched, and is in no archive yet, is byte for byte in its file."""
    path = line.folder / "content" / "e3"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(PICTURE[:-1] + (b"" if damage == "shorter" else b"x"))
    [fault] = installed.faults()
    assert fault.startswith(f"event e3: its content is not whole in {path}")


def test_a_content_that_is_taken_meanwhile_is_in_order(
    installed: CheckedStorage, line: Line, sql_books: SqlBooks
) -> None:
    """A running program may take the conversation, and remove the file, after the check began."""
    path = installed.database.removeprefix("sqlite:///")

    def opened() -> Any:
        connection = sqlite_module().connect(path, isolation_level=None)
        connection.row_factory = sqlite_module().Row
        return connection

    early = opened()
    early.execute("BEGIN")
    early.execute("SELECT 1 FROM chat_event").fetchall()
    (line.folder / "content" / "e3").unlink()
    line.converse((conversation(3, state=ConversationState.TAKEN, person=OTHER), []))
    check = ChatCheck(early, opened, line.folder.parent, "agency", Counter(), installed.keks)
    assert [finding for look in check.looks for finding in look()] == []
    early.close()


def test_a_damaged_spool_is_told_and_its_loss_is_a_fault(installed: CheckedStorage, line: Line) -> None:
    """The torn bytes are noted, the delivery that is gone with them is named, and the others are not blamed."""
    [path] = (line.folder / "spool" / ACCOUNT / "segments").glob("*.seg")
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    report = installed.verify()
    notes = [one for one in report.findings if one.severity is Severity.NOTE]
    [fault] = installed.faults()
    assert [one.subject for one in notes] == ["the spool of line @agency"]
    assert fault.endswith("its events are in the books, but the spool of line @agency lost it")


def test_a_torn_end_of_the_spool_is_no_fault(installed: CheckedStorage, line: Line) -> None:
    """What a crash leaves behind the cursor was never promised."""
    [path] = (line.folder / "spool" / ACCOUNT / "segments").glob("*.seg")
    with path.open("ab") as file:
        file.write(b"half a delivery")
    line.spool.keep(b'{"events":[{"webhookEventId":"later"}]}', NOW, 30)
    assert installed.verify().findings == ()


def test_a_lost_spool_is_a_fault(installed: CheckedStorage, line: Line) -> None:
    """Every delivery whose events are in the books is missed."""
    for path in (line.folder / "spool" / ACCOUNT / "segments").glob("*.seg"):
        path.unlink()
    assert len(installed.faults()) == 3


def test_people_are_told_of_their_own_cases_alone(installed: CheckedStorage, line: Line) -> None:
    """Their own, those of their proven address, numbers that nobody has, and numbers that they named themselves."""
    own = prompt(1, "เลขรับ ๓/๒๕๖๙ และ 777/2569", subject="")
    put(line.books, own)
    assert installed.faults() == []
    put(line.books, prompt(2, "เลขรับ 1/2569"))
    told = f"it tells {PERSON} of 1/2569, a case of somebody else"
    assert [fault.split(": ", 1)[1] for fault in installed.faults()] == [told]
    with line.books.begin() as uow:
        uow.chats(CHANNEL, ACCOUNT).save_person(full_person())
        uow.commit()
    assert installed.faults() == []
    put(line.books, prompt(3, "ไม่พบเลขรับ ๒/๒๕๖๙"))
    assert len(installed.faults()) == 1
    line.deliver(event(6, message=said("m6", "ขอดู ๒ / ๖๙")))
    assert installed.faults() == []


def test_a_number_is_seen_wherever_a_turn_shows_it(installed: CheckedStorage, line: Line) -> None:
    """In words, in the title and in the lines of its card; the number of an announcement is none of the register."""
    card = Card(title="เลขรับ ๑/๒๕๖๙", rows=(("ชื่อ", "1/2569"), ("2/2569", "รับแล้ว")))
    put(line.books, prompt(1, "ประกาศ (1/2569)"), prompt(2, "", card=card), prompt(3, "State of No. 2/2569"))
    told = sorted(fault.split(" tells ")[1].split(",")[0] for fault in installed.faults())
    assert told == [f"{PERSON} of {number}/2569" for number in (1, 2, 2)]


def test_an_address_that_was_given_up_keeps_no_fault(installed: CheckedStorage, line: Line) -> None:
    """What was rightly told while the address was proven stays right."""
    put(line.books, prompt(1, "เลขรับ 1/2569"))
    line.deliver(event(6, message=said("m6", "somsri@EXAMPLE.test")))
    assert installed.faults() == []


def test_a_letter_that_went_by_another_channel_is_owed_once(installed: CheckedStorage, line: Line) -> None:
    """The one that could not be pushed is settled; two that stand beside each other are still a fault."""
    with line.books.begin() as uow:
        first = uow.outbox.get(f"{3:032x}")
        assert first is not None
        uow.outbox.put(replace(first, id=f"{900:032x}", channel="email"))
        uow.commit()
    assert any("one letter (acknowledgement) is owed, but the outbox has 2" in one for one in installed.faults())
    with line.books.begin() as uow:
        uow.outbox.save(first.settled())
        uow.commit()
    assert installed.faults() == []


def test_a_turn_about_several_cases_is_no_letter_about_another(installed: CheckedStorage, line: Line) -> None:
    """The answer to a message that has a number may name others; what of them is somebody else's is told as that."""
    put(line.books, replace(prompt(1, "เลขรับ 1/2569"), message_id=3))
    assert [fault.split(": ", 1)[1] for fault in installed.faults()] == [
        f"it tells {PERSON} of 1/2569, a case of somebody else"
    ]


def test_a_long_history_is_checked_in_order(installed: CheckedStorage, line: Line) -> None:
    """Many deliveries over several days, each with its events; nothing is said of them but their number."""
    for number in range(100, 140):
        line.deliver(event(number, occurred_at=NOW + number * SECOND), wrapped="ไทย")
    report = installed.verify()
    assert (report.findings, report.counts["deliveries"]) == ((), 45)
