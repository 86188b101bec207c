"""What the book of licences promises."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from mailroom.domain.errors import StorageError
from mailroom.domain.licence import Act, Licence, LicenceStatus
from mailroom.ports import Books
from tests.support.book_values import NOW, YEAR, arrive
from tests.support.paper_values import SERVICE, TODAY, content, event, field_decision, licence, query

DAY = timedelta(days=1)


def add(books: Books, *licences: Licence) -> list[Licence]:
    with books.begin() as uow:
        added = [uow.licences.add(one) for one in licences]
        uow.commit()
    return added


class LicenceContract:
    def test_licence_numbers_have_no_gap(self, books: Books) -> None:
        """Each type and year has its own series; a number of a transaction that failed is given again."""
        with books.begin() as uow:
            assert [uow.licences.next_number(SERVICE, YEAR) for _ in range(3)] == [1, 2, 3]
            assert uow.licences.next_number("hotel", YEAR) == 1
            assert uow.licences.next_number(SERVICE, YEAR + 1) == 1
        with books.begin() as uow:
            assert uow.licences.next_number(SERVICE, YEAR) == 1
            uow.commit()
        with books.begin() as uow:
            assert uow.licences.next_number(SERVICE, YEAR) == 2

    def test_licences_of_an_address(self, books: Books) -> None:
        """Whatever its case, latest issue first, and only so many."""
        later = content(issued_on=TODAY + DAY)
        one, two = add(books, licence(1, email="A@b.test"), licence(2, email="a@B.test", content=later))
        add(books, licence(3, email="aa@b.test"), licence(4, email=""))
        with books.look() as uow:
            assert uow.licences.of_email("a@b.test", 9) == [two, one]
            assert uow.licences.of_email("a@b.test", 1) == [two]

    def test_numbers_go_on_after_those_of_before(self, books: Books) -> None:
        """What was given before the system raises the count; a lower last number changes nothing."""
        with books.begin() as uow:
            uow.licences.raise_numbers(SERVICE, YEAR, 120)
            uow.licences.raise_numbers(SERVICE, YEAR, 80)
            assert uow.licences.next_number(SERVICE, YEAR) == 121
            uow.commit()
        with books.begin() as uow:
            uow.licences.raise_numbers(SERVICE, YEAR, 121)
            assert uow.licences.next_number(SERVICE, YEAR) == 122
            assert uow.licences.next_number("hotel", YEAR) == 1

    def test_a_licence_is_kept_whole(self, books: Books) -> None:
        """Every item comes back as it was, by id, code or number, also after a change."""
        [logged] = arrive(books, b"a")
        [one, bare] = add(
            books,
            licence(status_reason="เหตุ", message_id=logged.id, channel="line"),
            licence(2, document=None, content=content(expires_on=None, conditions=(), extra={})),
        )
        changed = replace(
            one, status=LicenceStatus.AMENDED, version=2, document="f" * 64, content=content(holder="นางสาว ก")
        )
        with books.begin() as uow:
            assert uow.licences.get(one.id) == one
            uow.licences.save(changed)
            uow.commit()
        with books.look() as uow:
            assert uow.licences.get(one.id) == changed
            assert uow.licences.by_code(one.code) == changed
            assert uow.licences.by_number(SERVICE, one.number) == changed
            assert uow.licences.get(bare.id) == bare
            assert uow.licences.by_number("hotel", one.number) is None
            assert uow.licences.by_code("nobody") is None
            assert uow.licences.get(99) is None

    @pytest.mark.parametrize("same", [{"number": f"1/{YEAR}"}, {"code": f"{1:012}"}])
    def test_number_and_code_are_given_once(self, books: Books, same: dict[str, Any]) -> None:
        """A second licence of the number or code is refused; another type may have the number."""
        add(books, licence(1), licence(7, service="hotel", number=f"1/{YEAR}"))
        with books.begin() as uow, pytest.raises(StorageError):
            uow.licences.add(licence(2, **same))

    def test_a_licence_that_is_not_there_cannot_change(self, books: Books) -> None:
        """Saving what was never added is an error, not a silent nothing."""
        with books.begin() as uow, pytest.raises(StorageError):
            uow.licences.save(licence(id=5))

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", True),
            ("สมชาย", True),
            ("นายสมชายใจดี", True),
            ("somchai", True),
            ("SOMCHAI ก๋วย", True),
            ("99/1", True),
            ("๙๙/๑ หมู่ ๕", True),
            ("จำหน่าย", True),
            ("๑/๒๕๖๙", True),
            ("1/2569", True),
            ("1103700000001", False),
            ("ต้องรักษา", False),
            ("%", False),
            ("9_/1", False),
            ("ใจดีร้าน", False),
            ("ไม่มี", False),
            ("ก" * 70_000, False),
        ],
    )
    def test_licences_are_searched(self, books: Books, text: str, found: bool) -> None:
        """A part of one published item is enough; digits and case are alike; no character is a wildcard."""
        [one] = add(books, licence())
        with books.look() as uow:
            assert uow.licences.search(query(text=text), offset=0, limit=9) == [one] * found
            assert uow.licences.count(query(text=text)) == found
            assert list(uow.licences.every(query(text=text))) == [one] * found

    def test_licences_are_found_by_place_and_service(self, books: Books) -> None:
        """The place is looked for in the address alone; all conditions must hold; services can be left out."""
        [here, there] = add(books, licence(1), licence(2, service="hotel", content=content(address="ตำบลอื่น")))
        cases = [
            (query(place="หมู่ ๕"), [here]),
            (query(place="สมชาย"), []),
            (query(place="ตำบล"), [there, here]),
            (query(service="hotel"), [there]),
            (query(text="สมชาย", place="อื่น", service="hotel"), [there]),
            (query(service="hotel", place="โพสะ"), []),
            (query(without=frozenset({"hotel", "other"})), [here]),
        ]
        with books.look() as uow:
            for asked, expected in cases:
                assert uow.licences.search(asked, offset=0, limit=9) == expected

    def test_the_status_is_that_of_the_day(self, books: Books) -> None:
        """A search by status finds those for which it holds on that day, as `Licence.status_on` says."""
        ends = (None, TODAY - DAY, TODAY, TODAY + DAY)
        stored = [status for status in LicenceStatus if status is not LicenceStatus.EXPIRED]
        pairs = [(status, day) for status in stored for day in ends]
        kept = [licence(key, status=status, content=content(expires_on=day)) for key, (status, day) in enumerate(pairs)]
        added = add(books, *kept)
        with books.look() as uow:
            for status in LicenceStatus:
                expected = [one for one in added if one.status_on(TODAY) is status]
                assert expected
                assert list(uow.licences.every(query(status=status))) == expected
                assert uow.licences.count(query(status=status)) == len(expected)

    def test_the_latest_issue_stands_first(self, books: Books) -> None:
        """By the day of issue, then the last added, page by page without repeats."""
        days = [TODAY, TODAY + DAY, TODAY, TODAY - DAY, TODAY + DAY]
        added = add(books, *(licence(key, content=content(issued_on=day)) for key, day in enumerate(days)))
        with books.look() as uow:
            pages = [uow.licences.search(query(), offset=offset, limit=2) for offset in (0, 2, 4)]
        assert [added.index(one) for page in pages for one in page] == [4, 1, 2, 0, 3]

    def test_all_licences_are_walked(self, books: Books) -> None:
        """More than fit in memory at once, in order of type and id, each once."""
        added = add(books, *(licence(key, service=f"s{key % 3}") for key in range(1100)))
        with books.look() as uow:
            assert list(uow.licences.every(query())) == sorted(added, key=lambda one: (one.service, one.id))

    def test_lapsing_licences_are_found(self, books: Books) -> None:
        """Those in force whose last day is within the days, both included."""
        days = {"a": TODAY - DAY, "b": TODAY, "c": TODAY + DAY, "d": TODAY + 2 * DAY, "e": None}
        kept = [licence(key, content=content(expires_on=day)) for key, day in enumerate(days.values())]
        kept += [licence(9, status=LicenceStatus.REVOKED), licence(10, status=LicenceStatus.AMENDED)]
        added = add(books, *kept)
        with books.look() as uow:
            assert uow.licences.lapsing(TODAY, TODAY + DAY) == added[1:3]
            assert uow.licences.lapsing(date(2026, 12, 31), date(2026, 12, 31)) == [added[6]]
            assert uow.licences.lapsing(TODAY, date.max) == [*added[1:4], added[6]]

    def test_the_time_of_the_last_change_is_known(self, books: Books) -> None:
        """None before there is anything; then the latest change of a licence or of what is published."""
        with books.look() as uow:
            assert uow.licences.changed_at() is None
        [one] = add(books, licence())
        with books.begin() as uow:
            assert uow.licences.changed_at() == NOW
            uow.licences.save(replace(one, updated_at=NOW + DAY))
            assert uow.licences.changed_at() == NOW + DAY
            uow.fields.decide(field_decision(decided_at=NOW + 2 * DAY))
            assert uow.licences.changed_at() == NOW + 2 * DAY

    def test_the_life_of_a_licence_is_told_in_order(self, books: Books) -> None:
        """Each step stays, and those of other licences are not among them."""
        [one, other] = add(books, licence(1), licence(2))
        steps = [event(one.id, document="a" * 64), event(one.id, Act.SUSPEND), event(one.id, Act.AMEND, version=2)]
        with books.begin() as uow:
            for step in (*steps, event(other.id)):
                uow.licences.note(step)
            uow.commit()
        with books.look() as uow:
            assert uow.licences.events(one.id) == steps
            assert uow.licences.events(99) == []

    def test_every_paper_ever_signed_leads_to_its_licence(self, books: Books) -> None:
        """By digest, also of an earlier version: the licence as it is now, and the step that made that paper."""
        [one] = add(books, licence(document="b" * 64, version=2))
        first, second = event(one.id, document="a" * 64), event(one.id, Act.AMEND, version=2, document="b" * 64)
        with books.begin() as uow:
            for step in (first, second, event(one.id, Act.SUSPEND, version=2, document="b" * 64)):
                uow.licences.note(step)
            uow.commit()
        with books.look() as uow:
            assert uow.licences.by_document("a" * 64) == (one, first)
            assert uow.licences.by_document("b" * 64) == (one, second)
            assert uow.licences.by_document("c" * 64) is None

    def test_a_holder_is_reminded_once(self, books: Books) -> None:
        """Each number of days ahead of each last day counts once."""
        [one] = add(books, licence())
        with books.begin() as uow:
            assert uow.licences.remind(one.id, TODAY, 30, NOW)
            assert not uow.licences.remind(one.id, TODAY, 30, NOW + DAY)
            assert uow.licences.remind(one.id, TODAY, 7, NOW)
            uow.commit()
        with books.begin() as uow:
            assert not uow.licences.remind(one.id, TODAY, 7, NOW)
            assert uow.licences.remind(one.id, TODAY + DAY, 7, NOW)
