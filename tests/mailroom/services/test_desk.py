"""A clerk's decisions: what they may be, and what follows from them."""

import threading
from datetime import date
from pathlib import Path

import pytest

from mailroom.domain.agency import Announcement
from mailroom.domain.case import CaseState
from mailroom.domain.decision import Letter, Outcome
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.record import MessageRecord
from tests.support.workshop import CLERK, OTHER_CLERK, REQUEST, THANKS, UNCLEAR, Workshop


def _held(workshop: Workshop) -> MessageRecord:
    (record,) = workshop.receive(UNCLEAR)
    assert record.decision is not None
    assert record.decision.outcome is Outcome.HOLD
    return record


def _case_state(workshop: Workshop, record: MessageRecord) -> CaseState:
    with workshop.books.look() as uow:
        assert record.number is not None
        case = uow.cases.of(record.number)
    assert case is not None
    return case.state


def test_accepting_keeps_the_number_and_sends_no_second_acknowledgement(workshop: Workshop) -> None:
    """The neutral letter was the one acknowledgement of this entry."""
    held = _held(workshop)
    workshop.desk.accept(held.logged.id, CLERK, "ตรวจแล้ว", "food-shop")
    (record,) = workshop.records()
    assert record.decision is not None
    assert record.classification is not None
    assert (record.decision.outcome, record.decided_by, record.clerk_reason) == (Outcome.ACCEPT, "malee", "ตรวจแล้ว")
    assert record.classification.service == "food-shop"
    assert record.number == held.number
    assert [reply.letter for reply in record.replies] == [Letter.HELD]
    assert _case_state(workshop, record) is CaseState.OPEN


def test_accepting_what_had_no_number_registers_and_acknowledges_it(workshop: Workshop) -> None:
    """A clerk promotes a message that the program ignored."""
    (ignored,) = workshop.receive(THANKS)
    assert ignored.number is None
    workshop.desk.accept(ignored.logged.id, CLERK, "มีเรื่องขอด้วย")
    (record,) = workshop.records()
    assert str(record.number) == "1/2569"
    assert [reply.letter for reply in record.replies] == [Letter.ACKNOWLEDGEMENT]


def test_a_redirect_names_an_agency_that_can_be_reached(workshop: Workshop) -> None:
    """No notice without a name and a channel (R19)."""
    held = _held(workshop)
    with pytest.raises(RefusedActionError, match="agency-without-channel"):
        workshop.desk.redirect_agency(held.logged.id, CLERK, "ไม่ใช่หน้าที่", "กรมเงียบ")
    workshop.clock.advance(minutes=5)
    workshop.desk.redirect_agency(held.logged.id, CLERK, "ไม่ใช่หน้าที่", "กรมการกงสุล")
    (record,) = workshop.records()
    assert [reply.letter for reply in record.replies] == [Letter.HELD, Letter.REDIRECT_AGENCY]
    assert _case_state(workshop, record) is CaseState.REDIRECTED
    with workshop.books.begin() as uow:
        items = uow.outbox.claim("email", workshop.clock.now(), 10)
    assert "กรมการกงสุล" in items[-1].text
    assert "https://consular.example/" in items[-1].text


def test_ignoring_keeps_a_number_that_was_given(workshop: Workshop) -> None:
    """Numbers are never taken back; the case is set aside with its reason."""
    held = _held(workshop)
    workshop.desk.ignore(held.logged.id, CLERK, "ทดสอบระบบ")
    (record,) = workshop.records()
    assert record.number == held.number
    assert _case_state(workshop, record) is CaseState.SET_ASIDE


def test_a_decision_needs_a_reason(workshop: Workshop) -> None:
    held = _held(workshop)
    with pytest.raises(RefusedActionError, match="reason-missing"):
        workshop.desk.accept(held.logged.id, CLERK, "   ")


def test_the_second_of_two_clerks_is_told(workshop: Workshop) -> None:
    """The first decides; nothing is sent or numbered twice."""
    held = _held(workshop)
    refused: list[str] = []

    def decide(clerk_number: int) -> None:
        try:
            workshop.desk.ignore(held.logged.id, (CLERK, OTHER_CLERK)[clerk_number % 2], "พร้อมกัน")
        except RefusedActionError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["decided-meanwhile"] * 7


def test_another_copy_cannot_be_decided(workshop: Workshop) -> None:
    """The first one can; a number stands for one matter."""
    records = workshop.receive(REQUEST, REQUEST)
    with pytest.raises(RefusedActionError, match="another-copy"):
        workshop.desk.accept(records[1].logged.id, CLERK, "สำเนา")


def test_an_unknown_message_or_service_is_refused(workshop: Workshop) -> None:
    with pytest.raises(RefusedActionError, match="no-such-message"):
        workshop.desk.ignore(999, CLERK, "ไม่มี")
    with pytest.raises(RefusedActionError, match="no-such-service"):
        workshop.desk.accept(_held(workshop).logged.id, CLERK, "ผิด", "unknown")


def test_nobody_is_sent_to_another_channel_before_an_announcement(workshop: Workshop, tmp_path: Path) -> None:
    """Until the head's announcement is in force, every channel in use is proper (R20)."""
    held = _held(workshop)
    with pytest.raises(RefusedActionError, match="no-announcement"):
        workshop.desk.redirect_channel(held.logged.id, CLERK, "ผิดช่องทาง")
    announced = Workshop(tmp_path / "announced", announcement=Announcement(date(2026, 1, 1), ("line",)))
    held = announced.receive(THANKS)[0]
    announced.desk.accept(held.logged.id, CLERK, "มีเรื่อง")
    with pytest.raises(RefusedActionError, match="decided-meanwhile"):
        announced.desk.redirect_channel(held.logged.id, CLERK, "ผิดช่องทาง")
    announced.close()


def test_every_decision_stays_in_the_history(workshop: Workshop) -> None:
    """The program's, then each clerk's with its reason, in order."""
    held = _held(workshop)
    workshop.desk.ignore(held.logged.id, CLERK, "ทดสอบระบบ")
    workshop.desk.accept(held.logged.id, OTHER_CLERK, "ไม่ใช่การทดสอบ")
    with workshop.books.look() as uow:
        told = [(event.name, event.actor, event.detail) for event in uow.events.of_message(held.logged.id)]
    assert told == [
        ("message.decided", "", "hold no-single-service"),
        ("message.decided", "malee", "ignore ทดสอบระบบ"),
        ("message.decided", "chai", "accept ไม่ใช่การทดสอบ"),
    ]
