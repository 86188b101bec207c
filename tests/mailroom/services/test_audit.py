"""The blind audit: what is drawn, who answers, and what follows."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Classification, Kind, LetterMarks, Outcome, Reason, Secrecy
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import Head, Source
from mailroom.services.audit import Audit, audit_codes
from mailroom.services.corrections import Corrections, Saying
from mailroom.services.guide import Guide
from mailroom.services.model_shelf import ModelShelf
from mailroom.settings import LearningSection
from mailroom.stages.judge import Judge
from mailroom.testing import FakeClock, MemoryBooks
from tests.support.book_values import NOW, arrive, decide, message
from tests.support.workshop import AGENCY, CATALOGUE, CLERK, HOURS, OTHER_CLERK, REQUEST, Workshop

FOOD = Classification(Kind.REQUEST, "food-shop", model="4")
FOREIGN = Classification(Kind.WRONG_AGENCY, agency="กรมการกงสุล")
SECRET = replace(FOOD, marks=LetterMarks(secrecy=Secrecy.SECRET))
CHOSEN = replace(FOOD, reasons=(Reason("service-chosen", "ใบอนุญาตร้านอาหาร"),))
KEPT_BACK = Classification(Kind.REQUEST, reasons=(Reason("audit-asks-service", "ใบอนุญาตร้านอาหาร"),))
SILENT = Classification(Kind.WRONG_AGENCY, agency="กรมเงียบ")


class Desk:
    """Books in memory, on the day after messages were decided."""

    def __init__(self, **settings: Any) -> None:
        self.books, self.clock = MemoryBooks(), FakeClock(NOW + timedelta(days=1))
        section = LearningSection(**({"audit_per_day": 20, "audit_share": 0.05} | settings))
        self.audit = Audit(books=self.books, clock=self.clock, agency=AGENCY.key, catalogue=CATALOGUE, settings=section)

    def take(self, found: Classification, count: int = 1) -> list[int]:
        rows = arrive(self.books, *(f"{len(self.books.shelf.messages)} {n}".encode() for n in range(count)))
        with self.books.begin() as uow:
            for logged in rows:
                decide(
                    uow,
                    logged,
                    message(f"ขอ {logged.id}"),
                    classification=found,
                    processed_at=self.clock.at - timedelta(days=1),
                )
            uow.commit()
        return [logged.id for logged in rows]

    def opened(self) -> list[tuple[int, Head, str, str]]:
        with self.books.look() as uow:
            return [(one.message_id, one.head, one.answer, one.model) for one in uow.learning.open_drawings()]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_redirects_and_services_found_are_drawn_once_their_day_is_over(desk: Desk) -> None:
    """With answer and model; also what an audit keeps back, but neither secret nor chosen, nor what could not go."""
    (food,), (foreign,), (kept,) = desk.take(FOOD), desk.take(FOREIGN), desk.take(KEPT_BACK)
    for found in (SECRET, CHOSEN, SILENT, Classification(Kind.REQUEST)):
        desk.take(found)
    assert desk.audit.draw() == 3
    assert sorted(desk.opened()) == [
        (food, Head.SERVICE, "food-shop", "4"),
        (foreign, Head.AGENCY, "กรมการกงสุล", ""),
        (kept, Head.SERVICE, "food-shop", ""),
    ]
    assert desk.audit.draw() == 0
    desk.clock.advance(days=3)
    assert desk.audit.draw() == 0


def test_of_many_a_share_is_drawn(desk: Desk) -> None:
    """At least so many a day, and the same ones whoever draws."""
    desk.take(FOOD, 100)
    assert desk.audit.draw() == 20
    few, again = Desk(audit_per_day=0), Desk(audit_per_day=0)
    for one in (few, again):
        one.take(FOOD, 100)
        assert one.audit.draw() == 5
    assert few.opened() == again.opened()


def answer(desk: Desk, saying: Saying, clerk: Clerk = CLERK) -> bool:
    found = desk.audit.next_for(clerk)
    assert found is not None
    return desk.audit.answer(found[0].id, clerk, saying).agrees


def test_a_clerk_answers_without_seeing_and_is_learned_from(desk: Desk) -> None:
    """Equal or not is told afterwards; every question that was answered becomes a correction."""
    (row,) = desk.take(FOOD)
    desk.audit.draw()
    assert not answer(desk, Saying(Kind.COMPLAINT, "noise"))
    with desk.books.look() as uow:
        said = {one.head: (one.value, one.was, one.source, one.audit) for one in uow.learning.of_message(row)}
    assert said == {
        Head.SERVICE: ("noise", "food-shop", Source.AUDIT, 1),
        Head.KIND: ("complaint", "request", Source.AUDIT, None),
        Head.AGENCY: ("", "", Source.AUDIT, None),
    }
    assert desk.audit.next_for(CLERK) is None
    with pytest.raises(RefusedActionError, match="audited-already"):
        desk.audit.answer(1, OTHER_CLERK, Saying(Kind.REQUEST, "food-shop"))
    with pytest.raises(RefusedActionError, match="no-such-audit"):
        desk.audit.answer(9, OTHER_CLERK, Saying(Kind.REQUEST, "food-shop"))


def test_whose_matter_it_is_must_be_said_and_a_foreign_matter_has_no_service_of_ours(desk: Desk) -> None:
    """A redirect is right when the clerk names the same agency; a service is wrong when the matter is not ours."""
    desk.take(FOREIGN)
    desk.take(FOOD)
    desk.audit.draw()
    with pytest.raises(RefusedActionError, match="agency-missing"):
        answer(desk, Saying(Kind.WRONG_AGENCY))
    assert answer(desk, Saying(Kind.WRONG_AGENCY, agency="กรมการกงสุล"))
    assert not answer(desk, Saying(Kind.WRONG_AGENCY, agency="กรมการกงสุล"))
    for saying in (Saying(Kind.DSN), Saying(Kind.REQUEST, "gone"), Saying(Kind.WRONG_AGENCY, agency="กรมใหม่")):
        with pytest.raises(RefusedActionError, match="no-such"):
            desk.audit.answer(1, CLERK, saying)


def test_nobody_audits_their_own_decision(desk: Desk) -> None:
    """Another clerk may."""
    (row,) = desk.take(FOOD)
    desk.audit.draw()
    with desk.books.begin() as uow:
        record = uow.messages.get(row)
        assert record is not None
        assert record.decision is not None
        uow.messages.decide_anew(row, replace(record.decision, outcome=Outcome.ACCEPT), CLERK, "ตรวจแล้ว")
        uow.commit()
    assert desk.audit.next_for(CLERK) is None
    with pytest.raises(RefusedActionError, match="no-such-audit"):
        desk.audit.shown(1, CLERK)
    assert desk.audit.shown(1, OTHER_CLERK)[1].logged.id == row


def test_too_many_wrong_answers_switch_off_and_right_ones_on_again() -> None:
    """The head asks, health says so; once the bound holds again it answers."""
    desk = Desk(error_service=0.2, audit_per_day=500)
    desk.take(FOOD, 40)
    desk.audit.draw()
    for number in range(1, 41):
        right = number % 2 == 0 or number > 20
        assert answer(desk, Saying(Kind.REQUEST, "food-shop" if right else "noise")) is right
        assert audit_codes(desk.books, desk.clock) == (["audit-service-asks"] if number >= 20 else [])
    standing = {one.head: (one.audited, one.wrong, one.asks) for one in desk.audit.standings()}
    assert standing == {Head.AGENCY: (0, 0, False), Head.SERVICE: (40, 10, True)}
    desk.clock.advance(days=1)
    desk.take(KEPT_BACK, 60)
    desk.audit.draw()
    while desk.opened():
        answer(desk, Saying(Kind.REQUEST, "food-shop"))
    assert audit_codes(desk.books, desk.clock) == []
    names = [one.name for one in desk.books.shelf.events if one.name.startswith("audit.")]
    assert names == ["audit.asks", "audit.answers"]


def test_an_audit_that_nobody_does_is_told(desk: Desk) -> None:
    """After two weeks."""
    desk.take(FOOD)
    desk.audit.draw()
    desk.clock.advance(days=13)
    assert audit_codes(desk.books, desk.clock) == []
    desk.clock.advance(days=2)
    assert audit_codes(desk.books, desk.clock) == ["audit-late"]


@pytest.fixture
def workshop(tmp_path: Path) -> Any:
    made = Workshop(tmp_path)
    yield made
    made.close()


def test_a_decision_says_what_a_message_is_about(workshop: Workshop) -> None:
    """Who accepts with a service, or names another agency, corrects or confirms without another word."""
    first, second = workshop.receive(REQUEST, "a@b.test|สวัสดี|ต่ออายุเล่มด่วน")
    before = [one.classification.service for one in (first, second) if one.classification]
    workshop.desk.redirect_agency(second.logged.id, CLERK, "ไม่ใช่หน้าที่", "กรมการกงสุล")
    workshop.desk.redirect_agency(first.logged.id, CLERK, "ไม่ใช่หน้าที่", "กรมการกงสุล")
    workshop.desk.accept(first.logged.id, OTHER_CLERK, "เป็นของเรา", "noise")
    with workshop.books.look() as uow:
        said = [(one.message_id, one.head, one.value, one.was, one.by) for one in uow.learning.corrections()]
    assert said == [
        (second.logged.id, Head.AGENCY, "กรมการกงสุล", "", "malee"),
        (first.logged.id, Head.AGENCY, "กรมการกงสุล", "", "malee"),
        (first.logged.id, Head.AGENCY, "", "", "chai"),
        (first.logged.id, Head.SERVICE, "noise", before[0], "chai"),
    ]


def test_a_classification_is_set_right_in_one_action(workshop: Workshop) -> None:
    """Record and case show it, the decision stays, and it is learned from; what had been found is still known."""
    (record,) = workshop.receive(REQUEST)
    corrections = Corrections(books=workshop.books, clock=workshop.clock, catalogue=CATALOGUE)
    corrections.set_right(record.logged.id, CLERK, Saying(Kind.COMPLAINT, "noise"))
    (now,) = workshop.records()
    assert record.classification is not None
    assert now.classification == replace(record.classification, kind=Kind.COMPLAINT, service="noise")
    assert (now.decision, now.number, now.replies) == (record.decision, record.number, record.replies)
    with workshop.books.look() as uow:
        assert now.number is not None
        case = uow.cases.of(now.number)
        assert case is not None
        assert case.service == "noise"
        assert {one.head: one.value for one in uow.learning.corrections()} == {
            Head.KIND: "complaint",
            Head.SERVICE: "noise",
            Head.AGENCY: "",
        }
        assert [one.name for one in uow.events.of_message(record.logged.id)][-1] == "message.reclassified"
    with pytest.raises(RefusedActionError, match="no-such-message"):
        corrections.set_right(99, CLERK, Saying(Kind.REQUEST))


def test_a_head_that_asks_holds_what_it_would_have_sent_away(workshop: Workshop, tmp_path: Path) -> None:
    """On the first day, without any model: the citizen's letter waits for a clerk from the next batch on."""
    foreign = "a@b.test|ต่อหนังสือเดินทาง|ขอต่ออายุหนังสือเดินทาง"
    judges = {"email": Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)}
    guide = Guide(shelf=ModelShelf(tmp_path / "models"), catalogue=CATALOGUE, judges=judges, readers=workshop.readers)
    workshop.processing._judges, workshop.processing._recognise = judges, guide.refresh
    audit = Audit(
        books=workshop.books,
        clock=workshop.clock,
        agency=AGENCY.key,
        catalogue=CATALOGUE,
        settings=LearningSection(),
    )
    before = workshop.receive(*(foreign.replace("a@b", f"a{n}@b") for n in range(20)))[0]
    workshop.clock.advance(days=1)
    assert audit.draw() == 20
    while found := audit.next_for(CLERK):
        audit.answer(found[0].id, CLERK, Saying(Kind.REQUEST, "noise"))
    after = workshop.receive(foreign.replace("a@b", "c@d"))[-1]
    assert before.decision is not None
    assert after.decision is not None
    assert (before.decision.outcome, after.decision.outcome) == (Outcome.REDIRECT_AGENCY, Outcome.HOLD)
    assert any(one.code == "audit-asks-agency" for one in after.decision.reasons)
