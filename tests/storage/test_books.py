"""The books on SQLite keep the promises of books, from many threads and after aborts too."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.document import DownloadLink
from mailroom.domain.errors import StorageError
from mailroom.domain.instrument import InstrumentKind, InstrumentState
from mailroom.domain.licence import IssuanceState
from mailroom.domain.message import Address
from storage.unit_of_work import SqlBooks
from tests.contracts.books_contract import BooksContract
from tests.support.book_values import NOW, YEAR, arrive, decide, draft, message, verdict
from tests.support.paper_values import (
    DIGEST,
    SERVICE,
    TODAY,
    document,
    event,
    field_decision,
    instrument,
    issuance,
    licence,
    outgoing,
    query,
)


class TestSqlBooks(BooksContract):
    @pytest.fixture
    def books(self, sql_books: SqlBooks) -> Any:
        return sql_books


def test_64_threads_register_at_once(sql_books: SqlBooks) -> None:
    """Whatever aborts in between, the numbers that were committed are distinct and without a gap."""
    rows = arrive(sql_books, *(b"%d" % n for n in range(256)))
    start = threading.Barrier(64)

    def register(thread: int) -> None:
        chance = random.Random(thread)
        start.wait()
        for logged in rows[thread::64]:
            while not _registered(sql_books, logged, abort=chance.random() < 0.3):
                pass

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(register, range(64)))
    with sql_books.look() as uow:
        entries = [entry for entry, _ in uow.register.entries(YEAR)]
    assert [entry.number.number for entry in entries] == list(range(1, 257))
    assert {entry.draft.message_id for entry in entries} == {logged.id for logged in rows}


def _registered(books: SqlBooks, logged: Any, *, abort: bool) -> bool:
    with books.begin() as uow:
        decide(uow, logged, message())
        if not abort:
            uow.commit()
    return not abort


def test_two_processes_share_the_register(database: str) -> None:
    """Two sets of books on one database, as two processes have them, take turns and give no number twice."""
    first, second = SqlBooks(database, "agency"), SqlBooks(database, "agency")
    rows = arrive(first, *(b"%d" % n for n in range(60)))

    def register(books: SqlBooks, mine: list[Any]) -> None:
        for logged in mine:
            _registered(books, logged, abort=False)

    threads = [threading.Thread(target=register, args=(b, rows[n::2])) for n, b in enumerate((first, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with first.look() as uow:
        assert [entry.number.number for entry, _ in uow.register.entries(None)] == list(range(1, 61))
    first.close()
    second.close()


def test_agencies_do_not_see_each_other(database: str) -> None:
    """Each agency on a database has its own log, numbers, letters and clerks."""
    ours, theirs = SqlBooks(database, "ours"), SqlBooks(database, "theirs")
    for books in (ours, theirs):
        [logged] = arrive(books, b"same")
        with books.begin() as uow:
            [history] = uow.messages.histories([(logged, message())], NOW)
            assert (history.duplicate_of, history.letters_today) == (None, 0)
            assert decide(uow, logged, message(), logged.id).number.number == 1
            uow.clerks.add("somsri", "สมศรี", "")
            uow.commit()
    with theirs.look() as uow:
        assert uow.messages.get(1) is None
        assert uow.queue.counts()["all"] == 1
        assert len(uow.outbox.of_message(1)) == 0
    ours.close()
    theirs.close()


def test_agencies_do_not_see_each_others_papers(database: str) -> None:
    """Licences, papers, documents, links, letters sent and instruments are each agency's own, and so are numbers."""
    ours, theirs = SqlBooks(database, "ours"), SqlBooks(database, "theirs")
    for books in (ours, theirs):
        with books.begin() as uow:
            assert uow.licences.next_number(SERVICE, YEAR) == 1
            assert uow.outgoing.enter(outgoing()).number.number == 1
            made = uow.licences.add(licence())
            uow.licences.note(event(made.id, document=DIGEST))
            uow.issuances.add(issuance(batch="run#1", licence_id=made.id))
            uow.documents.put(document())
            uow.instruments.add(instrument(state=InstrumentState.PUBLISHED))
            uow.fields.decide(field_decision())
            uow.commit()
    with ours.begin() as uow:
        uow.links.put(DownloadLink(digest=DIGEST, token_hash="a" * 64, expires_at=NOW + timedelta(days=1)))
        uow.commit()
    with theirs.begin() as uow:
        assert uow.licences.get(1) is None
        assert uow.licences.events(1) == []
        assert [one.id for one in uow.licences.every(query())] == [2]
        assert uow.licences.count(query()) == len(uow.licences.search(query(), offset=0, limit=9)) == 1
        found = (uow.licences.by_code(licence().code), uow.licences.by_number(SERVICE, licence().number))
        assert [one.id for one in found if one] == [2, 2]
        by_document = uow.licences.by_document(DIGEST)
        assert by_document is not None
        assert by_document[0].id == 2
        assert len(uow.licences.lapsing(TODAY, date.max)) == 1
        assert uow.issuances.get(1) is None
        assert uow.issuances.of_licence(1) == []
        assert uow.issuances.counts()["prepared"] == 1
        assert [one.id for one in uow.issuances.in_state(IssuanceState.PREPARED, limit=9)] == [2]
        assert len(list(uow.outgoing.entries(None))) == len(uow.instruments.every()) == len(uow.fields.decisions()) == 1
        in_force = uow.instruments.in_force(InstrumentKind.CHANNELS, NOW)
        assert in_force is not None
        assert in_force.id == 2
        assert uow.links.find("a" * 64, NOW) is None
        assert uow.links.use("a" * 64, NOW) is None
        for change in (
            lambda: uow.licences.save(licence(id=1)),
            lambda: uow.issuances.save(issuance(id=1), IssuanceState.PREPARED),
            lambda: uow.instruments.save(instrument(id=1), InstrumentState.PUBLISHED),
        ):
            with pytest.raises(StorageError):
                change()
    ours.close()
    theirs.close()


def test_licence_numbers_survive_a_crowd(sql_books: SqlBooks) -> None:
    """From many threads, whatever aborts, the numbers that were committed are distinct and without a gap."""
    given: list[int] = []

    def take(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(8):
            abort = chance.random() < 0.3
            with sql_books.begin() as uow:
                number = uow.licences.next_number(SERVICE, YEAR)
                uow.outgoing.enter(outgoing())
                if not abort:
                    uow.licences.add(licence(number))
                    uow.commit()
                    given.append(number)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(take, range(16)))
    assert sorted(given) == list(range(1, len(given) + 1))
    with sql_books.look() as uow:
        assert [entry.number.number for entry in uow.outgoing.entries(YEAR)] == sorted(given)


def test_text_that_no_database_holds_is_kept_visibly(sql_books: SqlBooks) -> None:
    """Lone surrogates and NUL, which broken mails decode to, cost the message nothing but themselves."""
    [logged] = arrive(sql_books, b"a")
    broken = message("a\udce0\0ข", subject="\ud800", senders=(Address("\udce1\0", "a@b"),), defects=("x: \udfff",))
    with sql_books.begin() as uow:
        uow.messages.record(verdict(logged, broken))
        uow.register.enter(draft(logged, subject="\udce0"))
        uow.commit()
    with sql_books.look() as uow:
        record = uow.messages.get(logged.id)
    assert record is not None
    assert record.message is not None
    assert (record.message.text, record.message.subject) == ("a\ufffd\ufffdข", "\ufffd")
    assert record.message.senders == (Address("\ufffd\ufffd", "a@b"),)


def test_a_writer_keeps_others_waiting_but_no_reader(sql_books: SqlBooks) -> None:
    """While one writes, others read the state before it."""
    arrive(sql_books, b"a")
    with sql_books.begin() as writer:
        writer.messages.attempt([1])
        with sql_books.look() as reader:
            assert reader.messages.pending(count=9, size=9)[0].attempts == 0


def test_a_look_cannot_write(sql_books: SqlBooks) -> None:
    """What only reads is refused by the database itself when it writes."""
    arrive(sql_books, b"a")
    with sql_books.look() as uow, pytest.raises(StorageError, match="readonly"):
        uow.messages.attempt([1])


def test_a_batch_costs_one_sync(tmp_path: Path, count_syncs: Callable[[str], dict[str, int]]) -> None:
    """A hundred messages with number, case, letter and event are one commit, and one commit is one sync."""
    counts = count_syncs(
        f"""
        from storage.unit_of_work import SqlBooks
        from tests.support.book_values import arrive, decide, message
        books = SqlBooks("sqlite:///{tmp_path}/m.sqlite", "agency")
        rows = arrive(books, *(b"%d" % n for n in range(100)))
        print("READY", flush=True)
        with books.begin() as uow:
            for logged in rows:
                decide(uow, logged, message(str(logged.id)), logged.id)
            uow.commit()
        """
    )
    assert sum(counts.values()) <= 3, counts
