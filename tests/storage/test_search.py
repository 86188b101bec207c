"""The full-text index is derived: no check, copy or chain minds it, and what must not be in it is not."""

import json
import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mailroom.domain.decision import Classification, Kind, LetterMarks, Secrecy, Urgency
from mailroom.ports import UnitOfWork
from mailroom.services.indexing import Indexing
from storage.books import search, search_index
from storage.driver import sqlite_module
from storage.engine import open_engine
from storage.findings import Severity
from storage.snapshot import DatabaseSnapshot
from storage.unit_of_work import SqlBooks
from storage.verify import verify
from tests.contracts.search_contract import received, rows, take_in
from tests.contracts.search_contract import search as searched
from tests.support.book_values import NOW, arrive, attachment, decide, message, verdict

SECRET = Classification(Kind.OFFICIAL_LETTER, marks=LetterMarks(secrecy=Secrecy.TOP_SECRET))
TEXT = "ท่อประปาแตกหน้าบ้านเลขที่ ๑๒ ซอยสุขใจ"


def index(database: str, query: str) -> list[Any]:
    """What a statement on the index itself gives."""
    with closing(sqlite_module().connect(database.removeprefix("sqlite:///"))) as connection:
        return connection.execute(query).fetchall()


def proposed(database: str, words: str) -> list[int]:
    wanted = " AND ".join(f'"{words[n : n + 3]}"' for n in range(len(words) - 2))
    return [row for (row,) in index(database, f"SELECT rowid FROM search_index WHERE search_index MATCH '{wanted}'")]


def test_what_is_secret_never_enters_the_index(sql_books: SqlBooks, database: str) -> None:
    """Neither its text nor its head, in the index or in the column that lists search in (R58)."""
    [logged] = received(sql_books, message(TEXT, attachments=(attachment(),)), classification=SECRET)
    take_in(sql_books)
    assert index(database, "SELECT count(*) FROM search_index") == [(0,)]
    assert index(database, f"SELECT search_text, subject FROM message WHERE id = {logged.id}") == [
        ("", message().subject)
    ]


def test_secret_mail_of_an_older_program_is_passed_over(sql_books: SqlBooks) -> None:
    """Its head stands in the column that lists search in; it is found by its number alone all the same (R58)."""
    [logged] = received(sql_books, message(TEXT), classification=SECRET)
    with sql_books._engine.connect() as connection:
        connection.execution_options(mailroom_writes=True)
        connection.execute(sa.text("UPDATE message SET search_text = 'ขออนุญาตก่อสร้าง'"))
        connection.commit()
    for words in ("ก่อสร้าง", "ก่", "ก่อสราง"):
        assert rows(searched(sql_books, words)) == []
    assert rows(searched(sql_books, "1")) == [logged.id]


def test_what_was_taken_back_leaves_the_index_in_the_same_transaction(sql_books: SqlBooks, database: str) -> None:
    """And stays in it when that transaction is undone (R117)."""
    [logged] = received(sql_books, message(TEXT))
    take_in(sql_books)
    with sql_books.begin() as uow:
        uow.messages.redact(logged.id, text="", subject="", hidden_parts=())
    assert proposed(database, "ท่อประปา") == [logged.id]
    with sql_books.begin() as uow:
        uow.messages.redact(logged.id, text="", subject="", hidden_parts=())
        uow.commit()
    assert proposed(database, "ท่อประปา") == []


def test_texts_are_not_kept_twice(sql_books: SqlBooks, database: str) -> None:
    """The index holds runs of three letters, and nobody can read a text in it."""
    received(sql_books, message(TEXT))
    take_in(sql_books)
    assert index(database, "SELECT text FROM search_index") == [(None,)]
    names = [name for (name,) in index(database, "SELECT name FROM sqlite_master WHERE name LIKE 'search_index%'")]
    assert "search_index_content" not in names


def test_checks_and_copies_leave_the_index_out(sql_books: SqlBooks, database: str, tmp_path: Path) -> None:
    """`verify` finds the books in order with and without it; copies compare alike; a copy can be searched."""
    received(sql_books, message(TEXT))
    snapshot = DatabaseSnapshot(database)
    without = snapshot.dump_digests(tmp_path / "mailroom.sqlite")
    take_in(sql_books)
    digests = snapshot.copy_to(tmp_path / "copy.sqlite")
    assert {name: one for name, one in digests.items() if name != "search_state"} == {
        name: one for name, one in without.items() if name != "search_state"
    }
    findings = verify(tmp_path / "archive", database, "agency").findings
    assert not [one for one in findings if "search" in one.subject + one.text or "index" in one.subject + one.text]
    copy = SqlBooks(f"sqlite:///{tmp_path}/copy.sqlite", "agency")
    assert len(searched(copy, "ท่อประปา").hits) == 1
    copy.close()


def test_a_damaged_index_costs_nothing(sql_books: SqlBooks, database: str, tmp_path: Path) -> None:
    """`verify` calls it no fault and names the remedy; lists are searched without it; made anew it finds again."""
    [logged] = received(sql_books, message(TEXT, subject="แจ้งเหตุ"))
    take_in(sql_books)
    with closing(sqlite_module().connect(database.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE search_index_data SET block = zeroblob(length(block)) WHERE id > 10")
        connection.commit()
    found = [one for one in verify(tmp_path / "archive", database, "agency").findings if "index" in one.subject]
    assert {one.severity for one in found} == {Severity.NOTE}
    assert "mailroom search rebuild" in found[0].text
    assert rows(searched(sql_books, "แจ้งเหตุ")) == [logged.id]
    assert rows(searched(sql_books, "แจ้งเหดุ")) == [logged.id]
    assert rows(searched(sql_books, "ประปาแตก")) == []
    assert Indexing(sql_books).rebuild() == 1
    assert rows(searched(sql_books, "ประปาแตก")) == [logged.id]


def test_the_chain_knows_nothing_of_the_index(sql_books: SqlBooks, database: str) -> None:
    """Taking messages in, again and anew, adds no link."""
    [logged] = received(sql_books, message(TEXT))
    links = index(database, "SELECT count(*) FROM chain")
    take_in(sql_books)
    with sql_books.begin() as uow:
        uow.search.again([logged.id])
        uow.commit()
    Indexing(sql_books).rebuild()
    assert index(database, "SELECT count(*) FROM chain") == links


def test_an_index_of_another_form_is_made_anew(sql_books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that indexes otherwise does not trust it, and searches heads until the new one is there."""
    received(sql_books, message(TEXT))
    take_in(sql_books)
    monkeypatch.setattr(search_index, "FORM", 999)
    assert rows(searched(sql_books, "ท่อประปา")) == []
    assert len(searched(sql_books, "ก่อสร้าง").hits) == 1
    assert take_in(sql_books) == 1
    assert len(searched(sql_books, "ท่อประปา").hits) == 1


def test_agencies_share_a_table_and_find_their_own(database: str) -> None:
    """What one drops is made anew for both, and none finds what is another's."""
    ours, theirs = SqlBooks(database, "ours"), SqlBooks(database, "theirs")
    for books, text in ((ours, "ท่อประปาแตกซอยหนึ่ง"), (theirs, "ท่อประปาแตกซอยสอง")):
        received(books, message(text))
        take_in(books)
    assert [len(searched(books, "ท่อประปา").hits) for books in (ours, theirs)] == [1, 1]
    assert searched(ours, "ซอยสอง").hits == ()
    with ours.begin() as uow:
        uow.search.drop()
        uow.commit()
    assert [take_in(books) for books in (theirs, ours)] == [1, 1]
    assert [len(searched(books, "ท่อประปา").hits) for books in (ours, theirs)] == [1, 1]
    ours.close()
    theirs.close()


def test_an_old_sqlite_searches_heads(tmp_path: Path) -> None:
    """Where the library cannot take a message out of an index there is none, and nothing fails."""
    if sqlite3.sqlite_version_info >= search_index.ABLE_SINCE:
        pytest.skip("the SQLite of this Python is new enough")
    engine = open_engine(f"sqlite:///{tmp_path}/a.sqlite", module=sqlite3)
    books = SqlBooks(engine, "agency")
    [logged] = received(books, message(TEXT, subject="แจ้งเหตุด่วน"))
    assert take_in(books) == 0
    assert rows(searched(books, "เหตุด่วน")) == [logged.id]
    assert rows(searched(books, "ท่อประปา")) == []
    with books.begin() as uow:
        assert uow.search.waiting() is None
        uow.messages.redact(logged.id, text="", subject="", hidden_parts=())
        uow.search.drop()
        uow.commit()
    engine.dispose()


@pytest.fixture
def many(sql_books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> SqlBooks:
    """More proposals than are compared at once, one of them only seemingly right."""
    monkeypatch.setattr(search, "FEW", 3)
    texts = [f"เสียงดังรบกวน {n}" for n in range(9)]
    texts[4] = "เสียงดังกวน รบกวนดังรบ"
    logged = arrive(sql_books, *(text.encode() for text in texts), apart=timedelta(hours=1))
    with sql_books.begin() as uow:
        for one, text in zip(logged, texts, strict=True):
            decide(uow, one, message(text))
        uow.commit()
    take_in(sql_books)
    return sql_books


def test_pages_of_many_are_compared_one_by_one(many: SqlBooks) -> None:
    """All are found once, in order; a page from which one fell away is shorter, and the next begins where it ended."""
    pages = [searched(many, "เสียงดังรบกวน", offset=offset, limit=3) for offset in (0, 3, 6)]
    assert [[row - 1 for row in rows(page)] for page in pages] == [[8, 7, 6], [5, 3], [2, 1, 0]]
    assert [page.more for page in pages] == [True, True, False]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 20])
def test_pages_are_those_of_the_queue(sql_books: SqlBooks, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """What the index knows and what it does not know yet stand in one order, without gap or repeat."""
    monkeypatch.setattr(search, "FEW", 0)
    chance = random.Random(size)
    logged = arrive(sql_books, *(b"%d" % number for number in range(16)))
    for half in (logged[::2], logged[1::2]):
        with sql_books.begin() as uow:
            for one in half:
                urgency = chance.choice((Urgency.NORMAL, Urgency.NORMAL, Urgency.MOST_URGENT))
                classified = Classification(Kind.REQUEST, marks=LetterMarks(urgency=urgency))
                at = NOW + timedelta(hours=chance.randrange(-9, 9))
                said = message(subject="เสียงดังรบกวน")
                uow.messages.record(verdict(one, said, classification=classified, deemed_received_at=at))
            uow.commit()
        if half[0] is logged[0]:
            take_in(sql_books)
    with sql_books.look() as uow:
        expected = [one.logged.id for one in uow.queue.page("all", offset=0, limit=99)]
    pages = [searched(sql_books, "เสียงดังรบกวน", offset=offset, limit=size) for offset in range(0, 20, size)]
    assert [row for page in pages for row in rows(page)] == expected
    assert [page.more for page in pages] == [(number + 1) * size < 16 for number in range(len(pages))]


def test_an_index_that_lacks_much_is_not_asked(sql_books: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is being made, heads and numbers are searched as if there were none."""
    first, second, third = received(sql_books, *(message(TEXT, subject="แจ้งเหตุ") for _ in range(3)))
    with sql_books.begin() as uow:
        uow.search.advance(1)
        uow.commit()
    assert rows(searched(sql_books, "ท่อประปา")) == [first.id]
    monkeypatch.setattr(search_index, "MANY", 1)
    assert rows(searched(sql_books, "ท่อประปา")) == []
    assert rows(searched(sql_books, "แจ้งเหตุ")) == [third.id, second.id, first.id]
    assert rows(searched(sql_books, "2/2569")) == [second.id]


def plan(uow: UnitOfWork, view: str, words: str) -> list[list[str]]:
    """How SQLite goes about each statement of a search."""
    transaction: Any = uow.search._transaction  # type: ignore[attr-defined]
    seen: list[list[str]] = []
    run = transaction.run

    def noting(statement: Any, values: Any = None) -> Any:
        text = str(statement.compile(transaction._connection, compile_kwargs={"literal_binds": True}))
        seen.append([row[3] for row in transaction._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")])
        return run(statement, values)

    transaction.run = noting
    uow.search.page(view, words, offset=0, limit=50)
    return seen


@pytest.mark.parametrize(("view", "narrow"), [("all", "ix_message_all"), ("accept", "ix_message_view")])
def test_a_page_of_many_reads_no_other_messages(many: SqlBooks, view: str, narrow: str) -> None:
    """Row numbers come in order from an index of the queue's; what is secret is asked of one that holds nothing else."""
    with many.look() as uow:
        statements = plan(uow, view, "เสียงดังรบกวน")
    [proposed] = [steps for steps in statements if any("search_index" in step for step in steps) and len(steps) > 1]
    assert proposed[0].startswith("SEARCH message USING")
    assert narrow in proposed[0]
    assert any("ix_message_secret" in step for step in proposed)
    assert not [step for step in proposed if "TEMP B-TREE FOR ORDER BY" in step]


def test_the_mark_of_secrecy_is_written_as_the_index_reads_it(sql_books: SqlBooks, database: str) -> None:
    """The index looks for these very letters."""
    received(sql_books, message(TEXT))
    [(column,)] = index(database, "SELECT classification FROM message")
    assert json.loads(column)["secrecy"] == "none"
    assert '"secrecy":"none"' in column


def test_the_index_is_built_in_small_steps(sql_books: SqlBooks) -> None:
    """Others may write in between; told to stop, it stops after the step in hand, and goes on another time."""
    received(sql_books, *(message(f"{TEXT} {n}") for n in range(120)))
    pauses: list[float] = []
    told: list[tuple[int, int]] = []
    assert Indexing(sql_books, stopping=lambda: len(pauses) == 2, pause=pauses.append).run() == 100
    assert Indexing(sql_books, pause=pauses.append).waiting() == 20
    assert Indexing(sql_books).run(lambda done, total: told.append((done, total))) == 20
    assert told == [(20, 20)]
    assert Indexing(sql_books).waiting() == 0
