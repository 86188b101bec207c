"""Beside the matter: status, e-mail address, buttons that nobody made, and the list of services."""

from dataclasses import replace

import pytest

from mailroom.domain.chat import (
    ChatEventKind,
    ChatPerson,
    Step,
)
from mailroom.domain.service import Catalogue, Service
from mailroom.stages.chat_words import Verb
from mailroom.stages.dialogue_values import Wish
from tests.support.chat_talk import (
    BOTH,
    CATALOGUE,
    EMAIL_ONLY,
    SOMSRI,
    START,
    Talk,
    case,
    facts,
)

NOBODY = ChatPerson(id=SOMSRI)


# Beside the matter


@pytest.mark.parametrize("words", ["สถานะ", "status", "ติดตามเรื่องครับ"])
def test_the_status_tells_of_own_cases(words: str) -> None:
    """Number, state, matter and day; the conversation stays as it is."""
    talk = Talk(facts(cases=(case(service="food"), case("40/2569", "held", 3))))
    talk.say("ไฟถนนดับ")
    before = talk.talk
    found = talk.say(words)
    assert found.says
    assert found.says.card
    rows = dict(found.says.card.rows)
    assert list(rows) == ["41/2569", "40/2569"]
    assert "4 ม.ค. 2569" in rows["41/2569"] or "4 January 2026" in rows["41/2569"]
    assert (talk.talk, found.belongs) == (before, False)


@pytest.mark.parametrize("words", ["41/2569", "๔๑/๒๕๖๙", "เลขรับ ๔๑ / ๒๕๖๙", "No. 41/2569"])
def test_a_number_alone_asks_for_one_case(words: str) -> None:
    talk = Talk(facts(cases=(case(), case("40/2569"))))
    found = talk.say(words)
    assert found.says
    assert found.says.card
    assert found.conversation is None
    assert "41/2569" in found.says.card.title
    assert found.says.card.rows


def test_a_number_of_another_is_like_one_that_does_not_exist() -> None:
    """The same words, so that nobody learns which numbers exist."""
    talk = Talk(facts(cases=(case(),)))
    first = talk.say("7/2569").says
    second = talk.say("999999/2569").says
    assert first
    assert second
    assert first.text.replace("7/2569", "N") == second.text.replace("999999/2569", "N")
    assert first.card == second.card


def test_many_cases_are_shown_in_part_and_counted() -> None:
    talk = Talk(facts(cases=tuple(case(f"{number}/2569") for number in range(30, 10, -1))))
    found = talk.say("สถานะ").says
    assert found
    assert found.card
    assert len(found.card.rows) == 8
    assert "12" in found.card.note


def test_without_cases_the_status_says_how_to_find_those_sent_by_mail() -> None:
    assert "อีเมล" in (Talk().say("สถานะ").says or pytest.fail("no answer")).text


# E-mail and code


@pytest.mark.parametrize("words", ["somsri@post.example", " Somsri@POST.example ", "somsri @ post.example"])
def test_an_address_alone_is_kept_and_opens_nothing(words: str) -> None:
    talk = Talk()
    assert talk.say(words).conversation is None
    assert talk.person.email.lower() == "somsri@post.example"
    assert "ยืนยันอีเมล" in talk.labels


def test_our_own_address_is_nobody_elses() -> None:
    """Letters to ourselves would go round."""
    talk = Talk()
    talk.say("saraban@tuayang.go.th")
    assert talk.person.email == ""
    assert "ไม่ถูกต้อง" in talk.answer


def test_another_address_is_not_proven_and_voids_the_code() -> None:
    talk = Talk(
        person=ChatPerson(id=SOMSRI, email="a@b.example", email_proven_at=START, code_hash="x", greeted_at=START)
    )
    talk.say("c@d.example")
    assert (talk.person.email_proven_at, talk.person.code_hash) == (None, "")


def test_the_same_address_again_stays_proven() -> None:
    talk = Talk(person=ChatPerson(id=SOMSRI, email="a@b.example", email_proven_at=START, greeted_at=START))
    talk.say("A@b.example")
    assert talk.person.email_proven_at == START
    assert "ยืนยันแล้ว" in talk.answer


@pytest.mark.parametrize("words", ["123456", "๑๒๓๔๕๖", "123 456"])
def test_a_code_is_compared_only_while_one_is_out(words: str) -> None:
    """Else six digits are words like others."""
    out = Talk(person=ChatPerson(id=SOMSRI, code_hash="x", greeted_at=START))
    found = out.say(words)
    assert (found.wish, found.code, found.conversation) == (Wish.PROVE, "123456", None)
    assert Talk().say(words).belongs


def test_a_code_is_asked_for_by_a_button() -> None:
    talk = Talk()
    talk.say("somsri@post.example")
    assert talk.press("ยืนยันอีเมล").wish is Wish.CODE


def test_asking_to_give_an_address_tells_how() -> None:
    talk = Talk()
    assert "พิมพ์อีเมล" in (talk.say("แจ้งอีเมล").says or pytest.fail("no answer")).text


# Data of buttons


@pytest.mark.parametrize("data", ["", "x", "m1|drop", "m0|menu||", "m1|hack||", "m1|menu||" + "x" * 400, "m1|a|b|c|d"])
def test_data_that_is_not_ours_is_ignored(data: str) -> None:
    """160: nothing changes, nothing is said."""
    talk = Talk()
    talk.say("ไฟถนนดับ")
    before = talk.talk
    found = talk.take(talk.events.event(ChatEventKind.POSTBACK, data=data))
    assert (found.says, found.conversation, talk.talk) == (None, None, before)


@pytest.mark.parametrize(
    "verb", [Verb.SUBMIT, Verb.DROP, Verb.CANCEL, Verb.NEW, Verb.SKIP, Verb.MORE, Verb.KNOWN, Verb.EDIT, Verb.KEEP]
)
def test_a_button_of_another_conversation_changes_nothing(verb: Verb) -> None:
    """160: whoever made it up, or kept it on the screen for a year."""
    talk = Talk()
    talk.tap(verb, "0", conversation="other")
    assert not talk.is_open
    talk.say("ไฟถนนดับ")
    before = talk.talk
    talk.tap(verb, "0", conversation="other")
    assert talk.talk == before
    assert "ขั้นตอนที่ผ่านไปแล้ว" in talk.answer


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("detail", ["", "0", "99", "name", "confirm", "free", "no-such", "-1", "٣"])
def test_no_button_breaks_a_turn(verb: Verb, detail: str) -> None:
    """160: at any step, with any detail; and a step is never left for one that does not follow from it."""
    for steps in ([], ["food"], ["noise"]):
        talk = Talk()
        talk.say("ไฟถนนดับ")
        for service in steps:
            talk.tap(Verb.SERVICE, service)
        talk.tap(verb, detail)
        assert talk.words() == ["ไฟถนนดับ"]
        assert talk.talk is None or talk.talk.step in set(Step)


def test_an_address_within_a_matter_is_part_of_it() -> None:
    """It is known from then on, and not asked for again."""
    talk = Talk()
    talk.say("ไฟถนนดับ")
    assert talk.say("somsri@post.example").belongs
    talk.tap(Verb.SERVICE, "noise")
    talk.say("สมศรี มีสุข")
    assert talk.talk
    assert (talk.talk.email, talk.talk.step, talk.person.email) == (
        "somsri@post.example",
        Step.CONFIRM,
        "somsri@post.example",
    )


# The list of services


def many(count: int) -> Catalogue:
    return Catalogue(tuple(Service(f"s{number}", f"บริการที่ {number}") for number in range(1, count + 1)))


def test_services_are_paged_and_numbered() -> None:
    """Thirteen things to tap at most; numbers go on over the pages and may be typed."""
    talk = Talk(facts(catalogue=many(25)))
    talk.say("เลือกบริการ")
    assert len(talk.labels) == 13
    assert "11. บริการที่ 11" in talk.answer
    talk.press("ดูบริการถัดไป")
    assert "22. บริการที่ 22" in talk.answer
    talk.press("ดูบริการถัดไป")
    assert talk.labels[0] == "23. บริการที่ 23"
    talk.press("ดูบริการถัดไป")
    assert talk.labels[0] == "1. บริการที่ 1"
    talk.say("๒๔")
    assert talk.talk
    assert (talk.talk.service, talk.words()) == ("s24", [])


def test_only_what_is_offered_here_is_listed() -> None:
    talk = Talk()
    talk.say("เลือกบริการ")
    assert "ตลาด" not in talk.answer
    assert talk.labels == ["1. ใบอนุญาตร้านอาหาร", "2. ขอใช้เครื่องขยายเสียง", "ยกเลิก"]


def test_a_service_that_is_not_offered_here_names_its_channel() -> None:
    """Typed or made up (R20)."""
    for announcement in (None, BOTH):
        talk = Talk(facts(announcement=announcement))
        talk.say("บริการ")
        talk.say("ใบอนุญาตตลาด")
        assert "ไม่เปิดรับทางช่องทางนี้ โปรดยื่นทาง อีเมล saraban@tuayang.go.th" in talk.answer
        talk.tap(Verb.SERVICE, "market")
        assert "ไม่เปิดรับ" in talk.answer
        assert talk.talk
        assert talk.talk.service == ""


def test_where_nothing_is_offered_the_list_names_the_channels() -> None:
    talk = Talk(facts(announcement=EMAIL_ONLY))
    talk.say("เลือกบริการ")
    assert "อีเมล saraban@tuayang.go.th" in talk.answer


def test_words_at_the_list_are_kept_and_the_list_is_shown_again() -> None:
    talk = Talk()
    talk.say("เลือกบริการ")
    talk.say("ไม่แน่ใจว่าอันไหน")
    assert talk.words() == ["ไม่แน่ใจว่าอันไหน"]
    assert "1. ใบอนุญาตร้านอาหาร" in talk.answer
    talk.say("9")
    assert talk.words()[-1] == "9"


def test_a_service_may_be_named_in_other_words() -> None:
    talk = Talk()
    talk.say("เลือกบริการ")
    talk.say("ร้าน อาหาร")
    assert talk.talk
    assert talk.talk.service == "food"


def test_a_service_that_left_the_catalogue_does_not_break_the_dialogue() -> None:
    """What is said goes on being collected."""
    talk = Talk()
    talk.tap(Verb.SERVICE, "food")
    talk.known = replace(talk.known, catalogue=Catalogue(CATALOGUE.services[1:]))
    assert talk.send().belongs
    assert talk.say("อยู่ตลาดเก่า").belongs
    assert talk.say("ส่งเรื่อง").conversation
    assert not talk.is_open
