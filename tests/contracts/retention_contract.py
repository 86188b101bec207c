"""What the books promise about classes of cases, holds, and destruction lists."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailroom.domain.case import Case, CaseState
from mailroom.domain.decision import Secrecy
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import (
    Assignment,
    CommitteeDecision,
    DestructionList,
    Hold,
    ListItem,
    ListState,
    Transfer,
    Verdict,
)
from mailroom.ports import Books
from tests.support.book_values import NOW, YEAR, arrive, draft, message, verdict

FIRST, SECOND = RegisterNumber(YEAR, 1), RegisterNumber(YEAR, 2)
NEW_YEAR = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
"""Midnight in Thailand: the first instant of พ.ศ. 2570."""


def hold(number: RegisterNumber = FIRST, **more: Any) -> Hold:
    return Hold(number=number, reason="คดีปกครอง", placed_at=NOW, placed_by="malee", **more)


def line(number: RegisterNumber = FIRST, **more: Any) -> ListItem:
    values: dict[str, Any] = {"class_key": "default", "class_name": "ทั่วไป", "ended": 2558, "due": 2568}
    return ListItem(number=number, proposal=Verdict.DESTROY, **(values | more))


def survey(*items: ListItem, year: int = YEAR) -> DestructionList:
    return DestructionList(year=year, made_at=NOW, made_by="malee", items=items)


def open_case(books: Books, *contents: bytes, **facts: Any) -> list[int]:
    """A case for each message, in order; rows of the messages."""
    logged = arrive(books, *contents)
    with books.begin() as uow:
        for one in logged:
            uow.messages.record(verdict(one, message()))
            entry = uow.register.enter(draft(one, **facts))
            uow.cases.open(Case(entry.number, one.id, CaseState.OPEN, "pet"))
        uow.commit()
    return [one.id for one in logged]


class RetentionContract:
    def test_a_case_ends_with_its_last_message(self, books: Books) -> None:
        """Years are those of Thailand: a message at midnight of 31 December belongs to the next one."""
        open_case(books, b"a", b"b", deemed_received_at=NEW_YEAR - timedelta(seconds=1))
        [late] = arrive(books, b"c")
        with books.begin() as uow:
            joined = replace(verdict(late, message()), follows=SECOND, deemed_received_at=NEW_YEAR)
            uow.messages.record(joined)
            uow.commit()
        with books.look() as uow:
            assert [one.number for one in uow.retention.files(YEAR)] == [FIRST]
            assert [one.ended for one in uow.retention.files(YEAR + 1)] == [YEAR, YEAR + 1]
            assert [one.service for one in uow.retention.files(YEAR)] == ["pet"]
            assert not uow.retention.files(YEAR - 1)

    def test_a_grade_of_secrecy_is_told(self, books: Books) -> None:
        """Such matter follows rules of its own."""
        open_case(books, b"a", secrecy=Secrecy.SECRET)
        with books.look() as uow:
            assert [one.graded for one in uow.retention.files(YEAR)] == [True]

    def test_the_class_of_a_case_is_the_last_that_it_was_given(self, books: Books) -> None:
        """With who gave it, when, and why."""
        open_case(books, b"a")
        given = Assignment(number=FIRST, class_key="court", reason="สำนวนคดี", at=NOW, by="head")
        with books.begin() as uow:
            assert uow.retention.assignment(FIRST) is None
            uow.retention.assign(replace(given, class_key="history"))
            uow.retention.assign(given)
            uow.commit()
        with books.look() as uow:
            assert uow.retention.assignment(FIRST) == given
            found = uow.retention.file(FIRST)
            assert found
            assert found.assigned == "court"
            assert uow.retention.file(SECOND) is None

    def test_one_hold_at_a_time(self, books: Books) -> None:
        """A case is held or not; one that was lifted stays in the books."""
        with books.begin() as uow:
            placed = uow.retention.place(hold())
            with pytest.raises(RefusedActionError) as refused:
                uow.retention.place(hold())
            assert refused.value.code == "held-already"
            asked = replace(placed, asked_at=NOW, asked_by="malee", ask_reason="คดีถึงที่สุด")
            uow.retention.save_hold(asked)
            assert uow.retention.hold_of(FIRST) == asked
            lifted = replace(asked, lifted_at=NOW, lifted_by="head")
            uow.retention.save_hold(lifted)
            again = uow.retention.place(hold())
            uow.commit()
        with books.look() as uow:
            assert list(uow.retention.holds()) == [again]
            assert list(uow.retention.holds(every=True)) == [lifted, again]

    def test_a_hold_that_is_not_there_is_not_saved(self, books: Books) -> None:
        """It would be lost without a word."""
        with books.begin() as uow, pytest.raises(StorageError, match="no hold 7"):
            uow.retention.save_hold(hold(id=7))

    def test_a_list_is_closed_once(self, books: Books) -> None:
        """With the decision and a verdict for each case, all as they were recorded."""
        decision = CommitteeDecision(members=("ก", "ข", "ค"), on=date(2026, 2, 1), document="อท 1/2569")
        with books.begin() as uow:
            made = uow.retention.add_list(survey(line(SECOND), line(FIRST)))
            items = tuple(replace(one, verdict=Verdict.KEEP, note="ยังใช้") for one in made.items)
            closed = replace(
                made, state=ListState.DECIDED, decision=decision, items=items, closed_at=NOW, closed_by="head"
            )
            uow.retention.close_list(closed)
            with pytest.raises(RefusedActionError) as refused:
                uow.retention.close_list(closed)
            assert refused.value.code == "list-closed"
            with pytest.raises(StorageError, match="no list 9"):
                uow.retention.close_list(replace(closed, id=9))
            uow.commit()
        with books.look() as uow:
            found = uow.retention.destruction_list(made.id)
            assert found
            assert [one.number for one in found.items] == [FIRST, SECOND]
            assert replace(found, items=()) == replace(closed, items=()) == uow.retention.lists()[0]
            assert {one.verdict for one in found.items} == {Verdict.KEEP}
            assert uow.retention.destruction_list(9) is None

    def test_what_is_listed_is_not_listed_twice(self, books: Books) -> None:
        """A list that waits, and what a committee gave up; what it keeps or a withdrawn list had comes again."""
        numbers = [RegisterNumber(YEAR, number) for number in range(1, 6)]
        decision = CommitteeDecision(members=("ก", "ข", "ค"), on=date(2026, 2, 1), document="อท 1/2569")
        with books.begin() as uow:
            decided = uow.retention.add_list(survey(*map(line, numbers[:3])))
            verdicts = (Verdict.DESTROY, Verdict.TRANSFER, Verdict.KEEP)
            items = tuple(replace(one, verdict=to) for one, to in zip(decided.items, verdicts, strict=True))
            uow.retention.close_list(replace(decided, state=ListState.DECIDED, decision=decision, items=items))
            withdrawn = uow.retention.add_list(survey(line(numbers[3])))
            uow.retention.close_list(replace(withdrawn, state=ListState.WITHDRAWN, close_reason="ปีผิด"))
            uow.retention.add_list(survey(line(numbers[4])))
            uow.commit()
        with books.look() as uow:
            assert uow.retention.listed() == {numbers[0], numbers[1], numbers[4]}
            assert [one.id for one in uow.retention.lists()] == [3, 2, 1]

    def test_packages_are_kept_with_their_list(self, books: Books) -> None:
        """In order of making."""
        with books.begin() as uow:
            made = uow.retention.add_list(survey(line()))
            first = uow.retention.add_transfer(
                Transfer(
                    list_id=made.id,
                    made_at=NOW,
                    made_by="head",
                    profile="mailroom-records 1",
                    cases=1,
                    files=4,
                    manifest="ab" * 32,
                )
            )
            uow.commit()
        with books.look() as uow:
            assert list(uow.retention.transfers(made.id)) == [first]
            assert not uow.retention.transfers(made.id + 1)
