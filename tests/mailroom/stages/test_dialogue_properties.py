"""Whatever people do in whatever order: nothing that they said is lost, and no turn fails."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.domain.chat import (
    ChatEvent,
    ChatEventKind,
    ChatMessageKind,
    ChatPerson,
    ConversationState,
)
from mailroom.stages.chat_words import (
    DATA_LIMIT,
    Command,
    Tap,
    Verb,
    code,
    command,
    email_address,
    person_name,
    place_in_list,
    register_number,
    tapped,
)
from mailroom.stages.courtesy import only_thanks
from mailroom.stages.normalise import normalised
from tests.support.chat_talk import BOTH, EMAIL_ONLY, SOMSRI, Talk, case, facts

WORDS = [
    *("ไฟถนนดับ", "สวัสดี", "ข้าม", "ไม่มี", "ส่งเรื่อง", "ยกเลิก", "ทิ้งทั้งหมด", "เรื่องใหม่", "เลือกบริการ", "1", "๒", "สถานะ"),
    *("41/2569", "สมศรี มีสุข", "a@b.example", "x@y@z", "123456", "ขอบคุณค่ะ", "อีเมล", "food shop licence", "", " ", "เมนู"),
]
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=40))
DETAILS = st.sampled_from(["", "0", "1", "9", "food", "noise", "market", "name", "email", "documents", "41/2569"])
KINDS = st.sampled_from([one for one in ChatMessageKind if one is not ChatMessageKind.TEXT])
STEPS = st.one_of(
    st.tuples(st.just("say"), TEXTS),
    st.tuples(st.just("send"), KINDS),
    st.tuples(st.just("tap"), st.tuples(st.sampled_from(list(Verb)), DETAILS)),
    st.tuples(st.just("press"), st.integers(0, 20)),
    st.tuples(st.just("unsend"), st.integers(0, 5)),
    st.tuples(st.just("wait"), st.integers(1, 4000)),
    st.tuples(st.just("follow"), st.booleans()),
)


def play(talk: Talk, step: str, what: Any, said: list[ChatEvent]) -> None:
    """One thing that a person does."""
    events = talk.events
    match step:
        case "say":
            event = events.said(what)
        case "send":
            event = events.message(what)
        case "tap":
            event = events.tapped(what[0], talk.talk.id if talk.talk else "", what[1])
        case "press":
            offers = talk.offers()
            data = offers[what % len(offers)].data if offers else "m1|menu||"
            event = events.event(ChatEventKind.POSTBACK, data=data)
        case "unsend":
            there = [one.message.id for one in said if one.message]
            event = events.unsent(there[what % len(there)] if there else "none")
        case "follow":
            event = events.event(ChatEventKind.FOLLOW if what else ChatEventKind.UNFOLLOW)
        case _:
            events.at += timedelta(seconds=what)
            return
    dropped = sum(one.state is ConversationState.DROPPED for one in talk.ended)
    found = talk.take(event)
    if event.kind is ChatEventKind.MESSAGE:
        said.append(event)
        assert found.belongs or is_answered_elsewhere(event, found.says is not None), event
    if (
        event.kind is not ChatEventKind.UNSEND
        and sum(one.state is ConversationState.DROPPED for one in talk.ended) > dropped
    ):
        assert asked_to_drop(event, bool(talk.kept.get(talk.ended[-1].id)))


def is_answered_elsewhere(event: ChatEvent, answered: bool) -> bool:
    """What belongs to no submission was a command, a courtesy, a number, an address or a sticker, and was answered."""
    message = event.message
    assert message is not None
    if message.kind is not ChatMessageKind.TEXT:
        return answered and message.kind is ChatMessageKind.STICKER
    text = message.text
    meant = (
        command(text)
        or register_number(text)
        or code(text)
        or email_address(text)
        or place_in_list(text, 3) is not None
    )
    silent = command(text) is Command.SUBMIT
    return (bool(meant) and (answered or silent)) or (answered and only_thanks("", normalised(text)))


def asked_to_drop(event: ChatEvent, had_words: bool) -> bool:
    """Only who says so, or taps so, throws away what was said."""
    if event.kind is ChatEventKind.POSTBACK:
        tap = tapped(event.data)
        return tap is not None and (tap.verb is Verb.DROP or (tap.verb is Verb.CANCEL))
    asked = command(event.message.text) if event.message else None
    return asked is Command.DROP or asked is Command.CANCEL or not had_words


@settings(deadline=None, max_examples=150)
@given(
    st.lists(STEPS, max_size=25),
    st.sampled_from([None, BOTH, EMAIL_ONLY]),
    st.booleans(),
)
def test_nothing_said_is_lost(steps: list[tuple[str, Any]], announcement: Any, known: bool) -> None:
    """Every message belongs to a conversation, or was a command that was answered; turns are pure and never fail."""
    talk = Talk(facts(announcement=announcement, cases=(case(),) if known else ()), ChatPerson(id=SOMSRI))
    said: list[ChatEvent] = []
    for step, what in steps:
        play(talk, step, what, said)
    for ended in talk.ended:
        assert ended.closed_at is not None


@given(st.text(max_size=400))
def test_words_never_break_their_reader(text: str) -> None:
    """Any text has a meaning, or none; a name and an address are one line and bounded."""
    command(text)
    assert code(text) == "" or code(text).isdecimal()
    assert "\n" not in person_name(text)
    assert "\n" not in email_address(text)
    register_number(text)
    place_in_list(text, 10)


@given(st.text(max_size=400))
def test_data_never_breaks_its_reader(data: str) -> None:
    """Ours comes back as it was; whatever else is none."""
    found = tapped(data)
    assert found is None or found.data == data


@given(
    st.sampled_from(list(Verb)),
    st.text(alphabet="abcXYZ019~-_", max_size=140),
    st.text(alphabet="abc-019", max_size=60),
)
def test_a_button_comes_back_as_it_was(verb: Verb, conversation: str, detail: str) -> None:
    tap = Tap(verb, conversation, detail)
    assert len(tap.data) <= DATA_LIMIT
    assert tapped(tap.data) == tap
