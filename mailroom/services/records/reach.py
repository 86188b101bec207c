"""Whose data a time or an account touched: the answer to «who is concerned» when something went wrong (R100, R102)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.privacy import How, Read
from mailroom.ports import Books, UnitOfWork
from mailroom.services.delivery import EMAIL

PAGE = 1000
MESSAGES = frozenset({"message", "raw", "attachment", "queue", "conversation"})
LICENCES = frozenset({"licence", "licences"})
PAPERS = frozenset({"paper", "papers"})
WHOLE = frozenset({"export", "bundle"})
"""Kinds of reads that may hold everybody: their rows are not told one by one."""


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Somebody who can be written to."""

    address: str
    name: str
    channel: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What was touched."""

    messages: frozenset[int]
    licences: frozenset[int]
    people: tuple[Person, ...]
    unreachable: int
    """Messages and licences without an address: their people need another way, or a public notice (R102)."""
    exports: tuple[str, ...]
    """Keys of sheets and bundles that were taken: each may hold everybody."""


def reach(books: Books, *, actor: str, since: datetime, until: datetime) -> Reach:
    """What an account was shown within a time, and whom that concerns. `until` is the first instant after."""
    messages: set[int] = set()
    licences: set[int] = set()
    exports: dict[str, None] = {}
    with books.look() as uow:
        offset = 0
        while reads := uow.reads.search(actor=actor, since=since, until=until, offset=offset, limit=PAGE):
            for read in (one for one in reads if one.how != How.REFUSED):
                if read.what in WHOLE:
                    exports[read.key] = None
                _rows(uow, read, messages, licences)
            offset += PAGE
        people, unreachable = _people(uow, messages, licences)
    return Reach(frozenset(messages), frozenset(licences), people, unreachable, tuple(exports))


def _rows(uow: UnitOfWork, read: Read, messages: set[int], licences: set[int]) -> None:
    rows = {*read.listed, *_number(read.key.partition("/")[0])}
    if read.what in MESSAGES:
        messages |= rows
    elif read.what in LICENCES:
        licences |= rows
    elif read.what in PAPERS:
        for paper in filter(None, map(uow.issuances.get, rows)):
            messages.update(one for one in (paper.message_id,) if one is not None)
            licences.update(one for one in (paper.licence_id,) if one is not None)
    elif read.what == "document" and "/" in read.key:
        licences |= rows


def _number(text: str) -> Iterable[int]:
    return [int(text)] if text.isascii() and text.isdigit() else []


def _people(uow: UnitOfWork, messages: set[int], licences: set[int]) -> tuple[tuple[Person, ...], int]:
    found: dict[tuple[str, str], Person] = {}
    unreachable = 0
    for row in sorted(messages):
        record = uow.messages.get(row)
        sender = record.message.sender if record and record.message else None
        if record is None or sender is None or not sender.address:
            unreachable += record is not None
            continue
        channel = record.logged.envelope.channel
        found.setdefault((channel, sender.address.lower()), Person(sender.address, sender.name, channel))
    for licence in filter(None, map(uow.licences.get, sorted(licences))):
        if licence.email:
            person = Person(licence.email, licence.content.holder, EMAIL)
            found.setdefault((EMAIL, licence.email.lower()), person)
        else:
            unreachable += 1
    return tuple(sorted(found.values())), unreachable
