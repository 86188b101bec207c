"""Search in memory: every text is looked through, but no sooner than the index of a database would know it."""

import re
from collections.abc import Collection, Iterable, Iterator

from mailroom.domain.message import Attachment
from mailroom.domain.record import MessageRecord
from mailroom.domain.search import Found, Hit, Place
from mailroom.stages.finding import SHORTEST_NEAR, excerpt, find, near
from mailroom.stages.normalise import compact
from mailroom.testing.attachment_book import MemoryAttachmentBook
from mailroom.testing.message_books import MemoryQueueBook, is_secret, without_attachments
from mailroom.testing.shelf import Shelf

SHORTEST = 3
LONGEST = 200


class MemorySearchBook:
    """`ports.SearchBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def page(self, view: str, words: str, *, offset: int, limit: int) -> Found:
        folded = compact(words)[:LONGEST]
        records = MemoryQueueBook(self._shelf).in_sight(view)
        hits = list(self._hits(records, folded))
        if folded and not hits and not offset and len(folded) >= SHORTEST_NEAR:
            open_ones = [one for one in records if not is_secret(one)]
            found = [Hit(without_attachments(one), Place.HEAD) for one in open_ones if near(_head(one), folded)]
            return Found(tuple(found[:limit]), near=True)
        return Found(tuple(hits[offset : offset + limit]), more=len(hits) > offset + limit)

    def _hits(self, records: Iterable[MessageRecord], folded: str) -> Iterator[Hit]:
        numbered = [one for one in records if _is_number(one, folded)]
        numbered.sort(key=lambda one: one.number.year if one.number else 0, reverse=True)
        yield from (Hit(without_attachments(one), Place.NUMBER) for one in numbered)
        for one in records:
            if one not in numbered and (hit := self._hit(one, folded)):
                yield hit

    def _hit(self, record: MessageRecord, folded: str) -> Hit | None:
        bare, message = without_attachments(record), record.message
        if not folded:
            return Hit(bare, Place.HEAD)
        if message is None or is_secret(record):
            return None
        if folded in _head(record):
            return Hit(bare, Place.HEAD)
        if len(folded) < SHORTEST or record.logged.id not in self._shelf.searchable:
            return None
        if place := find(message.text, folded):
            return Hit(bare, Place.TEXT, excerpt(message.text, place))
        return next(self._in_files(record, folded), None)

    def _in_files(self, record: MessageRecord, folded: str) -> Iterator[Hit]:
        bare = without_attachments(record)
        for file in record.message.attachments if record.message else ():
            text = self._text(record, file)
            if file.withdrawn:
                continue
            if folded in compact(file.name):
                yield Hit(bare, Place.FILE, None, file.name)
            elif place := find(text, folded):
                yield Hit(bare, Place.FILE, excerpt(text, place), file.name)

    def _text(self, record: MessageRecord, file: Attachment) -> str:
        reading = MemoryAttachmentBook(self._shelf).of_message(record.logged.id).get(file.part)
        return reading.text if reading else ""

    def advance(self, limit: int) -> int:
        new = [row for row, one in self._shelf.messages.items() if one.decision and row not in self._shelf.searchable]
        self._shelf.searchable |= set(new[:limit])
        return len(new[:limit])

    def again(self, message_ids: Collection[int]) -> None:
        self._shelf.searchable -= set(message_ids)

    def drop(self) -> None:
        self._shelf.searchable.clear()

    def waiting(self) -> int | None:
        return len(self._shelf.messages.keys() - self._shelf.searchable)


def _head(record: MessageRecord) -> str:
    if record.message is None:
        return ""
    sender = record.message.sender
    return "\n".join(map(compact, (record.message.subject, sender.name, sender.address)))


def _is_number(record: MessageRecord, folded: str) -> bool:
    """`12`, `12/69` and `12/2569` are the number 12 of that year."""
    typed = re.fullmatch(r"(\d{1,9})(?:/(\d{4}|\d{2}))?", folded)
    if typed is None or record.number is None:
        return False
    return int(typed[1]) == record.number.number and str(record.number.year).endswith(typed[2] or "")
