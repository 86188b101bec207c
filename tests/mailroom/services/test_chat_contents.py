"""Contents: fetched before they vanish, retried soon, given up late; and when a conversation is complete."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from mailroom.domain.chat import ChatContent, ChatEvent, ChatMessageKind, ContentState, ConversationState
from mailroom.domain.errors import ChannelSetupError, PermanentChannelError, StorageError, TemporaryChannelError
from mailroom.ports.contents import content_path
from tests.support.chat_house import ChatHouse
from tests.support.chat_talk import SOMSRI, START


@pytest.fixture
def house(tmp_path: Path) -> ChatHouse:
    place = ChatHouse(tmp_path)
    place.know(greeted_at=START, name="Somsri")
    return place


def arrive(house: ChatHouse, content: bytes | None = b"picture", **changes: object) -> ChatEvent:
    """A picture whose content is to be fetched."""
    event = house.somsri.message(ChatMessageKind.IMAGE, **changes)
    assert event.message
    if content is not None:
        house.platform.contents[event.message.id] = content
    house.receive(event)
    return event


def content_of(house: ChatHouse, event: ChatEvent) -> ChatContent:
    (found,) = [one for one in house.events_of(event.id) if one.id == event.id]
    return found.content


def test_a_content_is_kept_in_the_channels_folder(house: ChatHouse) -> None:
    """With its size, digest and declared type; nothing half written is left."""
    event = arrive(house)
    assert house.desk.run().wanted
    assert house.desk.fetch_contents()
    found = content_of(house, event)
    assert (found.state, found.size, found.attempts) == (ContentState.KEPT, 7, 1)
    path = content_path(house.folder, event.id)
    assert path.read_bytes() == b"picture"
    assert path.name == found.file
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert not house.desk.run().wanted
    assert not house.desk.fetch_contents()


def test_what_is_being_prepared_is_asked_for_again_soon(house: ChatHouse) -> None:
    """L10: after 2, 5, 15 and 60 seconds."""
    event = arrive(house)
    for seconds in (2, 5, 15, 60):
        house.platform.failures = [TemporaryChannelError("202 being prepared")]
        assert not house.desk.fetch_contents()
        found = content_of(house, event)
        assert found.due_at == house.clock.at + timedelta(seconds=seconds)
        assert found.note == "202 being prepared"
        assert not house.desk.fetch_contents()
        house.clock.advance(seconds=seconds)
    assert house.desk.fetch_contents()
    assert len(house.platform.fetched) == 5


def test_the_platforms_own_delay_lengthens_the_wait(house: ChatHouse) -> None:
    event = arrive(house)
    house.platform.failures = [TemporaryChannelError("429", retry_after=30)]
    house.desk.fetch_contents()
    assert content_of(house, event).due_at == house.clock.at + timedelta(seconds=30)


def test_what_cannot_be_had_for_a_day_is_gone(house: ChatHouse) -> None:
    event = arrive(house)
    house.platform.failures = [TemporaryChannelError("500")]
    house.clock.advance(hours=25)
    assert house.desk.fetch_contents()
    assert content_of(house, event).state is ContentState.GONE


@pytest.mark.parametrize(
    ("content", "failure", "state"),
    [
        (None, None, ContentState.GONE),
        (b"x" * 1001, None, ContentState.TOO_LARGE),
        (b"", None, ContentState.KEPT),
        (b"x", PermanentChannelError("410"), ContentState.GONE),
    ],
    ids=["gone", "too large", "empty", "refused"],
)
def test_what_the_platform_says_of_a_content_stands(
    house: ChatHouse, content: bytes | None, failure: Exception | None, state: ContentState
) -> None:
    """And no part of a file is left where nothing is kept."""
    event = arrive(house, content)
    house.platform.failures = [failure] if failure else []
    assert house.desk.fetch_contents()
    assert content_of(house, event).state is state
    assert content_path(house.folder, event.id).exists() is (state is ContentState.KEPT)


def test_what_is_announced_as_too_large_is_not_fetched(house: ChatHouse) -> None:
    """154: the entry says so; LINE is not even asked."""
    event = arrive(house, size=2000)
    assert house.desk.fetch_contents()
    assert content_of(house, event).state is ContentState.TOO_LARGE
    assert house.platform.fetched == []


def test_what_lies_elsewhere_is_never_fetched(house: ChatHouse) -> None:
    """155: neither soon nor later."""
    event = house.somsri.image(content=ChatContent(state=ContentState.EXTERNAL))
    house.receive(event)
    assert not house.desk.fetch_contents()
    house.later(days=1)
    assert not house.desk.fetch_contents()
    assert (house.platform.fetched, content_of(house, event).state) == ([], ContentState.EXTERNAL)


def test_trouble_of_our_own_ends_the_pass(house: ChatHouse) -> None:
    """A refused token concerns every content: the server is not hammered."""
    arrive(house)
    arrive(house)
    house.platform.failures = [ChannelSetupError("401; issue a token"), ChannelSetupError("401; issue a token")]
    assert not house.desk.fetch_contents()
    assert len(house.platform.fetched) == 1


def test_a_disk_that_cannot_write_leaves_the_content_wanted(tmp_path: Path) -> None:
    """It is fetched again once the disk is mended."""
    (tmp_path / "content").write_text("in the way")
    house = ChatHouse(tmp_path)
    event = arrive(house)
    with pytest.raises(StorageError):
        house.desk.fetch_contents()
    assert content_of(house, event).state is ContentState.WANTED
    (tmp_path / "content").unlink()
    assert house.desk.fetch_contents()


def test_a_stop_is_heeded_between_contents(house: ChatHouse) -> None:
    arrive(house)
    house.stopping = True
    assert not house.desk.fetch_contents()
    assert house.platform.fetched == []


def test_an_id_that_is_no_file_name_leads_nowhere_else(house: ChatHouse) -> None:
    event = house.somsri.message(ChatMessageKind.IMAGE)
    event = replace(event, id="../../etc/passwd")
    assert event.message
    house.platform.contents[event.message.id] = b"x"
    house.receive(event)
    assert house.desk.fetch_contents()
    (kept,) = (house.folder / "content").iterdir()
    assert kept.name == content_of(house, event).file


# Completeness


def test_a_conversation_waits_for_its_contents(house: ChatHouse) -> None:
    """Complete in words, it closes as soon as the last content is here."""
    event = arrive(house)
    assert not house.later(minutes=3).closed
    house.desk.fetch_contents()
    assert house.desk.run().closed
    assert house.talk(event.id).state is ConversationState.CLOSED


def test_patience_for_contents_ends_after_ten_minutes(house: ChatHouse) -> None:
    """Then the submission is taken, and says what is missing."""
    event = arrive(house)
    house.platform.failures = [TemporaryChannelError("202 being prepared")]
    house.desk.fetch_contents()
    assert not house.later(minutes=11).closed
    assert house.later(minutes=2).closed
    found = content_of(house, event)
    assert (found.state, found.due_at) == (ContentState.GONE, None)
    assert found.note == "not handed out in time: 202 being prepared"


def test_what_is_said_while_it_waits_is_part_of_it(house: ChatHouse) -> None:
    event = arrive(house)
    house.later(minutes=3)
    house.receive(house.somsri.said("ภาพนี้ถ่ายเมื่อวาน"))
    assert len(house.events_of(event.id)) == 2


def test_what_is_thrown_away_is_not_kept(house: ChatHouse) -> None:
    """Neither what was fetched nor what was still to come; that it came stays on record."""
    event = arrive(house)
    house.desk.fetch_contents()
    later = house.somsri.message(ChatMessageKind.IMAGE)
    house.receive(later)
    house.receive(house.somsri.said("ทิ้งทั้งหมด"))
    assert house.talk(event.id).state is ConversationState.DROPPED
    assert list((house.folder / "content").iterdir()) == []
    assert not house.desk.fetch_contents()
    assert {one.content.state for one in house.events_of(event.id)} == {ContentState.GONE}
    assert content_of(house, event).sha256


@pytest.mark.parametrize("failure", [None, TemporaryChannelError("202")])
def test_what_is_thrown_away_while_it_comes_is_not_kept(house: ChatHouse, failure: Exception | None) -> None:
    """No file stays behind, and nothing is asked for again."""
    event = arrive(house)
    fetch = house.platform.fetch

    def slow(message_id: str, into: BinaryIO, limit: int) -> ChatContent:
        content = fetch(message_id, into, limit)
        house.receive(house.somsri.said("ทิ้งทั้งหมด"))
        if failure:
            raise failure
        return content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.platform, "fetch", slow)
        assert not house.desk.fetch_contents()
    assert content_of(house, event).state is ContentState.GONE
    assert list((house.folder / "content").iterdir()) == []
    house.later(hours=1)
    assert not house.desk.fetch_contents()


# Names


def test_a_name_is_asked_for_once_and_beside_the_turns(tmp_path: Path) -> None:
    """The turn does not wait for it."""
    house = ChatHouse(tmp_path)
    house.platform.names[SOMSRI] = "Somsri ♥"
    house.receive(house.somsri.said("ไฟถนนดับ"))
    assert house.platform.asked == []
    house.desk.fetch_contents()
    assert house.person().name == "Somsri ♥"
    house.receive(house.somsri.said("หน้าบ้าน"))
    house.desk.fetch_contents()
    assert house.platform.asked == [SOMSRI]


@pytest.mark.parametrize(
    "failure", [TemporaryChannelError("500"), ChannelSetupError("401"), PermanentChannelError("404")]
)
def test_a_name_that_cannot_be_had_is_asked_for_later(tmp_path: Path, failure: Exception) -> None:
    house = ChatHouse(tmp_path)
    house.platform.names[SOMSRI] = "Somsri"
    house.receive(house.somsri.said("ไฟถนนดับ"))
    house.platform.failures = [failure]
    house.desk.fetch_contents()
    house.desk.fetch_contents()
    assert len(house.platform.asked) == 1
    house.clock.advance(minutes=11)
    house.desk.fetch_contents()
    assert house.person().name == "Somsri"


def test_who_shows_no_name_is_not_asked_again(tmp_path: Path) -> None:
    house = ChatHouse(tmp_path)
    for words in ("ไฟถนนดับ", "หน้าบ้าน"):
        house.receive(house.somsri.said(words))
        house.desk.fetch_contents()
    assert house.platform.asked == [SOMSRI]
