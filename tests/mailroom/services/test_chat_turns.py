"""Intake and turns: every event once, in order, answered once, whatever is interrupted."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailroom.domain.chat import ChatContent, ChatEventKind, ContentState, ConversationState
from mailroom.domain.decision import Letter
from mailroom.domain.errors import StorageError
from mailroom.stages.chat_words import Verb
from storage.unit_of_work import SqlBooks
from tests.support.chat_house import ChatHouse, FragileBooks, Killed
from tests.support.chat_talk import CHAI, SOMSRI, START, Events
from tests.support.stage_values import AGENCY


@pytest.fixture
def house(tmp_path: Path) -> ChatHouse:
    place = ChatHouse(tmp_path)
    place.know(greeted_at=START, name="Somsri")
    return place


def test_what_is_said_is_answered_and_kept(house: ChatHouse) -> None:
    """One prompt with the event's reply token and things to tap; the event belongs to an open conversation."""
    event = house.somsri.said("ไฟถนนดับ")
    worked = house.receive(event)
    assert (worked.prompts, worked.closed, worked.wanted) == (True, False, False)
    (item,) = house.letters()
    assert (item.letter, item.to, item.in_reply_to, item.message_id) == (
        Letter.PROMPT,
        SOMSRI,
        event.reply_token,
        None,
    )
    assert item.card
    assert item.card.choices
    assert item.subject
    assert len(item.id) == 32
    current = house.current()
    assert current
    assert [one.id for one in house.events_of(current.id)] == [event.id]


def test_the_same_delivery_many_times_is_one(house: ChatHouse) -> None:
    """L01, L02: replayed, and delivered again under another token."""
    event = house.somsri.said("ไฟถนนดับ")
    for _ in range(5):
        house.receive(event)
    house.receive(replace(event, redelivered=True, reply_token="other", raw="again"))
    assert len(house.prompts()) == 1
    current = house.current()
    assert current
    assert len(house.events_of(current.id)) == 1


def test_a_redelivery_of_what_never_came_is_taken_once(house: ChatHouse) -> None:
    """L02: it says that it is one, and is the first that we see; what follows later is known."""
    event = replace(house.somsri.said("ไฟถนนดับ"), redelivered=True)
    house.receive(event)
    house.receive(replace(event, redelivered=False, raw="first"))
    assert len(house.prompts()) == 1
    current = house.current()
    assert current
    assert [one.id for one in house.events_of(current.id)] == [event.id]


def test_what_comes_a_day_late_is_taken_by_its_own_time(house: ChatHouse) -> None:
    """L02: it is complete at once, entered when it was said, and nobody is answered a day late."""
    event = house.somsri.said("ไฟถนนดับ")
    house.spool.deliver(event)
    house.clock.at = event.occurred_at + timedelta(hours=24)
    assert house.desk.run().closed
    (talk,) = house.closed()
    assert talk.opened_at == event.occurred_at
    assert house.prompts() == []


def test_a_batch_is_answered_once_by_its_last_word(house: ChatHouse) -> None:
    """Of each person: others are answered themselves."""
    chai = Events(CHAI)
    house.receive(house.somsri.said("หนึ่ง"), chai.said("อื่น"), house.somsri.said("สอง"), house.somsri.said("สาม"))
    assert sorted(one.to for one in house.letters()) == [SOMSRI, CHAI]
    assert "3 รายการ" in next(one.text for one in house.letters() if one.to == SOMSRI)


def test_a_question_in_a_batch_is_answered_all_the_same(house: ChatHouse) -> None:
    house.receive(house.somsri.said("สถานะ"), house.somsri.said("ไฟถนนดับ"))
    assert len(house.prompts()) == 2


def test_two_people_do_not_mix(house: ChatHouse) -> None:
    """Turn by turn, each has a conversation of their own."""
    chai = Events(CHAI)
    for number in range(3):
        house.receive(house.somsri.said(f"ก{number}"))
        house.receive(chai.said(f"ข{number}"))
    mine, theirs = house.current(), house.current(CHAI)
    assert mine
    assert theirs
    assert {one.person for one in house.events_of(mine.id)} == {SOMSRI}
    assert {one.person for one in house.events_of(theirs.id)} == {CHAI}


def test_events_are_taken_in_order_of_occurrence(house: ChatHouse) -> None:
    """L02: whatever the order of delivery."""
    first, second = house.somsri.said("หนึ่ง"), house.somsri.said("สอง")
    house.spool.deliver(second)
    house.spool.deliver(first)
    house.clock.at = second.occurred_at
    house.desk.run()
    current = house.current()
    assert current
    assert current.id == first.id


def test_what_comes_late_joins_what_is_open(house: ChatHouse) -> None:
    """The conversation began with the earlier word."""
    late, early = house.somsri.said("หนึ่ง"), house.somsri.said("สอง")
    house.receive(early)
    house.receive(late)
    current = house.current()
    assert current
    assert current.opened_at == late.occurred_at
    assert [one.id for one in house.events_of(current.id)] == [late.id, early.id]


def test_a_gap_parts_two_matters_even_after_a_standstill(house: ChatHouse) -> None:
    """Processed in one pass an hour later, they are as if nothing had stood still; nobody is answered an hour late."""
    first = house.somsri.said("หนึ่ง")
    house.somsri.at += timedelta(minutes=30)
    second = house.somsri.said("สอง")
    house.spool.deliver(first)
    house.spool.deliver(second)
    house.clock.at = second.occurred_at + timedelta(hours=2)
    assert house.desk.run().closed
    assert [one.id for one in house.closed()] == [first.id, second.id]
    assert house.prompts() == []


def test_rooms_are_told_once_and_leave_nothing(house: ChatHouse) -> None:
    """L16: not even their pictures."""
    house.receive(house.somsri.event(ChatEventKind.JOIN, room="C1"))
    house.receive(house.somsri.said("ขอถังขยะ", room="C1"), house.somsri.image(room="C1", content=wanted()))
    house.receive(house.somsri.event(ChatEventKind.JOIN, room="C1"))
    (item,) = house.letters()
    assert item.to == "C1"
    assert house.current() is None
    assert not house.later(hours=1).wanted
    assert house.closed() == []


def wanted() -> ChatContent:
    return ChatContent(state=ContentState.WANTED)


def test_a_storm_of_follows_is_answered_once(house: ChatHouse) -> None:
    """L16: twenty times coming and going are one greeting, and the last word counts."""
    house.know(greeted_at=None)
    for _ in range(20):
        house.receive(house.somsri.event(ChatEventKind.FOLLOW), house.somsri.event(ChatEventKind.UNFOLLOW))
    assert len(house.prompts()) == 1
    assert house.person().blocked_at


def test_storms_of_rooms_leave_one_answer_and_no_entry(house: ChatHouse) -> None:
    """159: joined and left a hundred times, with lists of members: all is kept, one answer, nothing for the register."""
    for _ in range(100):
        house.receive(
            house.somsri.event(ChatEventKind.JOIN, room="C1"),
            house.somsri.event(ChatEventKind.OTHER, room="C1"),
            house.somsri.event(ChatEventKind.LEAVE, room="C1"),
        )
    assert len(house.prompts()) == 1
    assert house.unhandled() == []
    assert len(house.chats().recent(1000)) == 300
    assert not house.later(hours=1).closed


def test_an_account_that_is_linked_proves_nothing(house: ChatHouse) -> None:
    """162: neither once nor again; no address is proven, nothing is answered or opened."""
    for _ in range(2):
        house.receive(house.somsri.event(ChatEventKind.LINK, data="n" * 40))
    assert (house.person().email_proven_at, house.person().email) == (None, "")
    assert (house.prompts(), house.current(), house.closed()) == ([], None, [])


def test_unknown_and_broken_events_reach_a_clerk(house: ChatHouse) -> None:
    """L05, 152: each by itself, the ones beside them as usual; one that names nobody as well."""
    odd = house.somsri.event(ChatEventKind.UNKNOWN, defect="event-unknown: beam")
    broken = replace(house.somsri.event(ChatEventKind.MALFORMED, defect="event-malformed: no source"), person="")
    assert house.receive(odd, house.somsri.said("ไฟถนนดับ"), broken).closed
    assert {one.id for one in house.closed()} == {odd.id, broken.id}
    assert house.current()
    assert len(house.prompts()) == 1


def test_an_id_that_is_used_again_with_other_words_reaches_a_clerk(house: ChatHouse) -> None:
    """157: both are kept."""
    event = house.somsri.said("ไฟถนนดับ")
    house.receive(event)
    other = replace(house.somsri.said("โอนเงินมา"), id=event.id)
    house.receive(other)
    (shown,) = house.closed()
    assert shown.id.startswith(f"{event.id}~")


def test_a_delivery_that_breaks_the_decoder_reaches_a_clerk(house: ChatHouse) -> None:
    """As one broken event; what follows is taken in."""
    house.platform.undecodable.add("000001")
    house.spool.deliver(house.somsri.said("หนึ่ง"))
    house.receive(house.somsri.said("สอง"))
    (shown,) = house.closed()
    assert house.events_of(shown.id)[0].defect.startswith("event-malformed")
    assert len(house.prompts()) == 1


def test_an_event_on_which_our_code_fails_does_not_stop_the_others(house: ChatHouse) -> None:
    """After three tries it is shown by itself; nothing of it is lost."""
    event = house.somsri.said("ระเบิด")
    house.announcements.curses[event.occurred_at] = ZeroDivisionError()
    house.receive(event, house.somsri.said("ไฟถนนดับ"))
    assert house.announcements.cursed == 3
    assert [one.id for one in house.closed()] == [event.id]
    assert [one.id for one in house.events_of(event.id)] == [event.id]
    assert len(house.prompts()) == 1
    assert house.unhandled() == []


def test_trouble_of_the_disk_is_no_fault_of_the_event(house: ChatHouse) -> None:
    """It ends the pass, and the next one goes on."""
    event = house.somsri.said("ไฟถนนดับ")
    house.announcements.curses[event.occurred_at] = StorageError("disk full; make room")
    with pytest.raises(StorageError):
        house.receive(event)
    house.announcements.curses.clear()
    assert house.desk.run().prompts


def test_a_stop_is_heeded_between_events(house: ChatHouse) -> None:
    house.stopping = True
    house.receive(house.somsri.said("ไฟถนนดับ"))
    assert house.prompts() == []
    house.stopping = False
    assert house.desk.run().prompts


def test_the_receipt_gets_the_token_that_no_answer_used(house: ChatHouse) -> None:
    house.receive(house.somsri.said("ไฟถนนดับ"))
    current = house.current()
    assert current
    event = house.somsri.tapped(Verb.SUBMIT, current.id)
    assert house.receive(event).closed
    assert house.talk(current.id).reply_token == event.reply_token
    assert len(house.prompts()) == 1


def test_a_conversation_in_which_nothing_was_said_is_dropped(house: ChatHouse) -> None:
    """A list that was looked at and left."""
    event = house.somsri.tapped(Verb.SERVICES)
    house.receive(event)
    assert not house.later(hours=2).closed
    assert house.talk(event.id).state is ConversationState.DROPPED


def test_a_dialogue_left_half_way_is_submitted_as_it_stands(house: ChatHouse) -> None:
    """After an hour, with its service and what was sent."""
    event = house.somsri.tapped(Verb.SERVICE, detail="food")
    house.receive(event)
    house.receive(house.somsri.image())
    assert not house.later(minutes=59).closed
    assert house.later(minutes=2).closed
    assert house.talk(event.id).service == "food"


def script(house: ChatHouse) -> None:
    """Everything that writes, in five deliveries."""
    events, chai = house.somsri, Events(CHAI)
    house.spool.deliver(events.said("ไฟถนนดับ"), chai.event(ChatEventKind.FOLLOW), chai.said("a@b.example"))
    house.spool.deliver(events.image(), chai.tapped(Verb.CODE), events.said("สถานะ"))
    gone = events.said("ผิดไป")
    house.spool.deliver(gone, events.event(ChatEventKind.UNKNOWN, defect="event-unknown: beam"))
    assert gone.message
    house.spool.deliver(events.unsent(gone.message.id), chai.said("123456"))
    house.spool.deliver(chai.said("ขอถังขยะ"), chai.said("ส่งเรื่อง"))
    house.clock.at = START + timedelta(minutes=3)


def test_on_real_books_it_is_the_same(tmp_path: Path) -> None:
    """What people are told, and what becomes of their conversations."""
    calm = ChatHouse(tmp_path / "memory")
    script(calm)
    calm.desk.run()
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'books.db'}", AGENCY.key)) as books:
        house = ChatHouse(tmp_path / "sql", books=books)
        script(house)
        house.desk.run()
        span = (START - timedelta(days=1), START + timedelta(days=1))
        for person in (SOMSRI, CHAI):
            with books.look() as uow, calm.books.look() as other:
                said, expected = (one.outbox.said_to("line", person, *span, 100) for one in (uow, other))
                assert [(one.id, one.text, one.card) for one in said] == [
                    (one.id, one.text, one.card) for one in expected
                ]
            assert house.person(person) == calm.person(person)
            assert house.current(person) == calm.current(person)
        assert house.closed() == calm.closed()


def outcome(house: ChatHouse) -> object:
    """All that is in the books, but for what varies with the way there."""
    shelf = house.books.shelf  # type: ignore[attr-defined]
    items = sorted((one.id, one.text, one.to, one.in_reply_to) for one in shelf.items.values())
    people = sorted(repr(one) for one in shelf.chat_people.values())
    talks = sorted(repr(one) for one in shelf.conversations.values())
    events = sorted(repr(one) for one in shelf.chat_events.values())
    return items, people, talks, events


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_crash_at_any_commit_changes_nothing_in_the_end(tmp_path: Path, *, before: bool) -> None:
    """Run again, everything is as without the crash: no prompt twice, none missing."""
    calm = ChatHouse(tmp_path / "calm")
    script(calm)
    calm.desk.run()
    expected, crashes = outcome(calm), 0
    while True:
        house = ChatHouse(tmp_path / str(crashes))
        script(house)
        try:
            house.fresh(FragileBooks(house.books, at=crashes + 1, before=before)).run()
        except Killed:
            crashes += 1
            house.fresh().run()
            assert outcome(house) == expected, crashes
            continue
        break
    assert crashes > 10
