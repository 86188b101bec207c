"""Crashes at every boundary, and many hands at once: no double, no gap, nothing sent that was not approved."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import IssuanceState
from mailroom.domain.message import Kept
from mailroom.ports import Archive, Content
from tests.support.licence_office import Office, ScriptedSigner, content


class Crash(BaseException):
    """The process dies here."""


class Fuse:
    """Burns through at the n-th boundary."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0
        self._turn = threading.Lock()

    def boundary(self) -> None:
        with self._turn:
            self.passed += 1
            if self.passed == self.at:
                raise Crash


class FusedArchive:
    """An archive with a boundary before and after what it keeps."""

    def __init__(self, whole: Archive, fuse: Fuse) -> None:
        self._whole = whole
        self._fuse = fuse

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        self._fuse.boundary()
        kept = self._whole.keep(contents)
        self._fuse.boundary()
        return kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


class FusedWork:
    """A unit of work with a boundary before and after its commit."""

    def __init__(self, whole: Any, fuse: Fuse) -> None:
        self._whole = whole
        self._fuse = fuse

    def __enter__(self) -> "FusedWork":
        self._whole.__enter__()
        return self

    def __exit__(self, *stop: Any) -> None:
        self._whole.__exit__(*stop)

    def commit(self) -> None:
        self._fuse.boundary()
        self._whole.commit()
        self._fuse.boundary()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


class FusedBooks:
    def __init__(self, whole: Any, fuse: Fuse) -> None:
        self._whole = whole
        self._fuse = fuse

    def begin(self) -> FusedWork:
        return FusedWork(self._whole.begin(), self._fuse)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


def crash_at(office: Office, point: int, work: Callable[[], object]) -> bool:
    """Do some work that dies at a boundary, then start anew. False when the work came to its end before that."""
    books, archive, fuse = office.books, office.archive, Fuse(point)
    office.books, office.archive = FusedBooks(books, fuse), FusedArchive(archive, fuse)
    office.join()
    try:
        work()
        crashed = False
    except Crash:
        crashed = True
    office.books, office.archive = books, archive
    office.join()
    return crashed


def assert_in_order(office: Office, papers: int) -> None:
    """So many licences, numbers and letters, each once, none left out, each letter with its own document."""
    licences, outgoing, letters = office.licences(), office.outgoing(), office.letters()
    assert sorted(one.number for one in licences) == sorted(f"{n}/2569" for n in range(1, papers + 1))
    assert [entry.number.number for entry in outgoing] == list(range(1, papers + 1))
    documents = {one.document for one in licences}
    assert len(documents) == papers
    assert {entry.draft.document for entry in outgoing} == documents
    assert sorted(letter.enclosures[0].digest for letter in letters) == sorted(str(one) for one in documents)
    for one in licences:
        assert office.content(one.document or "").endswith(b"signed\n")


def test_a_release_that_dies_anywhere_goes_on_where_it_was(office: Office) -> None:
    """Before and after every commit and every write to the archive: the next run finishes it."""
    total = 0
    for point in itertools.count(1):
        for _ in range(3):
            office.approved()
        total += 3
        crashed = crash_at(office, point, lambda: office.issuing.release())
        office.issuing.release()
        with office.books.look() as uow:
            assert uow.issuances.counts()[IssuanceState.ISSUED] == total
        if not crashed:
            break
    assert point > 3
    assert_in_order(office, total)


def test_a_submission_that_dies_anywhere_takes_no_number_twice(office: Office) -> None:
    """What was not committed has neither number nor PDF; submitting again gives the number that was next."""
    for point in itertools.count(1):
        paper = office.issuing.prepare(office.draft(), office.malee)
        crashed = crash_at(
            office, point, lambda one=paper.id: office.issuing.submit(one, office.malee, signatory="head")
        )
        if office.paper(paper.id).state is IssuanceState.PREPARED:
            office.issuing.submit(paper.id, office.malee, signatory="head")
        now = office.paper(paper.id)
        assert now.number == f"{point}/2569"
        office.issuing.approve(paper.id, office.head, now.rendition or "")
        if not crashed:
            break
    office.issuing.release()
    assert point > 3
    assert_in_order(office, point)


def test_many_hands_at_once_double_nothing(office: Office) -> None:
    """Four threads prepare, submit, approve and release as fast as they can."""
    each, hands = 6, 4

    def work(hand: int) -> None:
        for number in range(each):
            paper = office.issuing.prepare(office.draft(content=content(holder=f"คน {hand}/{number}")), office.malee)
            sent = office.issuing.submit(paper.id, office.malee, signatory="head")
            office.issuing.approve(paper.id, office.head, sent.rendition or "")
            office.issuing.release()

    with ThreadPoolExecutor(hands) as pool:
        list(pool.map(work, range(hands)))
    office.issuing.release()
    assert_in_order(office, each * hands)


def test_two_programs_that_release_at_once_double_nothing(office: Office) -> None:
    """Each signs what it found approved; the first to record a paper issues it, the other passes it over."""
    for _ in range(10):
        office.approved()
    meet = threading.Barrier(2, timeout=30)
    programs = []
    for _ in range(2):
        turns = itertools.count()
        office.signer = ScriptedSigner(before=lambda _pdf, turns=turns: meet.wait() if next(turns) == 0 else None)
        office.join()
        programs.append(office.issuing)
    with ThreadPoolExecutor(2) as pool:
        done = [one.result() for one in [pool.submit(one.release) for one in programs]]
    assert sum(len(one.issued) for one in done) == 10
    assert_in_order(office, 10)


def test_of_two_approvers_hands_one_wins(office: Office) -> None:
    """A paper that is approved and cancelled at the same moment is one of both, never half of each."""
    for _ in range(5):
        paper = office.submitted()
        with ThreadPoolExecutor(2) as pool:
            approving = pool.submit(office.issuing.approve, paper.id, office.head, paper.rendition or "")
            cancelling = pool.submit(office.issuing.cancel, paper.id, office.malee, "ถอนเรื่อง")
        faults = [one.exception() for one in (approving, cancelling)]
        assert sum(fault is None for fault in faults) == 1
        assert all(fault is None or isinstance(fault, RefusedActionError) for fault in faults)


@pytest.mark.parametrize("limit", [1, 7, 29])
def test_a_release_in_parts_is_as_one(office: Office, limit: int) -> None:
    papers = [office.issuing.prepare(office.draft(), office.malee).id for _ in range(30)]
    sent = office.issuing.submit_many(papers, office.malee, signatory="head")
    office.issuing.approve_many({one.id: one.rendition or "" for one in sent.papers}, office.head)
    while office.issuing.release(limit=limit).issued:
        office.join()
    assert_in_order(office, 30)
