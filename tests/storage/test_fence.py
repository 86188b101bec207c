"""After a restore no number is given twice and none is missing: 200 numbers that the copy does not know of."""

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mailroom.domain.backup import Fence
from mailroom.domain.errors import FenceMissingError
from mailroom.domain.message import LoggedMessage
from mailroom.ports import UnitOfWork
from storage.archive import SegmentArchive
from storage.findings import Severity
from storage.snapshot import DatabaseSnapshot
from storage.unit_of_work import SqlBooks
from storage.verify import Report, verify
from tests.support.book_values import NOW, YEAR, decide, keep_and_log, message
from tests.support.checked_storage import CheckedStorage
from tests.support.paper_values import SERVICE, licence, outgoing

BEFORE, LOST, THREADS = 40, 200, 64
LICENCE = f"licence:{SERVICE}"
Given = dict[str, list[int]]
"""Numbers in the order in which they were given, by series."""


class Office:
    """Books and archive in one folder, with mail to be numbered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder}/mailroom.sqlite"
        self.books = SqlBooks(self.database, "agency")
        self.archive = SegmentArchive(folder / "archive")

    def receive(self, count: int) -> list[LoggedMessage]:
        return keep_and_log(self.archive, self.books, *(b"%d" % n for n in range(count)))

    def number(self, *rows: LoggedMessage) -> list[tuple[int, int, int]]:
        """One number of each series for each message, in one transaction."""
        with self.books.begin() as uow:
            given = [self._numbers(uow, logged) for logged in rows]
            uow.commit()
        return given

    def _numbers(self, uow: UnitOfWork, logged: LoggedMessage) -> tuple[int, int, int]:
        number = uow.licences.next_number(SERVICE, YEAR)
        uow.licences.add(licence(number, document=None, version=0))
        entered = decide(uow, logged, message(), logged.id).number.number
        return entered, uow.outgoing.enter(outgoing()).number.number, number

    def verify(self) -> Report:
        return verify(self.folder / "archive", self.database, "agency")

    def close(self) -> None:
        self.books.close()
        self.archive.close()


@pytest.fixture
def offices() -> Iterator[list[Office]]:
    """Closed at the end."""
    opened: list[Office] = []
    yield opened
    for office in opened:
        office.close()


@pytest.fixture
def restored(tmp_path: Path, empty_database: Path, offices: list[Office]) -> tuple[Office, set[int]]:
    """An installation restored from a copy that was made 200 numbers ago, and these numbers."""
    (tmp_path / "live").mkdir()
    shutil.copy(empty_database, tmp_path / "live" / "mailroom.sqlite")
    live = Office(tmp_path / "live")
    offices.append(live)
    live.number(*live.receive(BEFORE))
    DatabaseSnapshot(live.database).copy_to(tmp_path / "back" / "mailroom.sqlite")
    shutil.copytree(live.folder / "archive", tmp_path / "back" / "archive")
    lost = {entered for entered, _, _ in live.number(*live.receive(LOST))}
    back = Office(tmp_path / "back")
    offices.append(back)
    with back.books.begin() as uow:
        uow.keeping.require_fence(NOW, "4af1")
        uow.commit()
    return back, lost


def lift(office: Office, last: int = BEFORE + LOST) -> None:
    with office.books.begin() as uow:
        fences = [Fence(series, YEAR, last, "ทะเบียนฉบับพิมพ์") for series in ("in", "out")]
        uow.keeping.lift_fence([*fences, Fence(LICENCE, YEAR, last, "ทะเบียนใบอนุญาต")], "malee", NOW)
        uow.commit()


def numbered_by_many(office: Office, rows: list[LoggedMessage]) -> list[tuple[int, int, int]]:
    start = threading.Barrier(THREADS)

    def work(thread: int) -> list[tuple[int, int, int]]:
        start.wait()
        return [office.number(logged)[0] for logged in rows[thread::THREADS]]

    with ThreadPoolExecutor(THREADS) as pool:
        return [numbers for some in pool.map(work, range(THREADS)) for numbers in some]


def test_no_number_is_given_twice_and_none_is_missing(restored: tuple[Office, set[int]]) -> None:
    """64 threads go on behind the fence; the numbers before it are given or void, each once, in every series."""
    office, lost = restored
    lift(office)
    rows = office.receive(2 * THREADS)
    given = numbered_by_many(office, rows)
    begin = BEFORE + LOST + 1
    for series in zip(*given, strict=True):
        assert lost.isdisjoint(series)
        assert sorted(series) == list(range(begin, begin + len(rows)))
    with office.books.look() as uow:
        voids = {one.series: (one.first, one.last, one.by) for one in uow.keeping.voids()}
    assert voids == dict.fromkeys(("in", "out", LICENCE), (BEFORE + 1, BEFORE + LOST, "malee"))


def test_64_threads_are_refused_before_the_fence(restored: tuple[Office, set[int]]) -> None:
    """Not one number slips through, and what arrives meanwhile is in custody all the same."""
    office, _ = restored
    rows = office.receive(THREADS)

    def refused(logged: LoggedMessage) -> bool:
        try:
            office.number(logged)
        except FenceMissingError as error:
            return "mailroom fence" in str(error)
        return False

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(refused, rows))
    with office.books.look() as uow:
        assert set(uow.keeping.last_numbers().values()) == {BEFORE}


def test_a_missing_fence_is_a_note(restored: tuple[Office, set[int]]) -> None:
    """It names the point; with the fence there is nothing to say but how many numbers are gone."""
    office, _ = restored
    [note] = office.verify().findings
    assert (note.severity, note.subject) == (Severity.NOTE, "numbers")
    assert "4af1" in note.text
    assert "mailroom fence" in note.text
    lift(office)
    assert office.verify().findings == ()
    office.number(*office.receive(3))
    assert office.verify().findings == ()
    assert office.verify().counts["lost numbers"] == 3 * LOST


GAPS = [f"{name}: gap: 41/{YEAR} to 240/{YEAR} missing" for name in (f"register {YEAR}", f"outgoing register {YEAR}")]
GAPS.append(f"numbers of {SERVICE} {YEAR}: gap: 41/{YEAR} to 240/{YEAR} missing")


@pytest.mark.parametrize("further", [0, 3])
@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ("DELETE FROM number_void", GAPS),
        ("UPDATE number_void SET reason = 'other'", GAPS),
        ("UPDATE number_void SET year = year - 1", None),
        (
            "UPDATE number_void SET first = 42 WHERE register = 'in'",
            [f"register {YEAR}: gap: 41/{YEAR} missing"],
        ),
        (
            "UPDATE number_void SET last = 238 WHERE register = 'licence:food'",
            [f"numbers of food {YEAR}: gap: 239/{YEAR} to 240/{YEAR} missing"],
        ),
        (
            "UPDATE number_void SET first = 40 WHERE register = 'out'",
            [f"outgoing entry 40/{YEAR}: this number is void: it was given before a restore"],
        ),
        (
            "INSERT INTO number_void SELECT agency, register, year, 50, 60, '2026', '', reason FROM number_void LIMIT 1",
            [f"void numbers of in {YEAR}: 50 to 60 overlap, or are none"],
        ),
    ],
)
def test_what_is_no_void_is_a_gap(
    restored: tuple[Office, set[int]], change: str, faults: list[str] | None, further: int
) -> None:
    """Only what the fence entered explains a missing number, whether numbers came after it or not."""
    office, _ = restored
    lift(office)
    office.number(*office.receive(further))
    checked = CheckedStorage(office.folder / "archive", office.database, office.archive)
    checked.change(change)
    found = checked.faults()
    if faults is None:
        assert len(found) >= len(GAPS)
    elif faults == GAPS and not further:
        counter = f"the last entry is {BEFORE}, but the counter says {BEFORE + LOST}"
        names = (f"outgoing register {YEAR}", f"register {YEAR}")
        assert sorted(found) == sorted([*(f"{name}: {counter}" for name in names), GAPS[2]])
    else:
        assert sorted(found) == sorted(faults)
