"""The guided dialogue: every step with every kind of input; what is no answer is kept all the same."""

from datetime import timedelta

import pytest

from mailroom.domain.card import CheckItem
from mailroom.domain.chat import ChatContent, ChatMessageKind, ChatPerson, ContentState, ConversationState, Step
from mailroom.stages.chat_words import Verb
from tests.support.chat_talk import DIALOGUE, SOMSRI, START, Talk

STEPS = (Step.SERVICE, Step.DOCUMENTS, Step.NAME, Step.EMAIL, Step.CONFIRM)


def at_step(step: Step) -> Talk:
    """A guided dialogue that stands there, with everything before it left out."""
    talk = Talk()
    if step is Step.SERVICE:
        talk.say("เลือกบริการ")
        return talk
    talk.tap(Verb.SERVICE, "food")
    skips = {Step.DOCUMENTS: 0, Step.NAME: 3, Step.EMAIL: 4, Step.CONFIRM: 5}[step]
    for _ in range(skips):
        talk.say("ข้าม")
    assert talk.talk
    assert talk.talk.step is step
    return talk


def done(talk: Talk) -> list[bool]:
    """The checklist of the last answer."""
    assert talk.last
    assert talk.last.says
    assert talk.last.says.card
    return [one.done for one in talk.last.says.card.items]


def test_the_way_from_service_to_submission() -> None:
    """Checklist after each document, name, e-mail, summary; the receipt is the answer to the last tap."""
    talk = Talk()
    talk.say("เลือกบริการ")
    talk.press("1. ใบอนุญาตร้านอาหาร")
    assert "เอกสารรายการที่ 1: คำขอ" in talk.answer
    assert done(talk) == [False, False, False]
    talk.send()
    assert done(talk) == [True, False, False]
    here = ChatContent(state=ContentState.KEPT, media_type="application/pdf")
    talk.take(talk.events.message(ChatMessageKind.FILE, file_name="ทะเบียนบ้าน.pdf", content=here))
    assert done(talk) == [True, True, False]
    talk.say("ไม่มี")
    assert "ชื่อและนามสกุล" in talk.answer
    talk.say("สมศรี  มีสุข")
    assert "อีเมล" in talk.answer
    talk.say("Somsri @ post.EXAMPLE")
    assert talk.last
    assert talk.last.says
    assert talk.last.says.card
    assert dict(talk.last.says.card.rows) == {
        "บริการ": "ใบอนุญาตร้านอาหาร",
        "ผู้ยื่น": "สมศรี มีสุข",
        "อีเมล": "Somsri@post.example",
        "จำนวนไฟล์": "2",
    }
    assert talk.last.says.card.items[2] == CheckItem("แผนที่", done=False)
    assert "ยังไม่ครบ" in talk.last.says.card.note
    found = talk.press("ส่งเรื่อง")
    assert found.conversation
    assert (found.says, found.conversation.state) == (None, ConversationState.CLOSED)
    assert found.conversation.service == "food"
    assert [index for index, _ in found.conversation.documents] == [0, 1]
    assert (talk.person.given_name, talk.person.email) == ("สมศรี มีสุข", "Somsri@post.example")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "words",
    [
        "ร้านอยู่ตลาดเก่า\nใกล้วัด",
        "ก" * 5000,
        "x@@y@",
        "https://a.example/x",
        "?",
        "1234",
        "99",
        "@",
        "สวัสดีครับ",
        "เรียน นายก\nด้วย…",
    ],
)
def test_no_words_are_lost_at_any_step(step: Step, words: str) -> None:
    """They are kept, whether they answer or not, and the question is asked again or the next one is."""
    talk = at_step(step)
    assert talk.say(words).belongs
    assert words in talk.words()
    assert talk.answer


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", [one for one in ChatMessageKind if one is not ChatMessageKind.TEXT])
def test_nothing_that_is_sent_is_lost_at_any_step(step: Step, kind: ChatMessageKind) -> None:
    """Pictures, places, stickers and what is unknown belong to the submission."""
    talk = at_step(step)
    event = talk.events.message(kind)
    assert talk.take(event).belongs
    assert talk.talk
    assert event in talk.kept[talk.talk.id]
    assert talk.answer


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("words", ["สถานะ", "เมนู", "ช่วยเหลือ", "41/2569", "อีเมล"])
def test_questions_beside_leave_the_step_alone(step: Step, words: str) -> None:
    talk = at_step(step)
    before = talk.talk
    talk.say(words)
    assert talk.answer
    assert talk.talk == before


@pytest.mark.parametrize("step", STEPS)
def test_cancelling_at_any_step_ends_an_empty_dialogue(step: Step) -> None:
    talk = at_step(step)
    talk.say("ยกเลิก")
    assert not talk.is_open
    assert talk.ended[-1].state is ConversationState.DROPPED


@pytest.mark.parametrize("step", STEPS[1:])
def test_cancelling_at_any_step_asks_where_something_was_sent(step: Step) -> None:
    """And going on asks the same question as before."""
    talk = at_step(step)
    talk.take(talk.events.message(ChatMessageKind.LOCATION))
    asked = talk.answer.split("\n", 1)[-1]
    talk.say("ยกเลิก")
    assert talk.talk
    talk.press("ไม่ทิ้ง ทำต่อ")
    assert talk.answer in asked or asked in talk.answer


@pytest.mark.parametrize("step", [Step.DOCUMENTS, Step.NAME, Step.EMAIL])
def test_submitting_early_shows_the_summary_first(step: Step) -> None:
    talk = at_step(step)
    talk.say("ส่งเรื่อง")
    assert talk.talk
    assert talk.talk.step is Step.CONFIRM
    talk.say("ส่งเรื่อง")
    assert not talk.is_open
    assert talk.ended[-1].state is ConversationState.CLOSED


def test_a_confirmed_request_without_a_word_is_a_request() -> None:
    """The choice itself was confirmed; the tap that did it belongs to the submission."""
    talk = at_step(Step.CONFIRM)
    talk.press("ส่งเรื่อง")
    (ended,) = talk.ended
    assert ended.state is ConversationState.CLOSED
    assert talk.kept[ended.id]


def test_a_guided_dialogue_has_more_time() -> None:
    """An hour from the last word, as configured."""
    talk = at_step(Step.DOCUMENTS)
    talk.events.at += timedelta(minutes=30)
    talk.send()
    assert talk.talk
    assert talk.talk.closes_at == talk.events.at + DIALOGUE


def test_pictures_of_one_set_are_pages_of_one_document() -> None:
    talk = at_step(Step.DOCUMENTS)
    for number in (1, 2, 3):
        talk.send(set_id="s", set_index=number, set_total=3)
    assert done(talk) == [True, False, False]
    talk.send()
    assert done(talk) == [True, True, False]
    assert talk.talk
    assert [index for index, _ in talk.talk.documents] == [0, 0, 0, 1]


def test_another_page_may_be_added_to_a_document() -> None:
    talk = at_step(Step.DOCUMENTS)
    talk.send()
    talk.press("เพิ่มในรายการเดิม")
    assert "รายการที่ 1" in talk.answer
    talk.send()
    assert done(talk) == [True, False, False]
    assert "รายการที่ 2" in talk.answer


def test_a_button_of_an_earlier_question_skips_nothing() -> None:
    """Tapped late, it must not skip the question that is asked now (160)."""
    talk = at_step(Step.DOCUMENTS)
    old = talk.offered("ข้าม")
    talk.send()
    before = talk.talk
    talk.take(talk.events.event(talk.events.tapped(Verb.MENU).kind, data=old.data))
    assert talk.talk
    assert before
    assert talk.talk.awaited == before.awaited
    assert "ผ่านไปแล้ว" in talk.answer


def test_what_is_known_is_offered() -> None:
    """A tap takes the name that the platform shows, and the address that was given before."""
    person = ChatPerson(id=SOMSRI, name="Somsri ♥", email="a@b.example", email_proven_at=START, greeted_at=START)
    talk = Talk(person=person)
    talk.tap(Verb.SERVICE, "noise")
    talk.press("ใช้ Somsri ♥")
    talk.press("ใช้ a@b.example")
    assert talk.talk
    assert (talk.talk.name, talk.talk.email, talk.talk.step) == ("Somsri ♥", "a@b.example", Step.CONFIRM)
    assert talk.person.email_proven_at == START


def test_a_wrong_address_is_asked_for_again() -> None:
    talk = at_step(Step.EMAIL)
    talk.say("somsri@post")
    assert "ไม่ถูกต้อง" in talk.answer
    talk.say("saraban@tuayang.go.th")
    assert "ไม่ถูกต้อง" in talk.answer
    talk.say("somsri๑@post.example")
    assert talk.talk
    assert talk.talk.email == "somsri1@post.example"


def test_the_summary_leads_back_to_each_question() -> None:
    """And from there straight back to the summary."""
    talk = at_step(Step.NAME)
    talk.say("สมศรี มีสุข")
    talk.say("a@b.example")
    talk.press("แก้ชื่อ")
    assert "ชื่อและนามสกุล" in talk.answer
    talk.say("สมศรี สุขมี")
    assert talk.talk
    assert (talk.talk.step, talk.talk.name) == (Step.CONFIRM, "สมศรี สุขมี")
    talk.press("แก้อีเมล")
    talk.say("c@d.example")
    assert (talk.talk.step, talk.talk.email) == (Step.CONFIRM, "c@d.example")
    talk.press("เพิ่มเอกสาร")
    assert "รายการที่ 1" in talk.answer
    talk.send()
    talk.send()
    talk.send()
    assert talk.talk.step is Step.CONFIRM
    assert done(talk) == [True, True, True]
    talk.press("เพิ่มเอกสาร")
    assert "รายการที่ 3" in talk.answer


def test_changing_the_service_keeps_what_was_sent() -> None:
    """Which document a file is, is asked anew."""
    talk = at_step(Step.DOCUMENTS)
    talk.send()
    talk.tap(Verb.SERVICE, "noise")
    assert talk.talk
    assert (talk.talk.service, talk.talk.documents) == ("noise", ())
    assert len([one for one in talk.kept[talk.talk.id] if one.message]) == 1


def test_looking_at_the_list_in_the_middle_keeps_the_guide() -> None:
    talk = at_step(Step.NAME)
    talk.say("เลือกบริการ")
    assert talk.talk
    assert (talk.talk.service, talk.talk.step) == ("food", Step.NAME)


def test_what_came_before_the_choice_is_part_of_it() -> None:
    talk = Talk()
    talk.say("จะเปิดร้านข้าวหมูแดง")
    talk.press("เลือกบริการ")
    talk.press("1. ใบอนุญาตร้านอาหาร")
    assert talk.talk
    assert talk.words() == ["จะเปิดร้านข้าวหมูแดง"]
    assert talk.talk.service == "food"
