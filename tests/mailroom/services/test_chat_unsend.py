"""Messages that are taken back, before and after they are registered (R117)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailroom.domain.chat import ChatEvent, ConversationState
from mailroom.domain.decision import Classification, Decision, Kind, Outcome
from mailroom.domain.message import Address, Attachment, Envelope, Message
from mailroom.domain.record import MessageRecord, Verdict
from mailroom.stages.chat_text import chat_text
from mailroom.testing import MemoryArchive
from tests.support.chat_house import ACCOUNT, CHANNEL, ChatHouse
from tests.support.chat_talk import CHAI, SOMSRI, START, Events


@pytest.fixture
def house(tmp_path: Path) -> ChatHouse:
    place = ChatHouse(tmp_path)
    place.know(greeted_at=START, name="Somsri")
    return place


def message_id(event: ChatEvent) -> str:
    assert event.message
    return event.message.id


def log(house: ChatHouse, name: str) -> int:
    """The submission into custody, undecided; its row."""
    talk = house.talk(name)
    with house.books.begin() as uow:
        envelope = Envelope(CHANNEL, ACCOUNT, name, talk.opened_at)
        uow.messages.log([(envelope, MemoryArchive().keep([b"raw"])[0])], house.clock.at)
        uow.chats(CHANNEL, ACCOUNT).save(replace(talk, state=ConversationState.TAKEN))
        row = uow.queue.rows(CHANNEL, ACCOUNT, [name])[name]
        uow.commit()
    return row


def decide(house: ChatHouse, row: int, name: str) -> None:
    """As processing does, with what the reader makes of the conversation."""
    found = chat_text(house.events_of(name), house.talk(name))
    files = tuple(
        Attachment(one.name, "image/jpeg", "image/jpeg", 1, "a" * 64, inline=False, part=one.part)
        for one in found.files
        if one.part is not None
    )
    sender = Address("Somsri", SOMSRI)
    with house.books.begin() as uow:
        (logged,) = uow.messages.pending(count=1, size=1)
        uow.messages.record(
            Verdict(
                logged=logged,
                message=Message(sender, found.subject, found.text, attachments=files, is_chat=True),
                classification=Classification(Kind.REQUEST),
                decision=Decision(Outcome.ACCEPT, "citizens-matter"),
                deemed_received_at=START,
                processed_at=START,
            )
        )
        uow.commit()
    assert logged.id == row


def record(house: ChatHouse, row: int) -> MessageRecord:
    with house.books.look() as uow:
        found = uow.messages.get(row)
    assert found
    return found


def submitted(house: ChatHouse) -> tuple[ChatEvent, ChatEvent, str]:
    """A word and a picture, complete."""
    words, picture = house.somsri.said("เลขบัตร 1 2345"), house.somsri.image()
    house.receive(words, picture, house.somsri.said("ไฟถนนดับ"))
    assert house.later(minutes=3).closed
    return words, picture, words.id


def test_what_is_taken_back_before_it_is_complete_is_marked(house: ChatHouse) -> None:
    """L07: it stays on record, and is left out of what the submission says."""
    first = house.somsri.said("ผิดไป")
    house.receive(first, house.somsri.said("ไฟถนนดับ"))
    house.receive(house.somsri.unsent(message_id(first)))
    assert house.later(minutes=3).closed
    found = chat_text(house.events_of(first.id), house.talk(first.id))
    assert (found.text, found.subject) == ("[✕]\nไฟถนนดับ", "ไฟถนนดับ")
    assert [one.unsent_at is not None for one in house.events_of(first.id)] == [True, False]


def test_a_picture_that_is_taken_back_before_it_is_complete_is_hidden(house: ChatHouse) -> None:
    """L07: fetched or not, it is part of the record, and no attachment that anybody sees unasked."""
    picture = house.somsri.image()
    house.receive(picture, house.somsri.said("ไฟถนนดับ"))
    house.receive(house.somsri.unsent(message_id(picture)))
    assert house.later(minutes=3).closed
    found = chat_text(house.events_of(picture.id), house.talk(picture.id))
    assert [(one.event, one.hidden) for one in found.files] == [(picture.id, True)]


def test_taking_back_everything_leaves_nothing_to_register(house: ChatHouse) -> None:
    event = house.somsri.said("ผิดไป")
    house.receive(event)
    house.receive(house.somsri.unsent(message_id(event)))
    assert house.talk(event.id).state is ConversationState.DROPPED
    assert not house.later(minutes=3).closed


def test_what_is_taken_back_before_it_comes_is_remembered(house: ChatHouse) -> None:
    """158: the message opens nothing."""
    late = house.somsri.said("ผิดไป")
    house.receive(house.somsri.unsent(message_id(late)))
    house.receive(late)
    assert house.current() is None
    assert house.prompts() == []


def test_nobody_takes_back_the_words_of_another(house: ChatHouse) -> None:
    event = house.somsri.said("ไฟถนนดับ")
    house.receive(event)
    chai = Events(CHAI, at=house.somsri.at)
    house.receive(chai.unsent(message_id(event)))
    assert house.events_of(event.id)[0].unsent_at is None


def test_what_is_registered_is_hidden_and_stays_on_record(house: ChatHouse) -> None:
    """L07: text, subject and attachment are no longer shown; the event log says that the sender took it back."""
    words, picture, name = submitted(house)
    row = log(house, name)
    decide(house, row, name)
    assert "เลขบัตร" in record(house, row).message.subject  # type: ignore[union-attr]
    house.receive(house.somsri.unsent(message_id(words)), house.somsri.unsent(message_id(picture)))
    message = record(house, row).message
    assert message
    assert (message.subject, message.text) == ("ไฟถนนดับ", "[✕]\n[✕]\nไฟถนนดับ")
    assert [one.withdrawn for one in message.attachments] == [True]
    with house.books.look() as uow:
        assert [one.name for one in uow.events.of_message(row)] == ["message.unsent", "message.unsent"]
    assert house.unhandled() == []


@pytest.mark.parametrize("when", ["closed", "in custody"])
def test_what_is_on_its_way_into_the_log_is_hidden_once_it_is_there(house: ChatHouse, when: str) -> None:
    """What is read later would come back: the event waits, and other people do not wait for it."""
    words, _, name = submitted(house)
    row = log(house, name) if when == "in custody" else 0
    assert not house.receive(house.somsri.unsent(message_id(words))).prompts
    assert house.receive(Events(CHAI, at=house.somsri.at).said("ขอถังขยะ")).prompts
    assert len(house.unhandled()) == 1
    assert house.events_of(name)[0].unsent_at
    row = row or log(house, name)
    house.desk.run()
    assert len(house.unhandled()) == 1
    decide(house, row, name)
    house.desk.run()
    assert house.unhandled() == []
    assert record(house, row).message.text.startswith("[✕]")  # type: ignore[union-attr]


def test_waiting_for_the_log_ends_after_a_day(house: ChatHouse) -> None:
    words, _, _ = submitted(house)
    house.receive(house.somsri.unsent(message_id(words)))
    house.clock.at += timedelta(hours=25)
    house.desk.run()
    assert house.unhandled() == []
