"""The policy: every rule with a message on which it speaks and one on which it is silent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailroom.domain.agency import Announcement
from mailroom.domain.decision import Classification, Decision, Kind, Letter, Outcome, Reason
from mailroom.domain.message import Address, Message
from mailroom.domain.record import History
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Catalogue, OtherAgency
from mailroom.stages.classify import classify
from mailroom.stages.decide import decide
from mailroom.stages.rules import POLICY, Facts
from tests.support.stage_values import AGENCY, ENTERED_AT, NO_HISTORY, attachment, catalogue, envelope, message

ORDINARY = message("ขอถังขยะ", "ขอถังขยะหนึ่งใบครับ")
ANNOUNCED = Announcement(date(2023, 8, 1), ("email",))
LINE_ONLY = Announcement(date(2023, 8, 1), ("line",))
EMAIL_AND_LINE = Announcement(date(2023, 8, 1), ("email", "line"))
WASTE_BY_LINE = Catalogue(tuple(replace(one, channels=("line",)) for one in catalogue().services))


def facts(sent: Message = ORDINARY, history: History = NO_HISTORY, **changes: Any) -> Facts:
    known = changes.pop("catalogue", catalogue())
    return Facts(
        message=sent,
        envelope=changes.pop("envelope", envelope()),
        classification=changes.pop("classification", classify(sent, history, AGENCY, known)),
        history=history,
        agency=AGENCY,
        catalogue=known,
        now=ENTERED_AT + timedelta(minutes=1),
        **changes,
    )


def decided(sent: Message = ORDINARY, history: History = NO_HISTORY, **changes: Any) -> Decision:
    return decide(facts(sent, history, **changes))[1]


def test_a_request_for_one_service_is_accepted() -> None:
    """Registered and acknowledged, with the words that decided."""
    found = decided()
    assert (found.outcome, found.rule) == (Outcome.ACCEPT, "citizens-matter")
    assert (found.register, found.letter) == (True, Letter.ACKNOWLEDGEMENT)
    assert found.reasons


SPEAKS: list[tuple[str, Facts, Outcome, bool, Letter | None]] = [
    ("duplicate", facts(history=History(duplicate_of="ab" * 32)), Outcome.IGNORE, False, None),
    ("before-since", facts(since=ENTERED_AT + timedelta(seconds=1)), Outcome.IGNORE, False, None),
    ("automatic-message", facts(message("x", "y", headers={"Auto-Submitted": "auto-replied"})), Outcome.IGNORE, False, None),
    ("automatic-message", facts(message("x", content_type="multipart/report", report_type="delivery-status")), Outcome.IGNORE, False, None),
    ("automatic-message", facts(message("x", content_type="multipart/report", report_type="disposition-notification")), Outcome.IGNORE, False, None),
    ("automatic-message", facts(message("x", "y", headers={"List-Id": "<a.b>"})), Outcome.IGNORE, False, None),
    ("automatic-message", facts(message("x", "y", sender=Address("", "info@tuayang.go.th"))), Outcome.IGNORE, False, None),
    ("unreadable", facts(message("", defects=("unreadable: depth",))), Outcome.HOLD, True, Letter.HELD),
    ("unreadable", facts(message("", sender=Address("", ""), defects=("unreadable: depth",))), Outcome.HOLD, True, None),
    ("unknown-event", facts(message("", is_chat=True, defects=("event-unknown: beam",))), Outcome.HOLD, False, None),
    ("joins-case", facts(message("", "เอกสารที่ขาด", is_chat=True), History(thread=RegisterNumber(2569, 41))), Outcome.ACCEPT, False, None),
    ("secret-matter", facts(message("(ลับ) ผลการสอบสวน", "ตามแนบ")), Outcome.HOLD, True, Letter.HELD),
    ("harmful", facts(message("ขอถังขยะ", "แนบ", "a.exe")), Outcome.HOLD, True, Letter.HELD),
    ("harmful", facts(message("ขอถังขยะ", "แนบ", "a.exe", sender=Address("", ""))), Outcome.HOLD, True, None),
    ("perhaps-nobodys", facts(classification=Classification(Kind.SPAM, reasons=(Reason("primer-kind", "x"),))), Outcome.HOLD, True, Letter.HELD),
    ("perhaps-nobodys", facts(classification=Classification(Kind.THANKS, reasons=(Reason("primer-kind", "x"),))), Outcome.HOLD, True, Letter.HELD),
    ("unwanted", facts(message("เครดิตฟรี", "สล็อต สมัครเลย https://x.example")), Outcome.HOLD, False, None),
    ("unwanted", facts(message("Your mailbox is full", "verify your account http://x.example")), Outcome.HOLD, False, None),
    ("unclear-sender", facts(message("ขอถังขยะ", "ครับ", sender=Address("", ""))), Outcome.HOLD, True, None),
    ("unclear-sender", facts(message("ขอถังขยะ", "ครับ", senders=(Address("", "a@x.th"), Address("", "b@x.th")))), Outcome.HOLD, True, None),
    ("impersonation", facts(message("ขอถังขยะ", "ครับ", sender=Address("saraban@tuayang.go.th", "evil@x.example"))), Outcome.HOLD, True, None),
    ("impersonation", facts(message("ขอถังขยะ", "ครับ", sender=Address("เทศบาลเมือง ตัวอย่าง", "evil@x.example"))), Outcome.HOLD, True, None),
    ("empty", facts(message()), Outcome.HOLD, True, Letter.HELD),
    ("only-thanks", facts(message("ขอบคุณครับ", "ขอบคุณครับ")), Outcome.IGNORE, False, None),
    ("other-agency", facts(message("ต่อใบขับขี่", "ครับ")), Outcome.REDIRECT_AGENCY, True, Letter.REDIRECT_AGENCY),
    ("unknown-agency", facts(message("ค่าน้ำค่าไฟ", "ค่าน้ำประปา ค่าไฟฟ้า")), Outcome.HOLD, True, Letter.HELD),
    ("unknown-agency", facts(message("กระบี่เวทมนตร์", "ครับ"), catalogue=Catalogue(agencies=(OtherAgency("กรมเวทมนตร์", ("กระบี่เวทมนตร์",)),))), Outcome.HOLD, True, Letter.HELD),
    ("wrong-channel", facts(announcement=LINE_ONLY), Outcome.REDIRECT_CHANNEL, False, Letter.REDIRECT_CHANNEL),
    ("wrong-channel", facts(catalogue=WASTE_BY_LINE, announcement=EMAIL_AND_LINE), Outcome.REDIRECT_CHANNEL, False, Letter.REDIRECT_CHANNEL),
    ("no-channel-to-name", facts(catalogue=WASTE_BY_LINE, announcement=ANNOUNCED), Outcome.HOLD, True, Letter.HELD),
    ("no-single-service", facts(message("สวัสดี", "ทดสอบ")), Outcome.HOLD, True, Letter.HELD),
    ("no-single-service", facts(message("ขออนุญาตก่อสร้าง", "และขอจดทะเบียนพาณิชย์ ขอเบี้ยยังชีพผู้สูงอายุ")), Outcome.HOLD, True, Letter.HELD),
    ("official-letter", facts(message("ที่ อท 0017/12 เรื่อง ขอข้อมูล", "ครับ")), Outcome.ACCEPT, True, Letter.ACKNOWLEDGEMENT),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "known", "outcome", "register", "letter"), SPEAKS, ids=[one[0] for one in SPEAKS])
def test_a_rule_speaks(rule: str, known: Facts, outcome: Outcome, register: bool, letter: Letter | None) -> None:
    """The rule decides; outcome, number and letter are those of the table, and reasons are given."""
    found = decide(known)[1]
    assert (found.rule, found.outcome, found.register, found.letter) == (rule, outcome, register, letter), found.reasons
    assert found.reasons


def test_every_rule_is_tried_both_ways() -> None:
    """The positive table names every rule of the policy, and each is silent on an ordinary request."""
    names = {ruling.rule.__name__.replace("_", "-") for ruling in POLICY}
    assert names - {"citizens-matter"} == {one[0] for one in SPEAKS}
    ordinary = facts(announcement=ANNOUNCED, since=ENTERED_AT)
    assert [ruling.rule.__name__ for ruling in POLICY if ruling.rule(ordinary)] == ["citizens_matter"]


@pytest.mark.parametrize(
    "kind",
    [
        Kind.COMPLAINT,
        Kind.ENQUIRY,
        Kind.STATUS_ENQUIRY,
        Kind.FOLLOW_UP,
        Kind.WITHDRAWAL,
        Kind.PAYMENT_SLIP,
        Kind.FORWARDED,
    ],
)
def test_whatever_a_person_writes_is_accepted(kind: Kind) -> None:
    """Complaints, questions and the like are registered and acknowledged, with or without a service (R2, R45)."""
    found = decided(classification=Classification(kind))
    assert (found.outcome, found.register, found.letter) == (Outcome.ACCEPT, True, Letter.ACKNOWLEDGEMENT)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_an_outcome(kind: Kind) -> None:
    """No kind falls through, and what is ignored or redirected by channel never has a number."""
    found = decided(
        classification=Classification(kind, reasons=classify(ORDINARY, NO_HISTORY, AGENCY, catalogue()).reasons)
    )
    assert found.register is (
        found.outcome in {Outcome.ACCEPT, Outcome.REDIRECT_AGENCY}
        or (found.outcome is Outcome.HOLD and kind not in {Kind.SPAM, Kind.PHISHING})
    )
    assert found.letter is None or found.outcome is not Outcome.IGNORE


def test_a_redirect_names_the_agency() -> None:
    """The decision names the agency that is directly responsible (R19)."""
    assert decided(message("ต่อพาสปอร์ต", "ครับ")).agency == "กรมการกงสุล กระทรวงการต่างประเทศ"


def test_before_an_announcement_every_channel_is_proper() -> None:
    """Without an announcement, or before it is in force, no channel is wrong (R20)."""
    tomorrow = Announcement(date(2026, 1, 7), ("line",))
    for announcement in (None, tomorrow):
        assert decided(announcement=announcement).outcome is Outcome.ACCEPT
    next_day = envelope(entered_at=datetime(2026, 1, 6, 17, 0, tzinfo=UTC))
    assert decided(announcement=tomorrow, envelope=next_day).outcome is Outcome.REDIRECT_CHANNEL


def test_a_message_on_a_wrong_channel_changes_its_kind() -> None:
    """The kind becomes wrong-channel; the service that was understood stays known."""
    classification, decision = decide(facts(announcement=LINE_ONLY))
    assert (classification.kind, classification.service) == (Kind.WRONG_CHANNEL, "waste-collection")
    assert not decision.register


def test_a_service_may_be_closed_to_a_channel() -> None:
    """Who asks on another channel is told the service's own; where none of those is announced a clerk decides."""
    waste = catalogue().service("waste-collection")
    assert waste is not None
    closed = Catalogue((replace(waste, channels=("line",)),))
    assert decided(catalogue=closed, announcement=EMAIL_AND_LINE).outcome is Outcome.REDIRECT_CHANNEL
    assert decided(catalogue=closed, announcement=ANNOUNCED).outcome is Outcome.HOLD
    assert decided(catalogue=closed).outcome is Outcome.ACCEPT


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("null-sender", facts(replace(ORDINARY, return_path=""), classification=Classification(Kind.REQUEST, "waste-collection"))),
        ("no-reply-address", facts(replace(ORDINARY, sender=Address("", "no-reply@x.example")))),
        ("no-reply-address", facts(replace(ORDINARY, sender=Address("", "donotreply@x.example")))),
        ("robot-sender", facts(replace(ORDINARY, sender=Address("", "bounces+1@x.example")))),
        ("robot-sender", facts(replace(ORDINARY, sender=Address("", "postmaster@x.example")), classification=Classification(Kind.COMPLAINT))),
        ("robot-sender", facts(replace(ORDINARY, sender=Address("", "news-request@x.example")))),
        ("no-address", facts(replace(ORDINARY, sender=Address("", "a@b@c")))),
        ("own-address", facts(replace(ORDINARY, sender=Address("", "info@tuayang.go.th")), classification=Classification(Kind.COMPLAINT))),
        ("list-header", facts(message("ขอถังขยะ", "ครับ", headers={"List-Unsubscribe": "<https://x>"}))),
        ("suppress-header", facts(message("ขอถังขยะ", "ครับ", headers={"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}))),
        ("reply-to-our-letter", facts(history=History(thread=RegisterNumber(2569, 1), replies_to_us=True))),
        ("reply-to-our-letter", facts(replace(ORDINARY, subject="RE: ได้รับเรื่องของท่านแล้ว เลขรับ 41/2569"))),
        ("reply-to-our-letter", facts(replace(ORDINARY, subject="Re: แจ้งหน่วยงานที่รับผิดชอบเรื่องของท่าน เลขรับ ๔๑/๒๕๖๙"))),
        ("text-answered", facts(history=History(text_answered=True))),
        ("budget-spent", facts(history=History(letters_today=20))),
        ("notice-sent-today", facts(history=History(notices_today=frozenset({Letter.REDIRECT_CHANNEL})), announcement=LINE_ONLY)),
        ("official-letters-unanswered", facts(message("ที่ อท 0017/12 เรื่อง ขอข้อมูล", "ครับ"), official_letters=False)),
        ("several-senders", facts(message("", senders=(Address("", "a@x.th"), Address("", "b@x.th")), defects=("unreadable: x",)))),
    ],
)  # fmt: skip
def test_no_letter_is_sent_where_none_may_be(code: str, known: Facts) -> None:
    """The letter is withheld, the reason is kept, and what is registered stays registered."""
    found = decide(known)[1]
    assert found.letter is None
    assert code in [reason.code for reason in found.reasons]
    assert found.register is (found.outcome is not Outcome.REDIRECT_CHANNEL)


@pytest.mark.parametrize(
    "known",
    [
        facts(history=History(letters_today=19)),
        facts(history=History(notices_today=frozenset({Letter.ACKNOWLEDGEMENT}))),
        facts(message("ขอถังขยะ", "ครับ", headers={"X-Auto-Response-Suppress": "DR, RN, NRN"})),
        facts(message("ส่งเพิ่มเติม", "ตามแนบ", "โฉนด.pdf"), History(thread=RegisterNumber(2569, 1), replies_to_us=True)),
        facts(message("สอบถาม เลขรับ 41/2569", "ขอทราบผลครับ")),
        facts(replace(ORDINARY, return_path="somchai@example.com")),
        facts(replace(ORDINARY, sender=Address("", "noreen@example.com"))),
        facts(replace(ORDINARY, sender=Address("สมศรี", "somsri@tuayang.go.th"))),
    ],
)
def test_a_person_gets_an_answer(known: Facts) -> None:
    """One sign too few, and the citizen is answered."""
    assert decide(known)[1].letter is Letter.ACKNOWLEDGEMENT


def test_two_robots_end_after_one_answer() -> None:
    """A robot that declares nothing and answers our letter with its own text gets no second letter."""
    first = decided(message("ขอถังขยะ", "บริษัทของเราได้รับข้อความแล้ว"))
    assert first.letter is Letter.ACKNOWLEDGEMENT
    for subject in ("Re: ได้รับเรื่องของท่านแล้ว เลขรับ 1/2569", "[Ticket 5] ได้รับเรื่องของท่านแล้ว เลขรับ 1/2569"):
        assert decided(message(subject, "บริษัทของเราได้รับข้อความแล้ว")).letter is None


def test_inline_pictures_are_no_papers() -> None:
    """The logo in a robot's signature does not earn it a letter."""
    logo = attachment("logo.png", "image/png", inline=True)
    found = decided(message("Re: x", "ครับ", attachments=(logo,)), History(replies_to_us=True))
    assert found.letter is None
