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
from storage.tables import MESSAGE, REGISTER_COUNTER, REGISTER_ENTRY, SEARCH_WAIT
from storage.tables.mail import SECRET
from storage.transaction import Transaction

_log = structlog.get_logger(__name__)

LONGEST = 200
"""Characters of a search that are looked at."""
FEW = 150
"""So many proposals are compared before pages are made of them; of more, each page is compared by itself."""
NEARLY = 1_000
"""So many messages, the newest, are looked at for what is near."""
NUMBER = re.compile(r"(\d{1,9})(?:/(\d{4}|\d{2}))?")
Condition = sa.ColumnElement[bool]
_MARKED = MESSAGE.alias()
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
        shown = in_view(self._transaction, view)
        numbered = self._numbered(folded, shown)
        first = numbered[offset : offset + limit]
        rest = self._said(
            folded, _but(shown, numbered), offset=max(0, offset - len(numbered)), limit=limit - len(first)
        )
        hits = (*(Hit(one, Place.NUMBER) for one in self._records(first)), *rest.hits)
        if hits or offset or len(folded) < SHORTEST_NEAR:
            return Found(hits, more=rest.more or len(numbered) > offset + limit)
        return Found(tuple(Hit(one, Place.HEAD) for one in self._near(folded, shown, limit)), near=True)

    def _records(self, message_ids: Sequence[int]) -> list[MessageRecord]:
        """In the order of the rows."""
        records = {one.logged.id: one for one in self._queue.records(message_ids)}
        return [records[one] for one in message_ids]

    def _numbered(self, folded: str, shown: Iterable[Condition]) -> list[int]:
        """Messages whose number in the register this is, the latest year first."""
        number = NUMBER.fullmatch(folded)
        if number is None:
            return []
        entry = REGISTER_ENTRY.c
        years = sa.select(REGISTER_COUNTER.c.year).where(REGISTER_COUNTER.c.agency == self._transaction.agency)
        if number[2]:
            century = "" if len(number[2]) == 4 else "25"
            years = years.where(REGISTER_COUNTER.c.year == int(f"{century}{number[2]}"))
        query = (
            sa.select(entry.message_id)
            .join(MESSAGE, MESSAGE.c.id == entry.message_id)
            .where(entry.agency == self._transaction.agency, entry.number == int(number[1]), entry.year.in_(years))
            .where(*shown)
            .order_by(entry.year.desc())
        )
        return [row.message_id for row in self._transaction.all(query)]

    def _said(self, folded: str, shown: list[Condition], *, offset: int, limit: int) -> Found:
        """Messages that say it, none of which is secret (R58)."""
        shown = [*shown, _not_secret(self._transaction)]
        reached = self._index.reached() if len(folded) >= SHORTEST else None
        if reached is None:
            return self._slice(folded, [*shown, _in_head(folded)], offset=offset, limit=limit)
        try:
            return self._indexed(folded, shown, reached, offset=offset, limit=limit)
        except StorageError as error:
            # Where the index alone is damaged, clerks still find what lists show; `verify` names it.
            _log.warning("search.index-unusable", error=str(error))
            return self._slice(folded, [*shown, _in_head(folded)], offset=offset, limit=limit)

    def _indexed(self, folded: str, shown: list[Condition], reached: int, *, offset: int, limit: int) -> Found:
        matching = self._index.matching(folded)
        fresh = sa.and_(_fresh(self._transaction, reached), _in_head(folded))
        proposed = [row.rowid for row in self._transaction.all(matching.limit(FEW + 1))]
        proposed += [row.id for row in self._transaction.all(_ids([*shown, fresh]).limit(FEW + 1))]
        if len(proposed) <= FEW:
            rows = self._true([*shown, MESSAGE.c.id.in_(proposed)], folded)
            return Found(tuple(self._hits(folded, rows[offset : offset + limit])), more=len(rows) > offset + limit)
        # A plus keeps SQLite from beginning with what the index proposes: rows come in the order of the page then.
        return self._slice(
            folded, [*shown, sa.or_(sa.literal_column("+message.id").in_(matching), fresh)], offset=offset, limit=limit
        )

    def _slice(self, folded: str, conditions: list[Condition], *, offset: int, limit: int) -> Found:
        query = _ids(conditions).order_by(*ORDER).offset(offset).limit(limit + 1)
        rows = [row.id for row in self._transaction.all(query)]
        return Found(tuple(self._hits(folded, rows[:limit])), more=len(rows) > limit)

    def _true(self, conditions: list[Condition], folded: str) -> list[int]:
        """Rows of messages that really say it, in order."""
        rows = self._transaction.all(sa.select(*TEXTS).where(*conditions).order_by(*ORDER))
        said = {row.id for row in rows if any(folded in compact(one) for one in row[1:])}
        files = files_of(self._transaction, [row.id for row in rows if row.id not in said])
        said |= {row for row, some in files.items() if any(folded in compact(one) for file in some for one in file)}
        return [row.id for row in rows if row.id in said]

    def _hits(self, folded: str, message_ids: Sequence[int]) -> list[Hit]:
        """Where each says it; without those that do not."""
        records = self._records(message_ids)
        found = {one.logged.id: _in_message(one, folded) for one in records}
        files = files_of(self._transaction, [row for row, hit in found.items() if hit is None])
        hits = (found[one.logged.id] or _in_files(one, folded, files.get(one.logged.id, ())) for one in records)
        return [hit for hit in hits if hit is not None]

    def _near(self, folded: str, shown: list[Condition], limit: int) -> list[MessageRecord]:
        """The newest whose subject, name or address differs by one letter."""
        parts = sa.or_(*(_in_head(part) for part in near_parts(folded)))
        query = sa.select(MESSAGE.c.id, MESSAGE.c.search_text).where(*shown, _not_secret(self._transaction), parts)
        rows = self._transaction.all(query.order_by(*ORDER).limit(NEARLY))
        return self._records([row.id for row in rows if near(row.search_text, folded)][:limit])


def _ids(conditions: Iterable[Condition]) -> sa.Select[tuple[int]]:
    return sa.select(MESSAGE.c.id).where(*conditions)


def _but(shown: list[Condition], message_ids: Sequence[int]) -> list[Condition]:
    return [*shown, MESSAGE.c.id.not_in(message_ids)] if message_ids else shown


def _in_head(folded: str) -> Condition:
    """In subject, sender's name or address."""
    return sa.func.instr(MESSAGE.c.search_text, folded) > 0


def _fresh(transaction: Transaction, reached: int) -> Condition:
    """Of which the index does not know what they say."""
    waiting = sa.select(SEARCH_WAIT.c.message_id).where(SEARCH_WAIT.c.agency == transaction.agency)
    return sa.or_(MESSAGE.c.id > reached, MESSAGE.c.id.in_(waiting))


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
