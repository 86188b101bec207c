"""Cases are kept to the end of their period, a hold wins over every list, and two persons are behind each decision."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailroom.domain.case import CaseState
from mailroom.domain.decision import Secrecy
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import LicenceStatus
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import CaseFile, DestructionList, ListState, Verdict
from mailroom.services.records.retention import Verdicts
from mailroom.stages.retention import proposed
from tests.support.paper_values import issuance, licence
from tests.support.retention_office import DEPUTY, HEAD, MALEE, SCHEDULE, YEAR, RetentionOffice

ROOT = Path(__file__).parents[3]


@pytest.fixture
def office() -> RetentionOffice:
    return RetentionOffice()


def refused(code: str) -> pytest.RaisesExc[RefusedActionError]:
    return pytest.RaisesExc(RefusedActionError, check=lambda error: error.code == code)


def events(office: RetentionOffice, row: int = 1) -> list[str]:
    with office.books.look() as uow:
        return [one.name for one in uow.events.of_message(row)]


def every(made: DestructionList, verdict: Verdict) -> Verdicts:
    return {one.number: (verdict, "") for one in made.items}


@pytest.mark.parametrize(
    ("ended", "service", "expected"),
    [
        (YEAR - 12, None, Verdict.DESTROY),
        (YEAR - 11, None, Verdict.DESTROY),
        (YEAR - 10, None, None),
        (YEAR - 2, "pet", Verdict.DESTROY),
        (YEAR - 1, "pet", None),
        (YEAR - 20, "history", None),
        (YEAR - 21, "history", Verdict.TRANSFER),
        (YEAR - 21, None, Verdict.TRANSFER),
    ],
)
def test_a_period_ends_with_the_last_day_of_its_last_year(
    ended: int, service: str | None, expected: Verdict | None
) -> None:
    """Ten years after 2569 is 31 December 2579: a survey of 2579 finds nothing, that of 2580 does."""
    file = CaseFile(
        number=RegisterNumber(ended, 1),
        message_id=1,
        state=CaseState.OPEN,
        service=service,
        last_at=datetime(ended - 543, 12, 31, 16, 59, 59, tzinfo=UTC),
    )
    line = proposed(file, SCHEDULE, YEAR)
    assert (line.proposal if line else None) == expected
    later = replace(file, last_at=file.last_at + timedelta(seconds=1))
    assert later.ended == ended + 1


def test_a_class_that_is_configured_no_more_keeps_for_good() -> None:
    """Nobody knows any longer how short it was meant to be."""
    file = CaseFile(
        number=RegisterNumber(2560, 1),
        message_id=1,
        state=CaseState.OPEN,
        service="pet",
        last_at=datetime(2017, 1, 5, tzinfo=UTC),
        assigned="gone",
    )
    assert proposed(file, SCHEDULE, YEAR) is None


def test_a_survey_lists_what_is_due_and_says_what_it_leaves_out(office: RetentionOffice) -> None:
    """Holds, open decisions and graded matter stay, each with its reason; the rest is proposed once."""
    due, held = office.case(2560), office.case(2561)
    waiting = office.case(2562, state=CaseState.HELD)
    graded = office.case(2563, secrecy=Secrecy.SECRET)
    office.case(2575)
    old = office.case(2555)
    office.retention.place(held, "คดีปกครอง", MALEE)
    found = office.retention.survey(YEAR, MALEE)
    assert {one.number: one.proposal for one in found.made.items} == {due: Verdict.DESTROY, old: Verdict.TRANSFER}
    assert dict(found.left_out) == {held: "held", waiting: "undecided", graded: "graded"}
    assert events(office) == ["retention.listed"]
    with refused("nothing-due"):
        office.retention.survey(YEAR, MALEE)


def test_a_year_that_has_not_begun_is_not_surveyed(office: RetentionOffice) -> None:
    """Its periods have not ended."""
    office.case(2560)
    with refused("year-not-come"):
        office.retention.survey(YEAR + 1, MALEE)


def test_the_file_of_a_licence_in_force_stays(office: RetentionOffice) -> None:
    """Until it ends: its papers are in use."""
    number = office.case(2560)
    with office.books.begin() as uow:
        made = uow.licences.add(licence(1, message_id=1))
        uow.licences.save(replace(made, content=replace(made.content, expires_on=date(2037, 12, 31))))
        uow.issuances.add(issuance(message_id=1, licence_id=made.id))
        uow.commit()
    assert list(office.retention.left_out(YEAR)) == [(number, "in-force")]
    with office.books.begin() as uow:
        uow.licences.save(replace(made, status=LicenceStatus.REVOKED))
        uow.commit()
    assert [one.number for one in office.retention.survey(YEAR, MALEE).made.items] == [number]


def test_a_case_has_the_class_that_it_was_given(office: RetentionOffice) -> None:
    """By an approver, with a reason."""
    number = office.case(2555)
    with refused("not-an-approver"):
        office.retention.assign(number, "history", "สำคัญ", MALEE)
    with refused("reason-missing"):
        office.retention.assign(number, "history", " ", HEAD)
    with refused("no-such-class"):
        office.retention.assign(number, "nothing", "สำคัญ", HEAD)
    office.retention.assign(number, "history", "สำคัญ", HEAD)
    assert events(office) == ["retention.classified"]
    assert {one.proposal for one in office.retention.survey(YEAR, MALEE).made.items} == {Verdict.TRANSFER}


def test_lifting_a_hold_takes_two_persons(office: RetentionOffice) -> None:
    """One asks, an approver who is somebody else confirms."""
    number = office.case(2560)
    with refused("reason-missing"):
        office.retention.place(number, "", MALEE)
    office.retention.place(number, "คดีปกครอง", MALEE)
    with refused("lift-not-asked"):
        office.retention.lift(number, HEAD)
    office.retention.ask_to_lift(number, "คดีถึงที่สุด", HEAD)
    with refused("same-person"):
        office.retention.lift(number, HEAD)
    with refused("not-an-approver"):
        office.retention.lift(number, MALEE)
    office.retention.lift(number, DEPUTY)
    with refused("not-held"):
        office.retention.lift(number, DEPUTY)
    assert events(office) == ["retention.held", "retention.lift-asked", "retention.lifted"]


def test_a_decision_is_recorded_by_somebody_else_with_the_committee(office: RetentionOffice) -> None:
    """Members, day and report; a verdict for every case; once."""
    office.case(2560)
    made = office.retention.survey(YEAR, HEAD).made
    destroy, decision = every(made, Verdict.DESTROY), office.decision()
    for clerk, said, verdicts, code in (
        (MALEE, decision, destroy, "not-an-approver"),
        (HEAD, decision, destroy, "same-person"),
        (DEPUTY, office.decision(members=("ก", "ก", "ข")), destroy, "committee-too-small"),
        (DEPUTY, office.decision(document=" "), destroy, "decision-incomplete"),
        (DEPUTY, office.decision(on=date(2037, 1, 4)), destroy, "decision-date"),
        (DEPUTY, office.decision(on=date(2037, 1, 6)), destroy, "decision-date"),
        (DEPUTY, decision, {}, "verdict-missing"),
    ):
        with refused(code):
            office.retention.decide(made.id, said, verdicts, clerk)
    closed = office.retention.decide(made.id, decision, destroy, DEPUTY)
    assert closed.state is ListState.DECIDED
    with refused("list-closed"):
        office.retention.decide(made.id, decision, destroy, DEPUTY)
    assert events(office) == ["retention.listed", "retention.decided"]


def test_a_hold_wins_over_a_list(office: RetentionOffice) -> None:
    """Placed after the survey, it leaves the committee nothing but to keep the case."""
    number = office.case(2560)
    made = office.retention.survey(YEAR, MALEE).made
    office.retention.place(number, "คดีปกครอง", MALEE)
    for verdict in (Verdict.DESTROY, Verdict.TRANSFER):
        with refused("case-held"):
            office.retention.decide(made.id, office.decision(), every(made, verdict), HEAD)
    office.retention.decide(made.id, office.decision(), every(made, Verdict.KEEP), HEAD)


def test_what_is_due_to_the_archives_is_not_destroyed(office: RetentionOffice) -> None:
    """Old records go to the National Archives, or stay."""
    office.case(2555)
    made = office.retention.survey(YEAR, MALEE).made
    with refused("must-be-transferred"):
        office.retention.decide(made.id, office.decision(), every(made, Verdict.DESTROY), HEAD)


def test_what_a_committee_keeps_comes_again(office: RetentionOffice) -> None:
    """And so do the cases of a list that was withdrawn."""
    number = office.case(2560)
    first = office.retention.survey(YEAR, MALEE).made
    with refused("reason-missing"):
        office.retention.withdraw(first.id, "", MALEE)
    office.retention.withdraw(first.id, "ปีผิด", MALEE)
    second = office.retention.survey(YEAR, MALEE).made
    office.retention.decide(second.id, office.decision(), every(second, Verdict.KEEP), HEAD)
    third = office.retention.survey(YEAR, MALEE).made
    assert [one.number for one in third.items] == [number]


def test_everything_stays_after_a_decision_to_destroy(office: RetentionOffice) -> None:
    """The decision is a record; message, entry and case are there as before."""
    number = office.case(2560)
    made = office.retention.survey(YEAR, MALEE).made
    office.retention.decide(made.id, office.decision(), every(made, Verdict.DESTROY), HEAD)
    with office.books.look() as uow:
        assert uow.cases.of(number)
        assert uow.messages.get(1)
        assert uow.register.of_message(1)


def test_nothing_about_retention_can_delete() -> None:
    """No part of it knows a way to remove a row or a file, beside its own unfinished ZIP."""
    allowed = {
        "mailroom/services/records/transfer.py": ["part.unlink("],
        "mailroom/web/retention.py": ["shutil.rmtree(folder"] * 2,
    }
    parts = [
        *ROOT.glob("mailroom/**/retention*.py"),
        *ROOT.glob("storage/books/retention.py"),
        *ROOT.glob("storage/books/destruction.py"),
        *ROOT.glob("mailroom/services/records/transfer.py"),
        *ROOT.glob("mailroom/services/records/bag.py"),
    ]
    assert len(parts) > 10
    removing = re.compile(
        r"sa\.delete\(|DELETE FROM|\w+\.unlink\(|shutil\.rmtree\(folder|os\.remove\(|\.rmdir\(|\bdel \w|\.pop\(|\.truncate\("
    )
    for path in parts:
        name = path.relative_to(ROOT).as_posix()
        assert removing.findall(path.read_text("utf-8")) == allowed.get(name, []), name
