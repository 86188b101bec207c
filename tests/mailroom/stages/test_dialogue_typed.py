"""On computers LINE shows no quick replies: every label that can be tapped can be typed, and does the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailroom.domain.chat import ChatEventKind, ChatPerson, Step
from mailroom.domain.service import Catalogue, Service
from mailroom.stages.dialogue_says import PAGE
from mailroom.stages.dialogue_values import filled
from tests.support.chat_talk import FOOD, NOISE, SOMSRI, START, Talk, both_texts, case, facts

PERSON = ChatPerson(id=SOMSRI, name="Somsri S.", email="somsri@post.example", greeted_at=START)
MANY = Catalogue(tuple(Service(f"s{number}", f"บริการที่ {number}") for number in range(2 * PAGE + 3)))
WORDS = {
    "th": ("ไฟถนนหน้าบ้านดับ", "เลือกบริการ", "ช่วยเหลือ", "ยกเลิก", "อีเมล"),
    "en": ("The street lamp is broken", "services", "help", "cancel", "email"),
}
"""A matter, then commands."""


def begun(language: str) -> Talk:
    """Somebody said something in that language, and has an open case that it joins."""
    talk = Talk(facts(cases=(case(),)), person=PERSON)
    talk.say(WORDS[language][0])
    return talk


def at(step: Step) -> Callable[[str], Talk]:
    def guided(language: str) -> Talk:
        talk = begun(language)
        talk.say(WORDS[language][1])
        talk.press(next(one for one in talk.labels if one.startswith("1.")))
        assert talk.talk
        if step is Step.DOCUMENTS:
            talk.send()
        else:
            talk.talk = replace(talk.talk, step=step, awaited=None)
        talk.say(WORDS[language][2])
        return talk

    return guided


def listed(language: str) -> Talk:
    talk = Talk(facts(catalogue=MANY), person=PERSON)
    talk.say(WORDS[language][0])
    talk.say(WORDS[language][1])
    return talk


def doubted(language: str) -> Talk:
    talk = begun(language)
    talk.say(WORDS[language][3])
    return talk


def asked_for_address(language: str) -> Talk:
    talk = begun(language)
    talk.say(WORDS[language][4])
    return talk


def idle(language: str) -> Talk:
    talk = Talk(facts(cases=(case(),)), person=PERSON)
    talk.say(WORDS[language][2])
    return talk


OFFERED: dict[str, Callable[[str], Talk]] = {
    "choice-help": idle,
    "choice-status": idle,
    "choice-services": idle,
    "choice-email": idle,
    "choice-next-page": listed,
    "choice-code": asked_for_address,
    "choice-attach": begun,
    "choice-new": begun,
    "choice-submit": begun,
    "choice-cancel": begun,
    "choice-drop": doubted,
    "choice-keep": doubted,
    "choice-skip": at(Step.DOCUMENTS),
    "choice-more": at(Step.DOCUMENTS),
    "choice-known": at(Step.NAME),
    "choice-edit-documents": at(Step.CONFIRM),
    "choice-edit-name": at(Step.CONFIRM),
    "choice-edit-email": at(Step.CONFIRM),
}
"""Where each of the catalogue's labels is offered below a message."""
NOWHERE = {"choice-menu"}
"""A word only; no message offers it."""
TEXTS = {one.language: one for one in both_texts()}


@pytest.mark.parametrize("language", TEXTS)
def test_every_label_of_the_catalogue_is_looked_at(language: str) -> None:
    """A label that is added must be added here."""
    labels = {key for key in TEXTS[language].tables["chat"] if key.startswith("choice-")}
    assert labels == set(OFFERED) | NOWHERE


def english(talk: Talk) -> bool:
    return "Cancel" in talk.labels or "Help" in talk.labels


def same(tapped: Talk, typed: Talk) -> None:
    """Both did, and say, the same; the words are no part of what is submitted."""
    assert tapped.last
    assert typed.last
    if english(typed) == english(tapped):  # a tap alone tells no language, typed English does
        assert (typed.answer, typed.labels) == (tapped.answer, tapped.labels)
    assert len(typed.labels) == len(tapped.labels)
    assert (typed.last.wish, typed.person) == (tapped.last.wish, tapped.person)
    assert typed.talk == tapped.talk
    assert typed.ended == tapped.ended


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("key", OFFERED)
@pytest.mark.parametrize("polite", [False, True])
def test_a_label_that_is_typed_does_what_tapping_does(key: str, language: str, *, polite: bool) -> None:
    """In the state in which it is offered; with courtesy and a full stop as well."""
    label = filled(TEXTS[language].label("chat", key), known=PERSON.name)
    tapped, typed = OFFERED[key](language), OFFERED[key](language)
    assert label in tapped.labels
    before = typed.words()
    tapped.press(label)
    typed.say(f"{label}{'' if language == 'en' else 'ค่ะ'}." if polite else label)
    same(tapped, typed)
    assert typed.words() == before


def test_an_address_that_is_known_may_be_typed_with_its_label() -> None:
    """It is not taken for another address."""
    tapped, typed = at(Step.EMAIL)("th"), at(Step.EMAIL)("th")
    tapped.press("ใช้ somsri@post.example")
    typed.say("ใช้ somsri@post.example")
    same(tapped, typed)


def test_a_service_may_be_typed_as_it_stands_on_its_button() -> None:
    """Number and name, of whichever page is shown."""
    for pages in range(3):
        tapped, typed = listed("th"), listed("th")
        for _ in range(pages):
            tapped.say("ดูบริการถัดไป")
            typed.say("ดูบริการถัดไป")
        label = tapped.labels[2]
        assert label.startswith(f"{pages * PAGE + 3}. ")
        tapped.press(label)
        typed.say(label)
        same(tapped, typed)


def test_the_label_of_the_other_language_is_understood() -> None:
    """Whoever writes Thai may have an English screen before them."""
    talk = begun("th")
    talk.say("New matter")
    assert talk.talk
    assert talk.talk.answers == ""


@pytest.mark.parametrize(
    "words", ["แก้ชื่อ", "ไม่ทิ้ง ทำต่อ", "เพิ่มในรายการเดิม", "ดูบริการถัดไป", f"1. {FOOD.name}", f"9. {NOISE.name}"]
)
def test_a_label_that_is_not_offered_is_words_like_others(words: str) -> None:
    """It is kept as part of what is said."""
    talk = Talk(person=PERSON)
    talk.say(words)
    assert talk.words() == [words]


def test_the_button_of_a_receipt_may_be_typed() -> None:
    """It shows the state of all own cases."""
    for texts in both_texts():
        talk = idle(texts.language)
        talk.say(texts.label("chat", "button-status"))
        assert talk.last
        assert talk.last.says
        assert talk.last.says.card
        assert talk.last.says.card.rows[0][0] == "41/2569"


def test_a_tap_that_is_spoilt_stands_for_nothing() -> None:
    """Other data than ours, in whatever words (160)."""
    talk = begun("th")
    before = talk.talk
    talk.take(talk.events.event(ChatEventKind.POSTBACK, data="m1|submit|elsewhere|"))
    assert talk.talk == before
