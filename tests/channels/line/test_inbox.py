"""What the inbox shows, hands out and marks, beyond the contract of every inbox."""

import io
import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.line.bundle import MAGIC
from channels.line.inbox import LineInbox
from channels.line.reader import LineReader
from mailroom.domain.chat import ConversationState
from mailroom.domain.errors import StorageError
from mailroom.domain.message import Message
from mailroom.ports import ChannelHome
from mailroom.ports.contents import content_path
from mailroom.testing import MemoryBooks
from tests.support import line_events as line
from tests.support.line_talk import ACCOUNT, PNG, complete, events_of
from tests.support.line_webhook import webhook_settings


def nothing(_: Collection[str]) -> set[str]:
    return set()


@pytest.fixture
def books() -> MemoryBooks:
    return MemoryBooks()


@pytest.fixture
def inbox(tmp_path: Path, books: MemoryBooks) -> Iterator[LineInbox]:
    inbox = LineInbox(webhook_settings(tmp_path), ChannelHome(tmp_path, books))
    yield inbox
    inbox.close()


def state(books: MemoryBooks, talk: str) -> ConversationState:
    with books.look() as uow:
        found = uow.chats("line", ACCOUNT).conversation(talk)
    assert found is not None
    return found.state


def test_a_conversation_entered_with_its_first_word(inbox: LineInbox, books: MemoryBooks, tmp_path: Path) -> None:
    """Its id is the external id, its entry the time at which the platform had its first event (R14)."""
    events = events_of(line.text(), line.image(at=line.AT + timedelta(seconds=30)))
    talk = complete(books, tmp_path, events, {events[1].id: PNG})
    [envelope] = inbox.survey(nothing)
    assert (envelope.channel, envelope.account) == ("line", ACCOUNT)
    assert (envelope.external_id, envelope.entered_system_at, envelope.size) == (talk.id, line.AT, len(PNG))


@pytest.mark.parametrize("kind", [ConversationState.OPEN, ConversationState.TAKEN, ConversationState.DROPPED])
def test_only_what_is_complete_is_shown(
    inbox: LineInbox, books: MemoryBooks, tmp_path: Path, kind: ConversationState
) -> None:
    """Neither what goes on, nor what was taken or dropped; nor is it handed out when it was shown before."""
    talk = complete(books, tmp_path, events_of(line.text()))
    envelopes = inbox.survey(nothing)
    with books.begin() as uow:
        uow.chats("line", ACCOUNT).save(replace(talk, state=kind))
        uow.commit()
    assert inbox.survey(nothing) == []
    assert list(inbox.fetch(envelopes)) == []


def test_small_ones_come_together_and_a_large_one_alone(inbox: LineInbox, books: MemoryBooks, tmp_path: Path) -> None:
    """Batches are bounded by count and bytes; what is large is a stream."""
    large = b"v" * (9 << 20)
    for number, content in enumerate((PNG, b"x" * (5 << 20), b"y" * (5 << 20), large, PNG)):
        [event] = events_of(line.video(at=line.AT + timedelta(minutes=number)))
        complete(books, tmp_path, [event], {event.id: content})
    sizes = [
        [(isinstance(raw, bytes), len(raw) if isinstance(raw, bytes) else sum(map(len, raw))) for _, raw in batch]
        for batch in inbox.fetch(inbox.survey(nothing))
    ]
    assert [[whole for whole, _ in batch] for batch in sizes] == [[True, True], [True], [False], [True]]
    assert sizes[2][0][1] > 9 << 20


def test_a_thousand_conversations_come_by_the_hundred(inbox: LineInbox, books: MemoryBooks, tmp_path: Path) -> None:
    """Nothing is held in memory that was not asked for."""
    for number in range(250):
        complete(books, tmp_path, events_of(line.text(at=line.AT + timedelta(seconds=number))))
    assert [len(batch) for batch in inbox.fetch(inbox.survey(nothing))] == [100, 100, 50]


def test_marking_takes_the_conversation_and_removes_its_files(
    inbox: LineInbox, books: MemoryBooks, tmp_path: Path
) -> None:
    """The archive has them; of a crash in between the rest is removed by marking again."""
    events = events_of(line.image(), line.image())
    talk = complete(books, tmp_path, events, {event.id: PNG for event in events})
    other = events_of(line.image())
    complete(books, tmp_path, other, {other[0].id: PNG})
    inbox.mark_taken([talk.id, "unknown"])
    assert state(books, talk.id) is ConversationState.TAKEN
    assert [content_path(tmp_path, event.id).exists() for event in (*events, *other)] == [False, False, True]
    content_path(tmp_path, events[0].id).write_bytes(PNG)
    inbox.mark_taken([talk.id])
    assert not content_path(tmp_path, events[0].id).exists()


def test_what_is_not_complete_is_never_marked(inbox: LineInbox, books: MemoryBooks, tmp_path: Path) -> None:
    """An id of an open conversation changes nothing."""
    events = events_of(line.image())
    talk = complete(books, tmp_path, events, {events[0].id: PNG}, state=ConversationState.OPEN)
    inbox.mark_taken([talk.id])
    assert state(books, talk.id) is ConversationState.OPEN
    assert content_path(tmp_path, events[0].id).exists()


def test_a_lost_file_is_said_and_costs_no_more(inbox: LineInbox, books: MemoryBooks, tmp_path: Path) -> None:
    """Missing or cut: the message says so, the books as well, and the other file keeps its place."""
    events = events_of(line.text("ตามรูป"), line.image(), line.image())
    complete(books, tmp_path, events, {events[1].id: PNG, events[2].id: PNG * 2})
    content_path(tmp_path, events[1].id).write_bytes(PNG[:10])
    [[(_, raw)]] = inbox.fetch(inbox.survey(nothing))
    assert isinstance(raw, bytes)
    message = read(raw)
    assert [one.size for one in message.attachments] == [len(PNG) * 2]
    assert message.defects == ("content-missing: image-1.png (gone: the file is missing or incomplete)",)
    with books.look() as uow:
        states = [event.content.state.value for event in uow.chats("line", ACCOUNT).events_of(events[0].id)]
    assert states == ["none", "gone", "kept"]


def read(raw: bytes) -> Message:
    [reading] = LineReader().read_many([io.BytesIO(raw)])
    return reading.message


def test_a_file_that_shrinks_while_it_is_handed_out_is_an_error(
    inbox: LineInbox, books: MemoryBooks, tmp_path: Path
) -> None:
    """The disk's trouble: nothing is archived of it, and the next look takes it."""
    [event] = events_of(line.video())
    large = b"v" * (9 << 20)
    complete(books, tmp_path, [event], {event.id: large})
    [[(_, stream)]] = inbox.fetch(inbox.survey(nothing))
    assert not isinstance(stream, bytes)
    content_path(tmp_path, event.id).write_bytes(large[: 1 << 20])
    assert next(iter(stream)).startswith(MAGIC)
    with pytest.raises(StorageError):
        list(stream)


def test_an_id_from_outside_leads_to_no_other_file(inbox: LineInbox, books: MemoryBooks, tmp_path: Path) -> None:
    """An event without an id of its own, or one that was used twice, has its file all the same."""
    [event] = events_of(line.image())
    strange = replace(event, id="../../etc/passwd")
    talk = complete(books, tmp_path, [strange, event.reused()], {strange.id: PNG, event.reused().id: PNG * 2})
    [[(_, raw)]] = inbox.fetch(inbox.survey(nothing))
    assert isinstance(raw, bytes)
    assert [one.size for one in read(raw).attachments] == [len(PNG), len(PNG) * 2]
    inbox.mark_taken([talk.id])
    assert list((tmp_path / "content").iterdir()) == []


def test_a_ring_ends_a_wait_once(inbox: LineInbox) -> None:
    """Also one that came before; without any it is waited out."""
    inbox.ring()
    assert inbox.wait(60)
    assert not inbox.wait(0.01)
    threading.Timer(0.01, inbox.ring).start()
    assert inbox.wait(60)
    inbox.close()
    assert not inbox.wait(60)
