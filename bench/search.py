"""Measures the search of the queue at many messages, against comparing every text with LIKE, in one run.

    python -m bench.search [--messages 100000] [--rounds 40]

Prints a table and writes it into docs/benchmarks.md. Needs free disk of about 8 kB for each message, and minutes.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.search_report import Build, Measured, Report, write
from bench.search_world import HALF, IN_FILE, ONE, RARE_NAME, SOME, fill
from mailroom.services.indexing import BATCH, Indexing
from mailroom.stages.normalise import compact
from storage.driver import sqlite_module
from storage.unit_of_work import SqlBooks

ROOT = Path(__file__).parent.parent
PAGE = 50
PEER_ROUNDS = 5
"""Comparing all texts takes seconds."""

Query = tuple[str, str, str, int]
"""What it stands for, view, words, and how many hits are passed over."""
QUERIES: Sequence[Query] = (
    ("a number", "all", "4711/2569", 0),
    ("a name, 1 hit", "all", RARE_NAME, 0),
    ("a name with one wrong letter", "all", RARE_NAME.replace("พงษ์", "พงศ์"), 0),
    ("a subject, many hits", "all", "ไฟถนนดับ", 0),
    ("a text, 1 hit", "all", ONE, 0),
    ("a text, 1 % of all", "all", SOME, 0),
    ("a text, half of all: page 1", "all", HALF, 0),
    ("the same, page 21", "all", HALF, 1_000),
    ("the same, page 801", "all", HALF, 40_000),
    ("the same, among those accepted", "accept", HALF, 0),
    ("the text of an attachment, 1 hit", "all", IN_FILE, 0),
    ("three letters, many hits", "all", "ก่อ", 0),
    ("two letters, many hits", "all", "ขอ", 0),
    ("two letters, no hit", "all", "ฌฎ", 0),
    ("nowhere", "all", "คำที่ไม่มีอยู่ในเรื่องใด", 0),
)

ORDER = "ORDER BY urgency_rank DESC, deemed_received_at DESC NULLS LAST, id DESC LIMIT 51 OFFSET ?"
IN_HEAD = f"""
SELECT id FROM message WHERE agency = 'agency' AND (search_text LIKE '%' || ?1 || '%' ESCAPE '/' OR id IN (
  SELECT message_id FROM register_entry
  WHERE agency = 'agency' AND CAST(number AS TEXT) || '/' || CAST(year AS TEXT) LIKE '%' || ?1 || '%' ESCAPE '/'
)) {ORDER}
"""
"""How the queue searched before it had an index: numbers, subjects, names and addresses."""
IN_TEXT = f"""
SELECT id FROM message WHERE agency = 'agency' AND (search_text LIKE '%' || ?1 || '%' ESCAPE '/'
  OR text LIKE '%' || ?1 || '%' ESCAPE '/' OR id IN (
    SELECT message_id FROM attachment_reading WHERE agency = 'agency' AND text LIKE '%' || ?1 || '%' ESCAPE '/'
)) {ORDER}
"""
"""The same manner for texts and attachments; blanks in them would have to go first, which it does not count."""


def main() -> None:
    arguments = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="mailroom-search-", dir=arguments.dir))
    try:
        report = _measure(folder / "mailroom.db", arguments.messages, arguments.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(write(report, ROOT / "docs" / "benchmarks.md"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--dir", type=Path, default=ROOT, help="where the database is made")
    return parser.parse_args()


def _measure(path: Path, count: int, rounds: int) -> Report:
    with closing(SqlBooks(f"sqlite:///{path}", "agency")) as books:
        fill(books, count)
        _settle(path)
        report = Report(messages=count, build=_build(books, path))
        _settle(path)
        searches = [(name, _ours(books, view, words, offset)) for name, view, words, offset in QUERIES]
        for name, one in searches:
            one()
            report.ours[name] = _timed(one, rounds)
    with closing(_opened(path)) as connection:
        for name, _, words, offset in QUERIES:
            for found, statement in ((report.heads, IN_HEAD), (report.texts, IN_TEXT)):
                values = (compact(words), offset)
                found[name] = _timed(
                    lambda s=statement, v=values: len(connection.execute(s, v).fetchall()), PEER_ROUNDS
                )
    return report


def _build(books: SqlBooks, path: Path) -> Build:
    """The index, made in the steps in which the daemon makes it."""
    size, steps = path.stat().st_size, []
    started = time.perf_counter()
    while True:
        began = time.perf_counter()
        with books.begin() as uow:
            taken = uow.search.advance(BATCH)
            uow.commit()
        if not taken:
            break
        steps.append(time.perf_counter() - began)
    seconds = time.perf_counter() - started
    _settle(path)
    assert Indexing(books).waiting() == 0
    return Build(seconds=seconds, steps=sorted(steps), size=path.stat().st_size - size, database=size)


def _ours(books: SqlBooks, view: str, words: str, offset: int) -> Callable[[], int]:
    """A page as the queue asks for it: records, places and excerpts included."""

    def search() -> int:
        with books.look() as uow:
            return len(uow.search.page(view, words, offset=offset, limit=PAGE).hits)

    return search


def _timed(search: Callable[[], int], rounds: int) -> Measured:
    taken, hits = [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        hits = search()
        taken.append(time.perf_counter() - began)
    return Measured(sorted(taken), hits)


def _opened(path: Path) -> Any:
    connection = sqlite_module().connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA cache_size=-16384")
    return connection


def _settle(path: Path) -> None:
    """What is in the log goes into the file, so that its size tells."""
    with closing(sqlite_module().connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


if __name__ == "__main__":
    main()
