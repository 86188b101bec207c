"""Turns of a conversation: what is collected, what is answered, what joins which case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailroom.domain.agency import Announcement, ChannelRule
from mailroom.domain.chat import (
    ChatEventKind,
    ChatMessageKind,
    ChatPerson,
    ConversationState,
    Location,
)
from mailroom.stages.chat_words import Verb
from mailroom.stages.dialogue_begin import answers_later
from tests.support.chat_talk import (
    BOTH,
    DIALOGUE,
    EMAIL_ONLY,
    QUIET,
    SOMSRI,
    START,
    Events,
    Talk,
    case,
    facts,
)

NOBODY = ChatPerson(id=SOMSRI)


# Who comes and goes


@pytest.mark.parametrize(
    ("announcement", "words"),
    [
        (None, "ยังไม่มีประกาศ"),
        (EMAIL_ONLY, "มิใช่ช่องทางที่หัวหน้าหน่วยงานประกาศกำหนดไว้ (ที่ 1/2566) โปรดยื่นเรื่องทาง อีเมล saraban@tuayang.go.th"),
        (BOTH, "• ใบอนุญาตร้านอาหาร\n• ขอใช้เครื่องขยายเสียง"),
        (
            Announcement(date(2023, 8, 1), ("line",), rules=(ChannelRule(channel="line", address="@town"),)),
            "สำหรับทุกบริการ",
        ),
    ],
)
def test_the_first_words_say_what_this_channel_is_for(announcement: Announcement | None, words: str) -> None:
    """In both languages, and ask for an e-mail address early (R111, R114)."""
    talk = Talk(facts(announcement=announcement), NOBODY)
    talk.take(talk.events.event(ChatEventKind.FOLLOW))
    assert words in talk.answer
    assert "อีเมล" in talk.answer
    assert "Welcome" in talk.answer
    assert "แจ้งอีเมล" in talk.labels


def test_who_never_followed_is_told_with_the_first_answer() -> None:
    """Friends of the account from before this program, once."""
    talk = Talk(facts(announcement=EMAIL_ONLY), NOBODY)
    talk.say("สวัสดีค่ะ")
    assert talk.answer.startswith("ช่องทางนี้มิใช่")
    talk.say("เมนู")
    assert "มิใช่" not in talk.answer


def test_coming_back_again_and_again_is_greeted_once_a_day() -> None:
    talk = Talk(person=NOBODY)
    assert talk.take(talk.events.event(ChatEventKind.FOLLOW)).says
    left = talk.take(talk.events.event(ChatEventKind.UNFOLLOW))
    back = talk.take(talk.events.event(ChatEventKind.FOLLOW))
    assert (left.person.blocked_at, back.person.blocked_at) == (talk.events.at - timedelta(seconds=1), None)
    assert back.says is None
    talk.events.at += timedelta(days=2)
    assert talk.take(talk.events.event(ChatEventKind.FOLLOW)).says


def test_a_follow_that_comes_late_does_not_undo_the_block() -> None:
    """The order of occurrence counts."""
    talk = Talk(person=NOBODY)
    early = talk.events.event(ChatEventKind.FOLLOW)
    talk.take(talk.events.event(ChatEventKind.UNFOLLOW))
    assert talk.take(early).says is None
    assert talk.person.blocked_at


def test_who_writes_has_not_blocked_us() -> None:
    talk = Talk(person=replace(NOBODY, blocked_at=START))
    talk.say("ขอถังขยะ")
    assert talk.person.blocked_at is None


def test_rooms_are_told_once_and_nothing_of_them_is_kept() -> None:
    """Joining, words, pictures and leaving alike; the words are in both languages."""
    talk = Talk(person=ChatPerson(id="C1"))
    found = talk.take(talk.events.event(ChatEventKind.JOIN, room="C1"))
    assert found.says
    assert "หนึ่งต่อหนึ่ง" in found.says.text
    assert "one-to-one" in found.says.text
    for event in (
        talk.events.event(ChatEventKind.JOIN, room="C1"),
        talk.events.said("ขอถังขยะ", room="C1"),
        talk.events.image(room="C1"),
        talk.events.tapped(Verb.STATUS, room="C1"),
        talk.events.event(ChatEventKind.LEAVE, room="C1"),
    ):
        later = talk.take(event)
        assert (later.says, later.conversation, later.belongs) == (None, None, False)


def test_a_room_that_was_joined_unseen_is_told_at_its_first_word() -> None:
    talk = Talk(person=ChatPerson(id="C1"))
    assert talk.take(talk.events.said("สวัสดี", room="C1")).says
    assert talk.take(talk.events.said("สวัสดี", room="C1")).says is None


@pytest.mark.parametrize("kind", [ChatEventKind.UNKNOWN, ChatEventKind.MALFORMED])
def test_what_nobody_understands_goes_to_a_clerk_by_itself(kind: ChatEventKind) -> None:
    """Closed at once, and the open conversation is left alone."""
    talk = Talk()
    talk.say("ขอถังขยะ")
    before = talk.talk
    found = talk.take(talk.events.event(kind, defect="event-unknown: beam"))
    assert found.conversation
    assert (found.conversation.state, found.belongs, found.says) == (ConversationState.CLOSED, True, None)
    assert talk.talk == before


@pytest.mark.parametrize("kind", [ChatEventKind.OTHER, ChatEventKind.LINK, ChatEventKind.LEAVE])
def test_other_signs_change_nothing(kind: ChatEventKind) -> None:
    """L16: nobody is answered, nothing opened."""
    talk = Talk()
    found = talk.take(talk.events.event(kind))
    assert (found.says, found.conversation, found.person) == (None, None, talk.person)


# Collecting


def test_words_and_files_become_one_conversation() -> None:
    """Every word gives it more time; every answer offers what may be done next."""
    talk = Talk()
    talk.say("ไฟถนนดับ")
    talk.send()
    talk.take(talk.events.message(ChatMessageKind.LOCATION, location=Location("บ้าน", "ถนนสมมุติ", 13.5, 100.5)))
    talk.take(talk.events.message(ChatMessageKind.STICKER, text="ขอบคุณ"))
    assert talk.talk
    assert len(talk.kept[talk.talk.id]) == 4
    assert talk.talk.closes_at == talk.events.at + QUIET
    assert talk.labels == ["ส่งเรื่อง", "เลือกบริการ", "แนบเพิ่ม", "ยกเลิก"]
    assert "4 รายการ" in talk.answer


def test_an_english_speaker_is_answered_in_english() -> None:
    talk = Talk()
    talk.say("The street lamp is broken")
    assert "Kept" in talk.answer
    assert talk.labels[0] == "Submit"
    talk.send()
    assert "Kept" in talk.answer
    talk.say("ไฟถนนดับ")
    assert "รับไว้แล้ว" in talk.answer


def test_talking_without_end_gets_in_all_the_same() -> None:
    """The time of a conversation without a guide is bounded, however often it is extended."""
    talk = Talk()
    talk.say("หนึ่ง")
    for _ in range(100):
        talk.events.at += timedelta(seconds=100)
        talk.say("และอีกเรื่อง")
    assert talk.talk
    assert talk.talk.closes_at == talk.talk.opened_at + DIALOGUE


def test_pictures_that_were_sent_together_are_answered_once() -> None:
    """By the last of the set; all are kept."""
    talk = Talk()
    answers = [talk.send(set_id="s", set_index=number, set_total=3).says is not None for number in (1, 2, 3)]
    assert answers == [False, False, True]
    assert talk.talk
    assert len(talk.kept[talk.talk.id]) == 3


def test_events_that_came_together_are_answered_by_the_last() -> None:
    """The earlier reply token is left to the receipt."""
    talk = Talk()
    event = talk.events.said("ไฟถนนดับ")
    assert talk.take(event, silent=True).says is None
    assert talk.talk
    assert talk.talk.reply_token == event.reply_token
    assert talk.say("หน้าบ้านเลขที่ 5").says
    assert talk.talk.reply_token == ""


def test_what_will_be_answered_itself_answers_for_others() -> None:
    """Messages do, but not those of a room, those taken back, and all but the last picture of a set."""
    events = Events()
    assert answers_later(events.said("x"))
    assert answers_later(events.image(set_id="s", set_index=2, set_total=2))
    assert not answers_later(events.image(set_id="s", set_index=1, set_total=2))
    assert not answers_later(events.said("x", room="C1"))
    assert not answers_later(events.said("x", unsent_at=START))
    assert not answers_later(events.tapped(Verb.MENU))


@pytest.mark.parametrize(
    "words", ["สวัสดี", "สวัสดีครับ", "สวัสดีค่ะ 🙏", "Hello!", "เมนู", "ช่วยเหลือ", "ขอบคุณค่ะ", "ขอบคุณมากครับ"]
)
def test_courtesies_open_nothing(words: str) -> None:
    """They are answered, with the menu to tap."""
    talk = Talk()
    assert talk.say(words).conversation is None
    assert talk.answer
    assert len(talk.labels) == 4


def test_a_sticker_alone_opens_nothing() -> None:
    """L16: it is answered with the menu."""
    talk = Talk()
    found = talk.take(talk.events.message(ChatMessageKind.STICKER, text="ฝันดี"))
    assert (found.conversation, bool(found.says)) == (None, True)


def test_a_greeting_within_a_matter_belongs_to_it() -> None:
    talk = Talk()
    talk.say("ไฟถนนดับ")
    assert talk.say("สวัสดีค่ะ").belongs
    assert talk.words() == ["ไฟถนนดับ", "สวัสดีค่ะ"]


def test_a_channel_that_is_not_announced_says_so_at_once() -> None:
    """And keeps what was said all the same."""
    talk = Talk(facts(announcement=EMAIL_ONLY))
    assert talk.say("ไฟถนนดับ").belongs
    assert "อีเมล saraban@tuayang.go.th" in talk.answer


# Submitting and cancelling


def test_submitting_closes_at_once_and_leaves_the_token_to_the_receipt() -> None:
    """Nothing else is said: the receipt with its number is the answer."""
    talk = Talk()
    talk.say("ไฟถนนดับ")
    found = talk.press("ส่งเรื่อง")
    assert found.conversation
    assert (found.says, found.conversation.state) == (None, ConversationState.CLOSED)
    assert found.conversation.reply_token == f"token-{talk.events.person[1:4]}-002"
    assert found.conversation.reply_token_at == talk.events.at


def test_submitting_waits_for_files_that_are_not_here_yet() -> None:
    """It says so, stays open, and is due now."""
    talk = Talk()
    talk.take(talk.events.message(ChatMessageKind.VIDEO))
    found = talk.say("ส่งเรื่อง")
    assert found.conversation
    assert (found.conversation.state, found.conversation.closes_at) == (ConversationState.OPEN, talk.events.at)
    assert "กำลังรับไฟล์" in talk.answer
    assert talk.words() == []


@pytest.mark.parametrize("words", ["ส่งเรื่อง", "submit", "ยืนยันครับ"])
def test_nothing_cannot_be_submitted(words: str) -> None:
    talk = Talk()
    assert talk.say(words).conversation is None
    assert talk.answer


def test_nothing_is_thrown_away_unasked() -> None:
    """Cancelling asks once more; keeping goes on; throwing away ends it."""
    talk = Talk()
    talk.say("ไฟถนนดับ")
    talk.say("ยกเลิก")
    assert "1 รายการ" in talk.answer
    assert talk.labels == ["ทิ้งทั้งหมด", "ไม่ทิ้ง ทำต่อ", "ส่งเรื่อง"]
    talk.press("ไม่ทิ้ง ทำต่อ")
    assert talk.talk
    talk.press("ยกเลิก")
    talk.press("ทิ้งทั้งหมด")
    assert not talk.is_open
    assert [one.state for one in talk.ended] == [ConversationState.DROPPED]
    assert talk.words() == ["ไฟถนนดับ"]


def test_the_words_for_throwing_away_do_it_too() -> None:
    """Without a conversation they are words like others."""
    talk = Talk()
    assert talk.say("ทิ้งทั้งหมด").belongs
    assert talk.say("ทิ้งทั้งหมด").conversation
    assert not talk.is_open


def test_an_empty_dialogue_is_cancelled_at_once() -> None:
    talk = Talk()
    assert "ไม่มีเรื่องที่กำลังส่ง" in (talk.say("ยกเลิก").says or pytest.fail("no answer")).text
    talk.tap(Verb.SERVICE, "food")
    talk.press("ยกเลิก")
    assert [one.state for one in talk.ended] == [ConversationState.DROPPED]


# Joining a case


def test_what_is_said_later_joins_the_open_case() -> None:
    """The answer says which one, and offers to make it a matter of its own."""
    talk = Talk(facts(cases=(case("41/2569"), case("40/2569", acknowledged_by="cd" * 16))))
    talk.say("ส่งเอกสารเพิ่มค่ะ")
    assert talk.talk
    assert talk.talk.answers == "ab" * 16
    assert "จะเพิ่มในเรื่องเลขรับ 41/2569" in talk.answer
    talk.press("เป็นเรื่องใหม่")
    assert talk.talk
    assert talk.talk.answers == ""
    assert "จะเพิ่มในเรื่อง" not in talk.answer
    assert "เป็นเรื่องใหม่" not in talk.labels


def test_submitting_an_addition_says_where_it_went() -> None:
    """No receipt follows, so that this is the answer."""
    talk = Talk(facts(cases=(case(),)))
    talk.say("ส่งเอกสารเพิ่มค่ะ")
    talk.press("ส่งเรื่อง")
    assert "จะเพิ่มในเรื่องเลขรับ 41/2569" in talk.answer


@pytest.mark.parametrize(
    "known",
    [case(state="redirected"), case(state="set-aside"), case(days_ago=91), case(acknowledged_by="")],
    ids=["redirected", "set-aside", "old", "unacknowledged"],
)
def test_a_case_that_is_over_is_joined_by_nothing(known: object) -> None:
    talk = Talk(facts(cases=(known,)))
    talk.say("ไฟถนนดับ")
    assert talk.talk
    assert talk.talk.answers == ""


OWN = (case("50/2569", acknowledged_by="50" * 16), case("40/2569", acknowledged_by="40" * 16, days_ago=200))


@pytest.mark.parametrize("words", ["เรื่อง 40/2569 ขอแนบรูปเพิ่ม", "ตามเลขรับที่ ๔๐/๒๕๖๙ ค่ะ", "about No. 40 / 2569, please"])
def test_a_number_of_ones_own_says_which_case_is_meant(words: str) -> None:
    """At the beginning and later, rather than the latest, however old the case; the answer names it."""
    talk = Talk(facts(cases=OWN))
    talk.say(words)
    assert (talk.talk and talk.talk.answers, "40/2569" in talk.answer) == ("40" * 16, True)
    later = Talk(facts(cases=OWN))
    later.say("ขอแนบเอกสารเพิ่ม")
    assert later.talk
    assert later.talk.answers == "50" * 16
    later.say(words)
    assert (later.talk.answers, later.words()) == ("40" * 16, ["ขอแนบเอกสารเพิ่ม", words])


@pytest.mark.parametrize("words", ["เรื่อง 7/2569 ขอแนบรูป", "ตึก 140/2569", "ไฟล์ 40/25691", "วันที่ 1/40/2569"])
def test_a_number_that_is_not_ones_own_says_nothing(words: str) -> None:
    """Not even that it exists: the latest case is joined as ever (146)."""
    talk = Talk(facts(cases=OWN))
    talk.say(words)
    assert talk.talk
    assert talk.talk.answers == "50" * 16


def test_a_quoted_case_that_is_over_is_joined_by_nothing() -> None:
    """It is a matter of its own, and no part of another one."""
    talk = Talk(facts(cases=(OWN[0], case("40/2569", state="set-aside"))))
    talk.say("ตามเรื่อง 40/2569 ยังไม่ได้รับถังขยะ")
    assert talk.talk
    assert talk.talk.answers == ""


def test_a_new_matter_stays_new_whatever_it_quotes() -> None:
    """They said so."""
    talk = Talk(facts(cases=OWN))
    talk.say("ไฟถนนดับ")
    talk.press("เป็นเรื่องใหม่")
    talk.say("ไม่เกี่ยวกับ 40/2569")
    assert talk.talk
    assert talk.talk.answers == ""


def test_choosing_a_service_makes_a_new_matter() -> None:
    talk = Talk(facts(cases=(case(),)))
    talk.say("ขอเปิดร้าน")
    talk.tap(Verb.SERVICE, "food")
    assert talk.talk
    assert talk.talk.answers == ""


# Taking back


def test_taking_back_the_only_word_drops_the_conversation() -> None:
    """Nothing is said about it (R117)."""
    talk = Talk()
    event = talk.events.said("ไฟถนนดับ")
    talk.take(event)
    assert event.message
    found = talk.take(talk.events.unsent(event.message.id))
    assert (found.takes_back, found.says) == (event.message.id, None)
    assert [one.state for one in talk.ended] == [ConversationState.DROPPED]


def test_taking_back_one_of_two_keeps_the_other() -> None:
    """A document that is taken back is missing again."""
    talk = Talk()
    talk.tap(Verb.SERVICE, "food")
    picture = talk.events.image()
    talk.take(picture)
    talk.say("อยู่ตลาดเก่า")
    assert picture.message
    talk.take(talk.events.unsent(picture.message.id))
    assert talk.talk
    assert talk.talk.documents == ()


def test_taking_back_what_is_elsewhere_leaves_the_conversation_alone() -> None:
    talk = Talk()
    talk.say("ไฟถนนดับ")
    assert talk.take(talk.events.unsent("unknown")).conversation is None


def test_what_was_taken_back_before_it_came_is_not_answered() -> None:
    """It opens nothing; within a conversation it is kept on record."""
    talk = Talk()
    assert talk.take(talk.events.said("ลบแล้ว", unsent_at=START)).conversation is None
    talk.say("ไฟถนนดับ")
    found = talk.take(talk.events.said("ลบแล้ว", unsent_at=START))
    assert (found.belongs, found.says) == (True, None)
