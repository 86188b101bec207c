"""Incidents: both periods to the second, who is told what, and whom an account's reads concern (R98-R102)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailroom.domain.breach import BreachFacts, BreachKind, Risk, StepKind
from mailroom.domain.decision import Letter
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.privacy import How, Read
from mailroom.services.records.alarms import record_codes
from mailroom.services.records.reach import Person, reach
from tests.support.privacy_office import FACTS, HEAD, MALEE, START, PrivacyOffice

LEAK = frozenset({BreachKind.CONFIDENTIALITY})
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SOMCHAI = Person("somchai@example.test", "สมชาย ใจดี", "email")


@pytest.fixture
def office() -> PrivacyOffice:
    return PrivacyOffice()


def opened(office: PrivacyOffice, facts: BreachFacts | None = None) -> int:
    breach = office.breaches.open("ส่งเอกสารผิดคน", START, LEAK, "ส่งผิด", MALEE)
    if facts:
        office.breaches.assess(breach.id, facts, "สอบถามผู้ส่งแล้ว", HEAD)
    return breach.id


def codes(office: PrivacyOffice) -> list[str]:
    return record_codes(office.books, office.clock)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (timedelta(0), ["breach-72h"]),
        (72 * HOUR, ["breach-72h"]),
        (72 * HOUR + SECOND, ["breach-72h-late"]),
        (12 * DAY, ["breach-72h-late"]),
        (12 * DAY + SECOND, ["breach-72h-late", "breach-15d"]),
        (15 * DAY, ["breach-72h-late", "breach-15d"]),
        (15 * DAY + SECOND, ["breach-72h-late", "breach-15d-late"]),
        (-HOUR, ["breach-72h"]),
    ],
)
def test_both_periods_to_the_second(office: PrivacyOffice, after: timedelta, told: list[str]) -> None:
    """From knowing of it; a clock that steps back makes nothing late. Several incidents give each code once."""
    opened(office)
    opened(office)
    office.clock.at = START + after
    assert codes(office) == told


def test_what_was_told_is_late_no_more(office: PrivacyOffice) -> None:
    """The notice stops both periods, high risk asks for the people too, and closing ends it."""
    breach = opened(office, FACTS)
    assert codes(office) == ["breach-72h", "breach-people"]
    office.breaches.note(breach, StepKind.NOTIFIED, START, "ทางอีเมล", MALEE)
    assert codes(office) == ["breach-people"]
    with pytest.raises(RefusedActionError, match="breach-not-told"):
        office.breaches.close(breach, "จบ", HEAD)
    office.breaches.note(breach, StepKind.TOLD, START, "โทรแจ้งทุกคน", MALEE)
    office.breaches.close(breach, "จบ", HEAD)
    office.clock.at += 30 * DAY
    assert codes(office) == []
    with pytest.raises(RefusedActionError, match="breach-closed"):
        office.breaches.note(breach, StepKind.NOTE, START, "เพิ่ม", MALEE)


def test_no_risk_needs_a_reason_and_an_approver(office: PrivacyOffice) -> None:
    """Then nobody has to be told (R100), and the assessment says why."""
    breach, harmless = opened(office), replace(FACTS, risk=Risk.NONE)
    with pytest.raises(RefusedActionError, match="not-an-approver"):
        office.breaches.assess(breach, harmless, "ไฟล์เข้ารหัส", MALEE)
    with pytest.raises(RefusedActionError, match="reason-missing"):
        office.breaches.assess(breach, harmless, " ", HEAD)
    office.breaches.assess(breach, harmless, "ไฟล์เข้ารหัส", HEAD)
    assert codes(office) == []
    with office.books.look() as uow:
        steps = [(one.kind, one.text) for one in uow.privacy.steps(breach)]
    assert steps[-1] == (StepKind.ASSESSED, "confidentiality risk=none people=3 records=4 ไฟล์เข้ารหัส")


def test_a_late_notice_says_why(office: PrivacyOffice) -> None:
    """After 72 hours it is noted only with the reason by which it can be excused (R101)."""
    breach = opened(office, FACTS)
    office.clock.at = START + 80 * HOUR
    with pytest.raises(RefusedActionError, match="breach-late-reason"):
        office.breaches.note(breach, StepKind.NOTIFIED, office.clock.now(), "ทางอีเมล", MALEE)
    office.breaches.note(breach, StepKind.NOTIFIED, START + 71 * HOUR, "แจ้งไว้แล้ว", MALEE)
    late = opened(office, replace(FACTS, late_reason="ทราบผลตรวจช้า"))
    office.breaches.note(late, StepKind.NOTIFIED, office.clock.now(), "ทางอีเมล", MALEE)


def test_people_are_told_once_each_and_in_thai_first(office: PrivacyOffice) -> None:
    """Nature, effects, measures, what they can do, and whom to ask (R102); only once it is assessed."""
    breach = opened(office)
    with pytest.raises(RefusedActionError, match="breach-not-assessed"):
        office.breaches.tell(breach, [SOMCHAI], HEAD)
    office.breaches.assess(breach, FACTS, "ตรวจแล้ว", MALEE)
    with pytest.raises(RefusedActionError, match="not-an-approver"):
        office.breaches.tell(breach, [SOMCHAI], MALEE)
    with pytest.raises(RefusedActionError, match="nobody-to-tell"):
        office.breaches.tell(breach, [], HEAD)
    assert office.breaches.tell(breach, [SOMCHAI, Person("U1", "วิภา", "line")], HEAD) == 2
    letters = list(office.books.shelf.items.values())
    assert [(one.letter, one.channel, one.to) for one in letters] == [
        (Letter.BREACH_NOTICE, "email", "somchai@example.test"),
        (Letter.BREACH_NOTICE, "line", "U1"),
    ]
    for words in (FACTS.nature, FACTS.effects, FACTS.measures, FACTS.advice, "ปราณี", "23 พฤศจิกายน 2569", "สมชาย ใจดี"):
        assert words in letters[0].text
    assert codes(office) == ["breach-72h"]


@pytest.mark.parametrize(
    ("kind", "at", "text", "code"),
    [
        (StepKind.CLOSED, START, "x", "breach-step-incomplete"),
        (StepKind.CONTAINED, START, " ", "breach-step-incomplete"),
        (StepKind.CONTAINED, START + HOUR, "x", "in-the-future"),
        (StepKind.NOTIFIED, START - HOUR, "x", "breach-before-known"),
    ],
)
def test_steps_that_cannot_be_are_refused(
    office: PrivacyOffice, kind: StepKind, at: object, text: str, code: str
) -> None:
    """Nothing is noted."""
    breach = opened(office)
    with pytest.raises(RefusedActionError, match=code):
        office.breaches.note(breach, kind, at, text, MALEE)  # type: ignore[arg-type]
    with office.books.look() as uow:
        assert [one.kind for one in uow.privacy.steps(breach)] == [StepKind.REPORTED]


def test_a_report_says_what_and_of_which_kind(office: PrivacyOffice) -> None:
    """Without that, or of a time to come, there is no incident."""
    for title, at, kinds, code in (
        (" ", START, LEAK, "breach-incomplete"),
        ("x", START, frozenset(), "breach-incomplete"),
        ("x", START + SECOND, LEAK, "in-the-future"),
    ):
        with pytest.raises(RefusedActionError, match=code):
            office.breaches.open(title, at, kinds, "", MALEE)
    assert codes(office) == []


def test_the_reach_of_an_account(office: PrivacyOffice) -> None:
    """Whom its reads within a time concern: pages, parts, lists and licences; refusals and others do not count."""
    logged, licence = office.case()
    row = str(logged.id)
    reads = [
        Read(at=START, actor="malee", what="attachment", key=f"{row}/2", how=How.DOWNLOAD),
        Read(at=START, actor="malee", what="licences", key="list", how=How.VIEW, listed=(licence.id,)),
        Read(at=START, actor="malee", what="message", key="99", how=How.VIEW),
        Read(at=START, actor="malee", what="message", key="98", how=How.REFUSED),
        Read(at=START, actor="malee", what="export", key="register/2569", how=How.EXPORT),
        Read(at=START + DAY, actor="malee", what="message", key="97", how=How.VIEW),
        Read(at=START, actor="head", what="message", key="96", how=How.VIEW),
    ]
    with office.books.begin() as uow:
        for one in reads:
            uow.reads.note(one)
        uow.commit()
    found = reach(office.books, actor="malee", since=START, until=START + DAY)
    assert (found.messages, found.licences) == ({logged.id, 99}, {licence.id})
    assert {one.address for one in found.people} == {"somchai@example.test", licence.email}
    assert (found.unreachable, found.exports) == (0, ("register/2569",))
