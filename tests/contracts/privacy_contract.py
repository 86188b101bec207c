"""What the books promise about who read what, requests, cases kept from sight, and breaches."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailroom.domain.breach import Breach, BreachFacts, BreachKind, BreachStep, Risk, StepKind
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.licence import IssuanceState, LicenceQuery
from mailroom.domain.outbox import OutboxState
from mailroom.domain.privacy import DataRequest, Read, RequestKind, RequestState, Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.support.book_values import NOW, YEAR, arrive, draft, item, message, verdict
from tests.support.paper_values import issuance, licence

DAY = timedelta(days=1)
FIRST = RegisterNumber(YEAR, 1)


def read(day: int = 0, **more: Any) -> Read:
    values: dict[str, Any] = {"actor": "malee", "what": "message", "key": "12", "how": "view"}
    return Read(at=NOW + day * DAY, **(values | more))


def request(**more: Any) -> DataRequest:
    values: dict[str, Any] = {
        "kind": RequestKind.ERASURE,
        "number": FIRST,
        "name": "สมชาย ใจดี",
        "email": "somchai@example.test",
        "wish": "ขอให้ลบข้อมูลของข้าพเจ้า",
        "received_at": NOW,
        "entered_at": NOW + timedelta(minutes=5),
        "entered_by": "malee",
    }
    return DataRequest(**(values | more))


def restriction(number: RegisterNumber = FIRST, **more: Any) -> Restriction:
    values: dict[str, Any] = {"request": None, "reason": "เจ้าของข้อมูลขอ", "people": ("malee", "head")}
    return Restriction(number=number, placed_at=NOW, placed_by="head", **(values | more))


def breach(day: int = 0, **more: Any) -> Breach:
    return Breach(title="อีเมลรั่ว", known_at=NOW + day * DAY, opened_at=NOW + day * DAY, opened_by="malee", **more)


class ReadContract:
    def test_reads_come_latest_first_and_page_by_page(self, books: Books) -> None:
        """Each as it was noted, rows of lists included."""
        reads = [read(day, listed=(7, 12), key=f"hold/{day}", what="queue") for day in range(3)]
        with books.begin() as uow:
            for one in reads:
                uow.reads.note(one)
            uow.commit()
        with books.look() as uow:
            assert list(uow.reads.search()) == reads[::-1]
            assert list(uow.reads.search(offset=1, limit=1)) == [reads[1]]
            assert (uow.reads.count(), list(uow.reads.kinds())) == (3, ["queue"])

    def test_reads_are_found_by_who_what_when_and_key(self, books: Books) -> None:
        """A key finds its parts and the lists that showed it; 1 does not find 12, nor 12 find 120."""
        reads = {
            "page": read(0),
            "part": read(1, key="12/3", what="attachment", how="download", actor="somying"),
            "list": read(2, key="hold", what="queue", listed=(1, 12)),
            "other": read(3, key="120", listed=(121,)),
            "sheet": read(4, key="register/2569", what="export", how="export", actor="cli:root"),
        }
        with books.begin() as uow:
            for one in reads.values():
                uow.reads.note(one)
            uow.commit()

        def found(**wanted: Any) -> list[str]:
            with books.look() as uow:
                return [name for one in uow.reads.search(**wanted) for name, known in reads.items() if known == one]

        assert found(key="12") == ["list", "part", "page"]
        assert found(key="1") == ["list"]
        assert found(key="register") == ["sheet"]
        assert found(actor="somying") == ["part"]
        assert found(what="queue", key="12") == ["list"]
        assert found(since=NOW + DAY, until=NOW + 3 * DAY) == ["list", "part"]
        assert found(key="%") == []


class RequestContract:
    def test_a_request_is_kept_until_and_after_it_is_answered(self, books: Books) -> None:
        """Open ones first, then the latest; one that is not there is an error of ours."""
        with books.begin() as uow:
            first, second, third = (
                uow.privacy.add_request(one)
                for one in (request(), request(kind=RequestKind.ACCESS, number=None), request())
            )
            done = replace(
                third,
                state=RequestState.ANSWERED,
                answer="เก็บตามระเบียบ",
                answered_at=NOW + DAY,
                answered_by="head",
                letter="ab",
            )
            uow.privacy.save_request(done)
            with pytest.raises(StorageError):
                uow.privacy.save_request(replace(done, id=99))
            uow.commit()
        with books.look() as uow:
            assert list(uow.privacy.requests()) == [second, first, done]
            assert uow.privacy.request(first.id) == first
            assert uow.privacy.request(99) is None

    def test_one_restriction_at_a_time_holds_for_a_case(self, books: Books) -> None:
        """Once lifted it stays on record, and another may be placed."""
        with books.begin() as uow:
            placed = uow.privacy.restrict(restriction())
            with pytest.raises(RefusedActionError, match="restricted-already"):
                uow.privacy.restrict(restriction())
            lifted = replace(placed, lifted_at=NOW + DAY, lifted_by="head", lift_reason="ครบกำหนด")
            uow.privacy.save_restriction(lifted)
            assert uow.privacy.restriction_of(FIRST) is None
            again = uow.privacy.restrict(restriction(reason="อีกครั้ง"))
            uow.commit()
        with books.look() as uow:
            assert uow.privacy.restriction_of(FIRST) == again
            assert list(uow.privacy.restrictions()) == [again]
            assert list(uow.privacy.restrictions(every=True)) == [lifted, again]

    def test_every_message_of_a_restricted_case_is_known(self, books: Books) -> None:
        """The one that opened it and those that joined it; others are free, and all are once it is lifted."""
        opened, joined, other = arrive(books, b"a", b"b", b"c")
        with books.begin() as uow:
            uow.messages.record(verdict(opened, message()))
            uow.messages.record(verdict(joined, message(), follows=FIRST))
            uow.messages.record(verdict(other, message()))
            uow.register.enter(draft(opened))
            placed = uow.privacy.restrict(restriction())
            uow.commit()
        with books.begin() as uow:
            assert uow.privacy.restricted_messages() == {opened.id, joined.id}
            assert uow.privacy.restriction_of_message(joined.id) == placed
            assert uow.privacy.restriction_of_message(opened.id) == placed
            assert uow.privacy.restriction_of_message(other.id) is None
            uow.privacy.save_restriction(replace(placed, lifted_at=NOW))
            assert uow.privacy.restricted_messages() == frozenset()

    def test_no_list_and_no_search_shows_a_restricted_case(self, books: Books) -> None:
        """Neither its messages nor licences and papers that came of it; they come back when it is lifted."""
        opened, joined, other = arrive(books, b"a", b"b", b"c")
        every = LicenceQuery(on=NOW.date())
        with books.begin() as uow:
            for one, more in ((opened, {}), (joined, {"follows": FIRST}), (other, {})):
                uow.messages.record(verdict(one, message(), **more))
            uow.register.enter(draft(opened))
            uow.outbox.put(item(opened.id, state=OutboxState.FAILED))
            hidden = uow.licences.add(licence(1, message_id=opened.id))
            shown = uow.licences.add(licence(2, message_id=other.id))
            papers = [
                uow.issuances.add(issuance(message_id=row, licence_id=of, batch=""))
                for row, of in ((joined.id, None), (None, hidden.id), (None, shown.id), (None, None))
            ]
            uow.commit()

        def seen() -> Any:
            with books.look() as uow:
                found = uow.licences.search(every, offset=0, limit=9)
                assert uow.licences.count(every) == len(found)
                assert sorted(one.id for one in uow.licences.every(every)) == sorted(one.id for one in found)
                counts = uow.queue.counts()
                page = uow.queue.page("all", offset=0, limit=9)
                named = uow.search.page("all", "1/2569", offset=0, limit=9).hits
                return (
                    sorted(one.logged.id for one in page),
                    len(named),
                    (counts["all"], counts["accept"], counts["undelivered"]),
                    sorted(one.id for one in found),
                    sorted(one.id for one in uow.issuances.page(list(IssuanceState), "", offset=0, limit=9)),
                )

        rows = [one.id for one in (opened, joined, other)]
        everything = (rows, 1, (3, 3, 1), [hidden.id, shown.id], [one.id for one in papers])
        assert seen() == everything
        with books.begin() as uow:
            placed = uow.privacy.restrict(restriction())
            assert [one.logged.id for one in uow.queue.later(FIRST)] == [joined.id]
            uow.commit()
        assert seen() == ([other.id], 0, (1, 1, 0), [shown.id], [one.id for one in papers[2:]])
        with books.begin() as uow:
            uow.privacy.save_restriction(replace(placed, lifted_at=NOW))
            uow.commit()
        assert seen() == everything


class BreachContract:
    def test_a_breach_is_kept_as_it_is_assessed_now(self, books: Books) -> None:
        """Latest first; those that are closed only where they are asked for."""
        facts = BreachFacts(
            kinds=frozenset(BreachKind),
            nature="ส่งผิดคน",
            people=3,
            records=4,
            effects="ก",
            measures="ข",
            advice="ค",
            late_reason="ง",
            risk=Risk.HIGH,
        )
        with books.begin() as uow:
            first, second = uow.privacy.open_breach(breach()), uow.privacy.open_breach(breach(1))
            assessed = replace(first, facts=facts, notified_at=NOW + DAY, told_at=NOW + DAY, closed_at=NOW + 2 * DAY)
            uow.privacy.save_breach(assessed)
            with pytest.raises(StorageError):
                uow.privacy.save_breach(replace(first, id=99))
            uow.commit()
        with books.look() as uow:
            assert list(uow.privacy.breaches()) == [second, assessed]
            assert list(uow.privacy.breaches(closed=False)) == [second]
            assert uow.privacy.breach(first.id) == assessed
            assert uow.privacy.breach(99) is None

    def test_steps_stand_in_the_order_in_which_they_were_noted(self, books: Books) -> None:
        """Of that breach alone."""
        with books.begin() as uow:
            first, second = uow.privacy.open_breach(breach()), uow.privacy.open_breach(breach(1))
            steps = [
                BreachStep(breach=one.id, kind=kind, happened_at=NOW, noted_at=NOW + DAY, actor="malee", text="ทำแล้ว")
                for one, kind in (
                    (first, StepKind.REPORTED),
                    (second, StepKind.REPORTED),
                    (first, StepKind.NOTIFIED),
                )
            ]
            for one in steps:
                uow.privacy.step(one)
            uow.commit()
        with books.look() as uow:
            assert list(uow.privacy.steps(first.id)) == [steps[0], steps[2]]


class PrivacyContract(ReadContract, RequestContract, BreachContract):
    """All of it."""
