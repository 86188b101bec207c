"""Finding messages: what the full-text index proposes, compared with what they say."""

import re
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
import structlog

from mailroom.domain.errors import StorageError
from mailroom.domain.record import MessageRecord
from mailroom.domain.search import Found, Hit, Place
from mailroom.stages.finding import SHORTEST_NEAR, excerpt, find, near, near_parts
from mailroom.stages.normalise import compact
from storage.books.queue import ORDER, SqlQueueBook, in_view
from storage.books.search_index import SHORTEST, File, SearchIndex, files_of
from storage.columns import clean
from storage.tables import MESSAGE, REGISTER_COUNTER, REGISTER_ENTRY
from storage.tables.mail import SECRET
from storage.transaction import Transaction

_log = structlog.get_logger(__name__)

LONGEST = 200
"""Characters of a search that are looked at."""
FEW = 150
"""So many proposals are compared before pages are made of them; of more, each page is compared by itself."""
NEWEST, NEARLY = 30_000, 1_000
"""So many messages are looked at for what is near, and so many of them letter by letter, the newest first."""
NUMBER = re.compile(r"(\d{1,9})(?:/(\d{4}|\d{2}))?")
Condition = sa.ColumnElement[bool]
Fresh = Collection[int] | None
"""Messages that the index does not know; None where there is no index to be asked."""
_MARKED = MESSAGE.alias()
_UNLED: sa.ColumnElement[int] = sa.literal_column("+message.id")
"""The plus keeps SQLite from beginning with what the index proposes: rows come in the order of the page then."""
TEXTS = tuple(MESSAGE.c[name] for name in ("id", "subject", "sender_name", "sender_address", "text"))


class SqlSearchBook:
    """`ports.SearchBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._index = SearchIndex(transaction)
        self._queue = SqlQueueBook(transaction)

    def advance(self, limit: int) -> int:
        return self._index.advance(limit)

    def again(self, message_ids: Collection[int]) -> None:
        self._index.again(message_ids)

    def drop(self) -> None:
        self._index.drop()

    def waiting(self) -> int | None:
        return self._index.waiting()

    def page(self, view: str, words: str, *, offset: int, limit: int) -> Found:
        folded = clean(compact(words))[:LONGEST]
        if not folded:
            records = self._queue.page(view, offset=offset, limit=limit + 1)
            return Found(tuple(Hit(one, Place.HEAD) for one in records[:limit]), more=len(records) > limit)
        shown, fresh = in_view(self._transaction, view), self._index.fresh()
        try:
            return self._found(folded, shown, fresh, offset=offset, limit=limit)
        except StorageError as error:
            if fresh is None:
                raise
            # Where the index alone is damaged, clerks still find what lists show; `verify` names it.
            _log.warning("search.index-unusable", error=str(error))
            return self._found(folded, shown, None, offset=offset, limit=limit)

    def _found(self, folded: str, shown: list[Condition], fresh: Fresh, *, offset: int, limit: int) -> Found:
        """With an index that does not know the messages `fresh`, or without any."""
        numbered = self._numbered(folded, shown)
        first = numbered[offset : offset + limit]
        others = [*_but(shown, numbered), _not_secret(self._transaction)]
        rest = self._said(folded, others, fresh, offset=max(0, offset - len(numbered)), limit=limit - len(first))
        hits = (*(Hit(one, Place.NUMBER) for one in self._records(first)), *rest.hits)
        if hits or offset or len(folded) < SHORTEST_NEAR:
            return Found(hits, more=rest.more or len(numbered) > offset + limit)
        return Found(tuple(Hit(one, Place.HEAD) for one in self._near(folded, others, fresh, limit)), near=True)

    def _records(self, message_ids: Sequence[int]) -> list[MessageRecord]:
        """In the order of the rows."""
        if not message_ids:
            return []
        records = {one.logged.id: one for one in self._queue.records(message_ids)}
        return [records[one] for one in message_ids]

    def _numbered(self, folded: str, shown: Iterable[Condition]) -> list[int]:
        """Messages whose number in the register this is, the latest year first."""
        number = NUMBER.fullmatch(folded)
        if number is None:
            return []
        century = "25" if number[2] and len(number[2]) == 2 else ""
        year = int(f"{century}{number[2]}") if number[2] else None
        counted = REGISTER_COUNTER.c.agency == self._transaction.agency
        counters = self._transaction.all(sa.select(REGISTER_COUNTER.c.register, REGISTER_COUNTER.c.year).where(counted))
        entry = REGISTER_ENTRY.c
        # Register and year are named, so that an index leads to the number in each.
        named = [
            sa.and_(entry.register == one.register, entry.year == one.year, entry.number == int(number[1]))
            for one in counters
            if year in (None, one.year)
        ]
        query = (
            sa.select(entry.message_id)
            .join(MESSAGE, MESSAGE.c.id == entry.message_id)
            .where(entry.agency == self._transaction.agency, sa.or_(sa.false(), *named), *shown)
            .order_by(entry.year.desc())
        )
        return [row.message_id for row in self._transaction.all(query)]

    def _said(self, folded: str, shown: list[Condition], fresh: Fresh, *, offset: int, limit: int) -> Found:
        """Messages that say it."""
        if fresh is None or len(folded) < SHORTEST:
            return self._slice(folded, [*shown, _in_head(folded)], offset=offset, limit=limit)
        heads, matching = self._heads(folded, shown, fresh), self._index.matching(folded)
        few = [row.rowid for row in self._transaction.all(matching.limit(FEW + 1))]
        if len(few) + len(heads) <= FEW:
            rows = self._true(folded, shown, [*few, *heads])
            return Found(tuple(self._hits(folded, rows[offset : offset + limit])), more=len(rows) > offset + limit)
        proposed = sa.or_(_UNLED.in_(matching), MESSAGE.c.id.in_(heads))
        return self._slice(folded, [*shown, proposed], offset=offset, limit=limit)

    def _heads(self, folded: str, shown: list[Condition], fresh: Collection[int]) -> list[int]:
        """Those of the messages `fresh` whose subject, name or address holds it."""
        rows = self._transaction.all(_ids([*shown, MESSAGE.c.id.in_(fresh), _in_head(folded)])) if fresh else []
        return [row.id for row in rows]

    def _slice(self, folded: str, conditions: list[Condition], *, offset: int, limit: int) -> Found:
        """A page of what an index gives in order; each message on it is compared."""
        query = _ids(conditions).order_by(*ORDER).offset(offset).limit(limit + 1)
        rows = [row.id for row in self._transaction.all(query)]
        return Found(tuple(self._hits(folded, rows[:limit])), more=len(rows) > limit)

    def _true(self, folded: str, shown: list[Condition], proposed: Collection[int]) -> list[int]:
        """Rows of messages that really say it, in order."""
        if not proposed:
            return []
        conditions = [*shown, MESSAGE.c.id.in_(proposed)]
        rows = self._transaction.all(sa.select(*TEXTS).where(*conditions).order_by(*ORDER))
        texts = {row.id: (row.subject, row.sender_name, row.sender_address, row.text) for row in rows}
        said = {row for row, some in texts.items() if any(folded in compact(one) for one in some)}
        files = files_of(self._transaction, [row.id for row in rows if row.id not in said])
        said |= {row for row, some in files.items() if any(folded in compact(text) for file in some for text in file)}
        return [row.id for row in rows if row.id in said]

    def _hits(self, folded: str, message_ids: Sequence[int]) -> list[Hit]:
        """Where each says it; without those that do not."""
        records = self._records(message_ids)
        found = {one.logged.id: _in_message(one, folded) for one in records}
        rest = [row for row, hit in found.items() if hit is None]
        files = files_of(self._transaction, rest)
        hits = (found[one.logged.id] or _in_files(one, folded, files.get(one.logged.id, ())) for one in records)
        return [hit for hit in hits if hit is not None]

    def _near(self, folded: str, shown: list[Condition], fresh: Fresh, limit: int) -> list[MessageRecord]:
        """The newest whose subject, name or address differs by one letter."""
        parts = near_parts(folded)
        if fresh is not None and min(map(len, parts)) >= SHORTEST:
            shown = [*shown, sa.or_(_UNLED.in_(self._index.matching(*parts)), MESSAGE.c.id.in_(fresh))]
        newest = sa.select(MESSAGE.c.id, MESSAGE.c.search_text).where(*shown).order_by(*ORDER).limit(NEWEST).subquery()
        held = sa.or_(*(sa.func.instr(newest.c.search_text, part) > 0 for part in parts))
        rows = self._transaction.all(sa.select(newest).where(held).limit(NEARLY))
        return self._records([row.id for row in rows if near(row.search_text, folded)][:limit])


def _ids(conditions: Iterable[Condition]) -> sa.Select[tuple[int]]:
    return sa.select(MESSAGE.c.id).where(*conditions)


def _but(shown: list[Condition], message_ids: Sequence[int]) -> list[Condition]:
    return [*shown, MESSAGE.c.id.not_in(message_ids)] if message_ids else shown


def _in_head(folded: str) -> Condition:
    """In subject, sender's name or address."""
    return sa.func.instr(MESSAGE.c.search_text, folded) > 0


def _not_secret(transaction: Transaction) -> Condition:
    """Asked of an index: the mark stands in a column that is not in the others."""
    ours = sa.select(_MARKED.c.id).where(_MARKED.c.agency == transaction.agency, SECRET)
    return MESSAGE.c.id.not_in(ours)


def _in_message(record: MessageRecord, folded: str) -> Hit | None:
    message = record.message
    if message is None:
        return None
    if any(folded in compact(one) for one in (message.subject, message.sender.name, message.sender.address)):
        return Hit(record, Place.HEAD)
    if folded not in compact(message.text):
        return None
    place = find(message.text, folded)
    return Hit(record, Place.TEXT, excerpt(message.text, place) if place else None)


def _in_files(record: MessageRecord, folded: str, files: Sequence[File]) -> Hit | None:
    for file in files:
        if folded in compact(file.name):
            return Hit(record, Place.FILE, None, file.name)
        if folded in compact(file.text):
            place = find(file.text, folded)
            return Hit(record, Place.FILE, excerpt(file.text, place) if place else None, file.name)
    return None
