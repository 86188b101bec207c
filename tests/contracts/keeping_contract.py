"""What the books promise about copies, drills, re-readings, and numbers after a restore."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailroom.domain.backup import BackupCheck, BackupRun, Difference, Drill, Fence, FixityRun, Moved, NumberVoid
from mailroom.domain.errors import FenceMissingError, RefusedActionError, StorageError
from mailroom.domain.message import Place
from mailroom.ports import Books, UnitOfWork
from mailroom.stages.fence import FARTHEST
from tests.contracts.sent_contract import sent_copy
from tests.support.book_values import NOW, YEAR, arrive, decide, draft, message
from tests.support.paper_values import SERVICE, document, outgoing

DAY = timedelta(days=1)
LICENCE = f"licence:{SERVICE}"


def run(day: int = 0, **more: Any) -> BackupRun:
    values: dict[str, Any] = {"target": "disk", "started_at": NOW + day * DAY}
    return BackupRun(**(values | more))


def drill(day: int = 0, *differences: Difference) -> Drill:
    at = NOW + day * DAY
    return Drill(target="disk", point=f"p{day}", at=at, seconds=1.5, messages=9, bytes=1 << 40, differences=differences)


def fixity(day: int, *segments: str, **more: Any) -> FixityRun:
    return FixityRun(at=NOW + day * DAY, seconds=0.5, segments=segments, records=3, bytes=1 << 40, **more)


def fence(last: int, series: str = "in", year: int = YEAR) -> Fence:
    return Fence(series, year, last, "สมุดทะเบียน")


def give(uow: UnitOfWork, logged: Any = None) -> tuple[int, ...]:
    """The next number of letters sent and of licences, and of letters received where there is one."""
    sent, licence = uow.outgoing.enter(outgoing()).number.number, uow.licences.next_number(SERVICE, YEAR)
    return (sent, licence) if logged is None else (uow.register.enter(draft(logged)).number.number, sent, licence)


def given(books: Books, *, fenced: bool = True) -> Any:
    """Books with number 1 in each series, restored; a second message waits."""
    first, second = arrive(books, b"a", b"b")
    with books.begin() as uow:
        give(uow, first)
        if fenced:
            uow.keeping.require_fence(NOW, "p1")
        uow.commit()
    return second


class KeepingContract:
    def test_a_backup_is_known_from_its_beginning(self, books: Books) -> None:
        """Begun it has an id and no end; afterwards it is all that it became."""
        with books.begin() as uow:
            begun = uow.keeping.begin_backup(run(id=77))
            uow.commit()
        with books.look() as uow:
            assert uow.keeping.backups() == [begun]
        ended = replace(
            begun,
            ended_at=NOW + DAY,
            point="4af1",
            bytes_read=1 << 41,
            bytes_added=1 << 40,
            tables={"message": "ab" * 32},
            messages=12,
            error="คัดลอกไม่สำเร็จ",
        )
        with books.begin() as uow:
            uow.keeping.end_backup(ended)
            uow.commit()
        with books.look() as uow:
            assert uow.keeping.backups() == [ended]

    def test_what_was_not_begun_cannot_end(self, books: Books) -> None:
        """An id that is not there is an error of ours, and nothing is saved."""
        with books.begin() as uow, pytest.raises(StorageError):
            uow.keeping.end_backup(run(id=5))

    def test_backups_are_listed_latest_first(self, books: Books) -> None:
        """Of one target or of all, at most so many."""
        with books.begin() as uow:
            for day, target in enumerate(("disk", "cloud", "disk", "disk")):
                uow.keeping.begin_backup(run(day, target=target))
            assert [one.started_at for one in uow.keeping.backups("disk")] == [NOW + n * DAY for n in (3, 2, 0)]
            assert [one.target for one in uow.keeping.backups(limit=3)] == ["disk", "disk", "cloud"]
            assert uow.keeping.backups("other") == []

    def test_points_are_verified_and_forgotten(self, books: Books) -> None:
        """By target and point; a run that made no point is never meant, and ending it again keeps the marks."""
        with books.begin() as uow:
            runs = [uow.keeping.begin_backup(run(n, point=point)) for n, point in enumerate(("p0", "p1", "", "p3"))]
            uow.keeping.begin_backup(run(9, target="cloud", point="p0"))
            uow.keeping.verified("disk", "p0", NOW)
            uow.keeping.verified("disk", "", NOW)
            uow.keeping.forgotten("disk", ["p1", "", "p3", "p9"], NOW + DAY)
            uow.keeping.forgotten("disk", [], NOW)
            uow.keeping.end_backup(runs[0])
            found = uow.keeping.backups()[::-1]
        assert [one.verified_at for one in found] == [NOW, None, None, None, None]
        assert [one.forgotten_at for one in found] == [None, NOW + DAY, None, NOW + DAY, None]

    def test_drills_are_kept_with_what_they_found(self, books: Books) -> None:
        """Latest first, at most so many; one without differences has passed."""
        with books.begin() as uow:
            uow.keeping.add_drill(drill(0))
            uow.keeping.add_drill(drill(1, Difference("message", "ขาดไป"), Difference("event", "2 rows")))
            uow.commit()
        with books.look() as uow:
            latest, first = uow.keeping.drills()
            assert uow.keeping.drills(1) == [latest]
        assert (first.passed, latest.passed) == (True, False)
        assert [replace(first, id=0), replace(latest, id=0)] == [
            drill(0),
            drill(1, Difference("message", "ขาดไป"), Difference("event", "2 rows")),
        ]

    def test_it_is_known_when_each_segment_was_read(self, books: Books) -> None:
        """The latest reading of each, whatever it found."""
        damaged = fixity(1, "000001.seg", healed=("000001.seg",), damaged=(Difference("000002.seg", "ชำรุด"),))
        with books.begin() as uow:
            for one in (fixity(0, "000001.seg", "000002.seg"), damaged, fixity(2)):
                uow.keeping.add_fixity(one)
            uow.commit()
        with books.look() as uow:
            assert uow.keeping.read_at() == {"000001.seg": NOW + DAY, "000002.seg": NOW}
            assert [replace(one, id=0) for one in uow.keeping.fixities(2)] == [fixity(2), damaged]

    def test_without_a_restore_numbers_are_given(self, books: Books) -> None:
        """No fence is missing, and there is none to lift."""
        second = given(books, fenced=False)
        with books.begin() as uow:
            assert not uow.keeping.fence_missing()
            assert give(uow, second) == (2, 2, 2)
            with pytest.raises(RefusedActionError, match="fence-none"):
                uow.keeping.lift_fence([fence(9)], "malee", NOW)

    @pytest.mark.parametrize(
        "give_one",
        [
            lambda uow, logged: uow.register.enter(draft(logged)),
            lambda uow, _: uow.outgoing.enter(outgoing()),
            lambda uow, _: uow.licences.next_number(SERVICE, YEAR),
            lambda uow, _: uow.licences.next_number("new", YEAR + 1),
        ],
    )
    def test_restored_books_give_no_number(self, books: Books, give_one: Callable[[UnitOfWork, Any], Any]) -> None:
        """Letters received, sent, and licences of any type, in the very transaction that restored and in later ones."""
        second = given(books)
        with books.begin() as uow, pytest.raises(FenceMissingError):
            give_one(uow, second)
        with books.look() as uow:
            assert uow.keeping.fence_missing()

    def test_custody_goes_on_without_a_fence(self, books: Books) -> None:
        """What arrives is logged, and what the books know is told."""
        given(books)
        assert len(arrive(books, b"c")) == 1
        with books.look() as uow:
            assert uow.keeping.last_numbers() == {("in", YEAR): 1, (LICENCE, YEAR): 1, ("out", YEAR): 1}

    def test_numbers_go_on_behind_the_fence(self, books: Books) -> None:
        """Each series after its stated number; what lies between is void, once."""
        second = given(books)
        fences = [fence(4), fence(3), fence(1, "out"), fence(6, LICENCE), fence(2, "licence:new")]
        with books.begin() as uow:
            uow.licences.raise_numbers(SERVICE, YEAR, 2)
            uow.keeping.lift_fence(fences, "malee", NOW)
            assert not uow.keeping.fence_missing()
            assert give(uow, second) == (5, 2, 7)
            assert uow.licences.next_number("new", YEAR) == 3
            uow.commit()
        with books.look() as uow:
            assert not uow.keeping.fence_missing()
            lost = [("in", 2, 4), (LICENCE, 3, 6), ("licence:new", 1, 2)]
            voids = [NumberVoid(series, YEAR, first, last, NOW, "malee") for series, first, last in lost]
            assert uow.keeping.voids() == sorted(voids, key=lambda one: one.series)

    def test_a_second_restore_needs_a_second_fence(self, books: Books) -> None:
        """Voids of the first one stay."""
        second = given(books)
        for last in (3, 5):
            with books.begin() as uow:
                uow.keeping.require_fence(NOW, "p2")
                uow.keeping.lift_fence([fence(last), fence(1, "out"), fence(1, LICENCE)], "malee", NOW)
                uow.commit()
        with books.begin() as uow:
            assert [(one.first, one.last) for one in uow.keeping.voids()] == [(2, 3), (4, 5)]
            assert uow.register.enter(draft(second)).number.number == 6

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            (fence(0), "fence-low"),
            (fence(FARTHEST + 2), "fence-far"),
            (fence(4, "cases"), "fence-series"),
            (fence(4, "licence:"), "fence-series"),
            (fence(4, year=0), "fence-series"),
        ],
    )
    def test_what_cannot_be_is_refused(self, books: Books, wrong: Fence, code: str) -> None:
        """Nothing is changed, and the fence stays missing."""
        given(books)
        with books.begin() as uow:
            with pytest.raises(RefusedActionError, match=code):
                uow.keeping.lift_fence([fence(1), fence(1, "out"), fence(1, LICENCE), wrong], "malee", NOW)
            assert uow.keeping.fence_missing()
            assert uow.keeping.voids() == []

    def test_every_series_is_stated_for_every_year(self, books: Books) -> None:
        """A series that was forgotten would give numbers twice; so would one of a year that began meanwhile."""
        second = given(books)
        year = timedelta(days=365)
        with books.begin() as uow:
            with pytest.raises(RefusedActionError, match=f"fence-incomplete: {LICENCE} {YEAR}"):
                uow.keeping.lift_fence([fence(1), fence(1, "out")], "malee", NOW)
            with pytest.raises(RefusedActionError, match=f"fence-incomplete: in {YEAR + 1}"):
                uow.keeping.lift_fence([fence(1), fence(1, "out"), fence(1, LICENCE)], "malee", NOW + year)
            later = [fence(n, series, YEAR + 1) for series, n in (("in", 2), ("out", 0), (LICENCE, 0))]
            uow.keeping.lift_fence([fence(1), fence(1, "out"), fence(1, LICENCE), *later], "malee", NOW + year)
            assert [(one.series, one.year, one.first, one.last) for one in uow.keeping.voids()] == [
                ("in", YEAR + 1, 1, 2)
            ]
            assert uow.register.enter(draft(second, YEAR + 1)).number.number == 3

    def test_empty_books_have_both_registers_stated(self, books: Books) -> None:
        """The copy may be older than the first number."""
        with books.begin() as uow:
            uow.keeping.require_fence(NOW, "p1")
            for missing, stated in (("in", []), ("out", [fence(3)])):
                with pytest.raises(RefusedActionError, match=f"fence-incomplete: {missing} {YEAR}"):
                    uow.keeping.lift_fence(stated, "malee", NOW)
            uow.keeping.lift_fence([fence(3), fence(0, "out")], "malee", NOW)
            assert [(one.series, one.first, one.last) for one in uow.keeping.voids()] == [("in", 1, 3)]
            assert uow.outgoing.enter(outgoing()).number.number == 1

    def test_checks_of_a_target_come_latest_first(self, books: Books) -> None:
        """With what was found, and those of other targets apart."""
        checks = [
            BackupCheck(target=name, part=part, of=28, at=NOW + part * DAY, differences=found)
            for part, name, found in ((1, "disk", ()), (2, "away", ()), (2, "disk", (Difference("pack", "บิตเสีย"),)))
        ]
        with books.begin() as uow:
            for check in checks:
                uow.keeping.add_check(check)
            uow.commit()
        with books.look() as uow:
            assert uow.keeping.checks("disk") == [checks[2], checks[0]]
            assert uow.keeping.checks("disk", 1) == [checks[2]]
            assert uow.keeping.checks("tape") == []

    def test_records_that_moved_are_found_at_their_new_place(self, books: Books) -> None:
        """Messages, papers and letters sent, in one call; only what lay there and has that digest."""
        first, second = arrive(books, b"a", b"b")
        with books.begin() as uow:
            decide(uow, first, message(), 1)
            uow.documents.put(document(place=Place("000001.seg", 17, 900)))
            [letter] = [reply.id for reply in uow.messages.get(first.id).replies]
            uow.sent.add(sent_copy(item=letter, segment="000001.seg", offset=5000))
            uow.commit()
        old = {first.place.segment, "000001.seg"}
        places = [Place("000007.seg", 16 * number, 99) for number in range(4)]
        moves = [
            Moved(first.place.segment, first.place.offset, first.digest, places[0]),
            Moved("000001.seg", 17, document().digest, places[1]),
            Moved("000001.seg", 5000, sent_copy().digest, places[2]),
            Moved(second.place.segment, second.place.offset, "0" * 64, places[3]),
            Moved(second.place.segment, second.place.offset + 1, second.digest, places[3]),
        ]
        with books.begin() as uow:
            assert (uow.keeping.move(moves), uow.keeping.move([]), uow.keeping.move(moves)) == (3, 0, 0)
            uow.commit()
        with books.look() as uow:
            assert uow.messages.get(first.id).logged.place == places[0]
            assert uow.messages.get(second.id).logged.place == second.place
            assert uow.documents.get(document().digest).place == places[1]
            [copy] = uow.sent.of_item(letter)
            assert Place(copy.segment, copy.offset, copy.stored_length) == places[2]
            assert uow.keeping.rows_in("000007.seg") == 3
            assert sum(uow.keeping.rows_in(name) for name in old | {second.place.segment}) == 1
