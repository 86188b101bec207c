"""Requests about personal data: nothing is erased; access is restricted, with the reason and by letter (R106)."""

from datetime import timedelta

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.privacy import RequestKind, RequestState
from mailroom.domain.register import RegisterNumber
from tests.support.privacy_office import HEAD, MALEE, NUMBER, PrivacyOffice

WHY = "เก็บไว้ตามอายุการเก็บเอกสาร และจำกัดผู้เข้าถึงแล้ว"


@pytest.fixture
def office() -> PrivacyOffice:
    return PrivacyOffice()


def test_erasure_is_answered_by_restriction_with_the_reason(office: PrivacyOffice) -> None:
    """The case is kept and closed to all but who is named; the person is told why, and events say who did it."""
    logged, _ = office.case()
    request = office.asked()
    answered = office.requests.answer(request.id, HEAD, WHY, people=["malee"])
    with office.books.look() as uow:
        held = uow.privacy.restriction_of(NUMBER)
        assert uow.privacy.request(request.id) == answered
        assert uow.messages.get(logged.id) is not None
        letter = uow.outbox.get(answered.letter)
        events = [(one.name, one.actor) for one in uow.events.of_message(logged.id)]
    assert (held.people, held.reason, held.request, held.placed_by) == (("malee",), WHY, request.id, "head")
    assert (answered.state, answered.answered_by) == (RequestState.ANSWERED, "head")
    assert (letter.letter, letter.to, letter.message_id) == (Letter.DATA_ANSWER, "somchai@example.test", logged.id)
    for words in (
        "ขอให้ลบหรือทำลายข้อมูล",
        "เลขรับ 1/2569",
        WHY,
        "ระเบียบว่าด้วยงานสารบรรณ",
        "จำกัดการเข้าถึง",
        "ปราณี",
        "cannot be erased",
    ):
        assert words in letter.text
        assert words in letter.html
    assert events == [("privacy.requested", "malee"), ("privacy.restricted", "head"), ("privacy.answered", "head")]


def test_an_answer_without_an_address_is_handed_over(office: PrivacyOffice) -> None:
    """No letter goes; its words can be printed, and are those of the request."""
    office.case()
    answered = office.requests.answer(office.asked(email="", kind=RequestKind.ACCESS).id, HEAD, "ให้สำเนาแล้ว")
    assert answered.letter == ""
    words = office.requests.letter_of(answered).text
    assert "ให้สำเนาแล้ว" in words
    assert "ขอเข้าถึง" in words
    assert "ไม่อาจลบ" not in words
    assert "จำกัดการเข้าถึงเรื่องนี้" not in words


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "request-incomplete"),
        ({"wish": ""}, "request-incomplete"),
        ({"number": RegisterNumber(2569, 9)}, "no-such-case"),
    ],
)
def test_what_is_not_whole_is_not_entered(office: PrivacyOffice, changed: dict[str, str], code: str) -> None:
    """Nothing is kept of it."""
    office.case()
    with pytest.raises(RefusedActionError, match=code):
        office.asked(**changed)
    with pytest.raises(RefusedActionError, match="in-the-future"):
        office.asked(received_at=office.clock.now() + timedelta(minutes=1))
    with office.books.look() as uow:
        assert list(uow.privacy.requests()) == []


def test_only_an_approver_answers_and_restricts(office: PrivacyOffice) -> None:
    """A clerk enters; the head decides, names who may open the case, and lifts it again."""
    office.case()
    request = office.asked()
    for act in (
        lambda: office.requests.answer(request.id, MALEE, WHY, people=["malee"]),
        lambda: office.requests.name_people(NUMBER, MALEE, ["malee"]),
        lambda: office.requests.lift(NUMBER, MALEE, "x"),
    ):
        with pytest.raises(RefusedActionError, match="not-an-approver"):
            act()
    office.requests.answer(request.id, HEAD, WHY, people=["malee"])
    office.requests.name_people(NUMBER, HEAD, ["head", "malee"])
    with office.books.look() as uow:
        assert uow.privacy.restriction_of(NUMBER).people == ("head", "malee")
    with pytest.raises(RefusedActionError, match="reason-missing"):
        office.requests.lift(NUMBER, HEAD, " ")
    office.requests.lift(NUMBER, HEAD, "ผู้ยื่นคำขอถอนคำขอ")
    with pytest.raises(RefusedActionError, match="not-restricted"):
        office.requests.lift(NUMBER, HEAD, "อีกครั้ง")


def test_a_refused_answer_changes_nothing(office: PrivacyOffice) -> None:
    """Without a reason, a person, or a case; twice; or while the case is restricted already."""
    office.case()
    request, everything = office.asked(), office.asked(number=None)
    for number, answer, people, code in (
        (request.id, " ", None, "reason-missing"),
        (request.id, WHY, [], "nobody-named"),
        (request.id, WHY, ["nobody"], "no-such-person"),
        (everything.id, WHY, ["head"], "no-case-to-restrict"),
        (99, WHY, None, "no-such-request"),
    ):
        with pytest.raises(RefusedActionError, match=code):
            office.requests.answer(number, HEAD, answer, people)
    with office.books.look() as uow:
        assert uow.privacy.restricted_messages() == frozenset()
        assert {one.state for one in uow.privacy.requests()} == {RequestState.OPEN}
    office.requests.answer(request.id, HEAD, WHY, ["head"])
    with pytest.raises(RefusedActionError, match="answered-already"):
        office.requests.answer(request.id, HEAD, WHY)
    again = office.asked()
    with pytest.raises(RefusedActionError, match="restricted-already"):
        office.requests.answer(again.id, HEAD, WHY, ["head"])
