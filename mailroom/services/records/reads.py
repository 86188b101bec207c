"""The log of who read what, as a sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from mailroom.domain.privacy import Read
from mailroom.ports import Books
from mailroom.services.export_formats.csv_sheet import write_csv
from mailroom.services.register_rows import rfc3339
from mailroom.services.wording import Wording

PAGE = 1000
COLUMNS = ("at", "actor", "what", "key", "how", "listed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for in the log. Empty means any."""

    actor: str = ""
    what: str = ""
    key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """The first instant after."""


def found(books: Books, wanted: Wanted, *, offset: int = 0, limit: int = 100) -> list[Read]:
    """Latest first."""
    with books.look() as uow:
        return list(
            uow.reads.search(
                actor=wanted.actor,
                what=wanted.what,
                key=wanted.key,
                since=wanted.since,
                until=wanted.until,
                offset=offset,
                limit=limit,
            )
        )


def every(books: Books, wanted: Wanted) -> Iterator[Read]:
    """All of them, latest first, a page at a time. What is noted meanwhile is left out: it would shift the pages."""
    until = wanted.until
    offset = 0
    while reads := found(books, wanted, offset=offset, limit=PAGE):
        yield from (one for one in reads if until is None or one.at < until)
        offset += len(reads)


def write_reads(reads: Iterator[Read], wording: Wording, out: BinaryIO) -> int:
    """As CSV: times RFC 3339 in +07:00, codes in words; how many."""
    heading = [wording.say("read_columns", column) for column in COLUMNS]
    return write_csv(heading, (_cells(one, wording) for one in reads), out)


def _cells(read: Read, wording: Wording) -> tuple[str, ...]:
    what, how = wording.known("read_kinds", read.what), wording.known("read_ways", read.how)
    return (rfc3339(read.at), read.actor, what, read.key, how, " ".join(map(str, read.listed)))
