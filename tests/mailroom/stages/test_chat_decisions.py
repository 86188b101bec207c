"""What is decided on messages of a chat, where that differs from mail."""

from typing import Any

import pytest

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Decision, Kind, Letter, Outcome
from mailroom.domain.message import Address, Message
from mailroom.domain.record import History
from mailroom.domain.register import RegisterNumber
from mailroom.stages.classify import classify
from mailroom.stages.decide import Facts, decide
from tests.support.stage_values import AGENCY, ENTERED_AT, NO_HISTORY, attachment, catalogue, envelope, message

PERSON = Address("สมศรี", "U" + "1" * 32)
CASE = RegisterNumber(2569, 41)


def said(text: str = "", **changes: Any) -> Message:
    """A submission of a chat: who speaks has an id of the platform, and no Message-ID."""
    return message("", text, sender=PERSON, senders=(PERSON,), is_chat=True, **changes)


def decided(sent: Message, history: History = NO_HISTORY, agency: Agency = AGENCY) -> tuple[Kind, str | None, Decision]:
    found = classify(sent, history, agency, catalogue())
    facts = Facts(
        message=sent,
        envelope=envelope("line"),
        classification=found,
        history=history,
        agency=agency,
        catalogue=catalogue(),
        now=ENTERED_AT,
    )
    kind, decision = decide(facts)
    return kind.kind, kind.service, decision


def test_a_service_that_was_chosen_is_the_service_asked_for() -> None:
    """Whatever the words are like, and when there are none at all."""
    for text in ("", "ขอบคุณค่ะ", "ร้องเรียนถนนพัง", "ต่อใบขับขี่"):
        kind, service, decision = decided(said(text, service="building-permit"))
        assert (kind, service) == (Kind.REQUEST, "building-permit"), text
        assert decision.reasons[0].code == "service-chosen"
        assert (decision.outcome, decision.letter) == (Outcome.ACCEPT, Letter.ACKNOWLEDGEMENT)


def test_danger_goes_before_a_choice() -> None:
    """A program among the documents is held, whatever was chosen."""
    kind, _, decision = decided(said("", service="building-permit", attachments=(attachment("a.exe"),)))
    assert (kind, decision.outcome) == (Kind.MALWARE, Outcome.HOLD)


def test_a_service_that_is_unknown_decides_nothing() -> None:
    assert decided(said("ร้องเรียนถนนพัง", service="no-such"))[0] is Kind.COMPLAINT


def test_what_joins_a_case_has_no_number_and_no_letter() -> None:
    """The turn has said that it is added."""
    _, _, decision = decided(said("สำเนาโฉนดค่ะ"), History(thread=CASE, replies_to_us=True))
    assert (decision.outcome, decision.rule, decision.register, decision.letter) == (
        Outcome.ACCEPT,
        "joins-case",
        False,
        None,
    )


def test_another_service_is_no_part_of_the_case() -> None:
    _, _, decision = decided(said("", service="building-permit"), History(thread=CASE))
    assert decision.register
    assert decision.letter is Letter.ACKNOWLEDGEMENT


def test_mail_that_answers_us_does_not_join() -> None:
    """Mail keeps its own number (R45)."""
    sent = message("Re: เรื่องเดิม", "ส่งเอกสารเพิ่ม", "โฉนด.pdf")
    assert decided(sent, History(thread=CASE, replies_to_us=True))[2].register


@pytest.mark.parametrize("defect", ["event-malformed: no timestamp", "event-id-reused: 01ABC"])
def test_a_broken_event_is_held_like_unreadable_mail(defect: str) -> None:
    """With a number, and a letter where it is known whom to tell."""
    kind, _, decision = decided(said("", defects=(defect,)))
    assert (kind, decision.outcome, decision.register) == (Kind.UNPARSED, Outcome.HOLD, True)
    assert decision.letter is Letter.HELD
    nobody = message("", sender=Address("", ""), is_chat=True, defects=(defect,))
    assert decided(nobody)[2].letter is None


def test_an_unknown_event_with_words_is_a_matter() -> None:
    """Only what says nothing is set apart without a number."""
    assert decided(said("ขอถังขยะ", defects=("event-unknown: beam",)))[2].register


def test_who_writes_in_a_chat_is_answered() -> None:
    """Its id is no address and needs none; the same words may come twice; papers are not asked for."""
    history = History(text_answered=True, replies_to_us=True)
    assert decided(said("ขอถังขยะหนึ่งใบค่ะ"), history)[2].letter is Letter.ACKNOWLEDGEMENT


def test_words_of_robots_mean_nothing_in_a_chat() -> None:
    """A citizen may quote them."""
    robotic = "ข้อความตอบกลับอัตโนมัติ: ขณะนี้ไม่อยู่สำนักงาน"
    assert decided(said(robotic))[0] is not Kind.AUTO_REPLY
