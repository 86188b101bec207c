"""What the books promise about corrections, models, what answers, and the audit."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from mailroom.domain.decision import Classification, Kind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import (
    AnsweredDrawing,
    Correction,
    Drawing,
    Found,
    Head,
    HeadState,
    ModelRecord,
    Source,
)
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.contracts.privacy_contract import restriction
from tests.support.book_values import NOW, YEAR, arrive, decide, message

HOUR = timedelta(hours=1)
FOUND = Classification(Kind.REQUEST, "build", model="3")


def correction(message_id: int, value: str = "food", **more: Any) -> Correction:
    facts: dict[str, Any] = {"head": Head.SERVICE, "was": "build", "by": "malee", "source": Source.QUEUE, "model": "3"}
    return Correction(message_id=message_id, value=value, at=NOW, **(facts | more))


def drawing(message_id: int, **more: Any) -> Drawing:
    facts: dict[str, Any] = {"head": Head.SERVICE, "day": date(2026, 1, 5), "answer": "build", "model": "3"}
    return Drawing(message_id=message_id, drawn_at=NOW, **(facts | more))


def model(version: int, **more: Any) -> ModelRecord:
    facts: dict[str, Any] = {"examples": 7, "until": 9, "digest": "d", "code": "c", "catalogue": "k"}
    report = {"service": {"why": "better", "right": 7, "chance": 0.01}}
    return ModelRecord(version=version, made_at=NOW, report=report, **(facts | more))


def state(version: int, head: Head = Head.SERVICE, **more: Any) -> HeadState:
    return HeadState(head=head, version=version, at=NOW, by="", why="better", **({"asks": False} | more))


def taken_in(books: Books, *contents: bytes, found: Classification = FOUND) -> list[int]:
    """Decided messages, each with a number; their rows."""
    rows = arrive(books, *contents)
    with books.begin() as uow:
        for logged in rows:
            decide(uow, logged, message(str(logged.id)), classification=found)
        uow.commit()
    return [logged.id for logged in rows]


class LearningContract:
    def test_corrections_are_kept_in_order_and_found_again(self, books: Books) -> None:
        """All of them, those of one message, those up to one, and how many came after it."""
        first, second = taken_in(books, b"a", b"b")
        made = [
            correction(first),
            correction(second, head=Head.AGENCY, value=""),
            correction(first, "noise", was="food"),
        ]
        with books.begin() as uow:
            for one in made:
                uow.learning.add(one)
            uow.commit()
        with books.look() as uow:
            kept = uow.learning.corrections()
            assert kept == made
            assert uow.learning.corrections(kept[1].id) == made[:2]
            assert uow.learning.of_message(first) == [made[0], made[2]]
            assert (uow.learning.made_after(kept[0].id), uow.learning.made_after(kept[2].id)) == (2, 0)

    def test_what_was_found_stays_when_a_clerk_sets_it_right(self, books: Books) -> None:
        """The record shows what the clerk says; what the machine had said is still known."""
        (row,) = taken_in(books, b"a")
        with books.begin() as uow:
            uow.learning.reclassify(row, Kind.COMPLAINT, None)
            with pytest.raises(RefusedActionError, match="no-such-message"):
                uow.learning.reclassify(row + 99, Kind.COMPLAINT, None)
            uow.commit()
        with books.look() as uow:
            record = uow.messages.get(row)
            assert record is not None
            assert record.classification == replace(FOUND, kind=Kind.COMPLAINT, service=None)
            assert list(uow.learning.found(NOW, NOW + HOUR)) == [Found(row, record.logged.digest, FOUND)]
            assert list(uow.learning.found(NOW + HOUR, NOW + 2 * HOUR)) == []

    def test_restricted_cases_and_what_is_not_decided_are_not_learned_from(self, books: Books) -> None:
        """Neither read for training, nor drawn, nor asked about once they were drawn (R106)."""
        hidden, shown = taken_in(books, b"a", b"b")
        (undecided,) = (logged.id for logged in arrive(books, b"c"))
        with books.begin() as uow:
            uow.learning.draw([drawing(hidden), drawing(shown)])
            uow.privacy.restrict(restriction(RegisterNumber(YEAR, 1)))
            uow.commit()
        with books.look() as uow:
            assert [one.logged.id for one in uow.learning.messages([shown, hidden, undecided])] == [shown]
            assert [one.message_id for one in uow.learning.found(NOW, NOW + HOUR)] == [shown]
            assert [one.message_id for one in uow.learning.open_drawings()] == [shown]
            digests = [one.logged.digest for one in uow.messages.every()]
            assert [uow.learning.with_digest(one[:20]) for one in digests] == [[], [shown], [undecided]]

    def test_models_are_kept_by_version(self, books: Books) -> None:
        """Latest first, each with its report."""
        with books.begin() as uow:
            assert (uow.learning.models(), uow.learning.model(1)) == ([], None)
            for version in (1, 2):
                uow.learning.add_model(model(version))
            uow.commit()
        with books.look() as uow:
            assert uow.learning.models() == [model(2), model(1)]
            assert uow.learning.model(1) == model(1)

    def test_the_last_word_on_each_question_holds(self, books: Books) -> None:
        """By what it is answered, and whether a clerk is asked."""
        with books.begin() as uow:
            assert uow.learning.states() == {}
            for one in (state(1), state(2, Head.AGENCY), state(2, asks=True)):
                uow.learning.set_state(one)
            uow.commit()
        with books.look() as uow:
            assert uow.learning.states() == {Head.SERVICE: state(2, asks=True), Head.AGENCY: state(2, Head.AGENCY)}

    def test_a_drawing_is_open_until_its_question_is_answered(self, books: Books) -> None:
        """Drawn once, answered once; what a clerk says of other questions beside it answers nothing."""
        first, second = taken_in(books, b"a", b"b")
        with books.begin() as uow:
            assert uow.learning.drawn_until() is None
            uow.learning.draw([drawing(first), drawing(second, day=date(2026, 1, 6), answer="food")])
            uow.learning.draw([drawing(first, answer="late")])
            uow.commit()
        with books.begin() as uow:
            opened = uow.learning.open_drawings()
            assert [(one.message_id, one.answer) for one in opened] == [(first, "build"), (second, "food")]
            assert uow.learning.drawn_until() == date(2026, 1, 6)
            assert uow.learning.drawing(opened[0].id) == opened[0]
            assert uow.learning.drawing(99) is None
            for one in (
                correction(first, audit=opened[0].id, source=Source.AUDIT),
                correction(second, head=Head.AGENCY, audit=opened[1].id),
            ):
                uow.learning.add(one)
            with pytest.raises(RefusedActionError, match="audited-already"):
                uow.learning.add(correction(first, "other", audit=opened[0].id))
            uow.commit()
        with books.look() as uow:
            assert [one.message_id for one in uow.learning.open_drawings()] == [second]
            [answered] = uow.learning.answered(Head.SERVICE, 9)
            assert answered == AnsweredDrawing(drawing=opened[0].id, answer="build", value="food")
            assert answered.is_wrong
            assert uow.learning.answered(Head.AGENCY, 9) == []
