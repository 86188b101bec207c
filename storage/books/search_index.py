"""The full-text index of SQLite: of each message the runs of three characters that it holds, and neither text nor places.

It takes some 800 bytes for a message of 600 characters. What it proposes is compared with the text before it is shown,
so runs that stand apart find nothing. Its row numbers are those of the messages: denser ones make it smallest. It is
derived: the schema, the chain and comparisons of copies leave it out, and `advance` makes it again where there is none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from mailroom.stages.finding import trigrams
from mailroom.stages.normalise import compact
from storage.columns import clean
from storage.tables import ATTACHMENT, ATTACHMENT_READING, MESSAGE, SEARCH_STATE, SEARCH_WAIT
from storage.tables.mail import NOT_SECRET
from storage.transaction import Transaction, chunks

FORM = 1
"""Changes whenever other texts are indexed, or in another spelling: an index of another form is made anew."""
ABLE_SINCE = (3, 43)
"""The version of SQLite that can take a message out of such an index. With an older one there is none."""
SHORTEST = 3
"""Characters; shorter words are not in the index."""
MANY = 1_000
"""An index that lacks more messages is being made, and not asked."""

INDEX = sa.table("search_index", sa.column("rowid", sa.Integer), sa.column("text", sa.Text))
"""Tables that SQLite keeps for it have names that begin so."""
CREATE = sa.text(
    "CREATE VIRTUAL TABLE search_index USING fts5"
    "(text, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1')"
)
DROP = sa.text("DROP TABLE IF EXISTS search_index")
PUT = sa.insert(INDEX).prefix_with("OR REPLACE")
_MATCH = sa.literal_column("search_index").op("MATCH")(sa.bindparam("wanted", type_=sa.Text))
MATCHING = sa.select(INDEX.c.rowid).where(_MATCH)

_SAME_PART = sa.and_(
    ATTACHMENT_READING.c.message_id == ATTACHMENT.c.message_id, ATTACHMENT_READING.c.part == ATTACHMENT.c.part
)
FILES = (
    sa.select(ATTACHMENT.c.message_id, ATTACHMENT.c.name, ATTACHMENT_READING.c.text)
    .select_from(ATTACHMENT.outerjoin(ATTACHMENT_READING, _SAME_PART))
    .where(sa.not_(ATTACHMENT.c.withdrawn))
    .order_by(ATTACHMENT.c.message_id, ATTACHMENT.c.part)
)


class File(NamedTuple):
    """An attachment as it is searched."""

    name: str
    text: str


class SearchIndex:
    """The index on the connection of a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    @property
    def able(self) -> bool:
        """Whether this SQLite knows such an index."""
        return self._transaction.sqlite_version >= ABLE_SINCE

    def reached(self) -> int | None:
        """Row up to which messages were dealt with; None where there is no index of this form."""
        query = sa.select(SEARCH_STATE.c.reached).where(
            SEARCH_STATE.c.agency == self._agency, SEARCH_STATE.c.form == FORM
        )
        return self._transaction.run(query).scalar_one_or_none() if self.able else None

    def fresh(self) -> list[int] | None:
        """Rows of messages of which the index does not know what they say, as they are or at all.

        None where there is no index, or where it lacks too many to be asked.
        """
        reached = self.reached()
        if reached is None:
            return None
        ours = sa.select(MESSAGE.c.id).where(MESSAGE.c.agency == self._agency, MESSAGE.c.id > reached)
        waiting = sa.select(SEARCH_WAIT.c.message_id).where(SEARCH_WAIT.c.agency == self._agency)
        rows = [row[0] for query in (ours, waiting) for row in self._transaction.all(query.limit(MANY + 1))]
        return rows if len(rows) <= MANY else None

    @staticmethod
    def matching(*words: str) -> sa.Select[int]:
        """Rows of messages, of whatever agency, in which all trigrams of one of the `words` stand, as a query."""
        return MATCHING.params(wanted=" OR ".join(f"({_wanted(one)})" for one in words))

    def again(self, message_ids: Collection[int]) -> None:
        if self.reached() is None or not message_ids:
            return
        self._remove(message_ids)
        self._wait(message_ids)

    def _remove(self, message_ids: Collection[int]) -> None:
        for some in chunks(message_ids):
            self._transaction.run(sa.delete(INDEX).where(INDEX.c.rowid.in_(some)))

    def _wait(self, message_ids: Collection[int]) -> None:
        insert = self._transaction.insert_or_pass(SEARCH_WAIT, "message_id")
        for one in message_ids:
            self._transaction.run(insert.values(message_id=one, agency=self._agency))

    def drop(self) -> None:
        """For all agencies: they share one table."""
        self._transaction.run(DROP)
        for table in (SEARCH_STATE, SEARCH_WAIT):
            self._transaction.run(sa.delete(table))

    def waiting(self) -> int | None:
        reached = self.reached()
        ours = MESSAGE.c.agency == self._agency
        if reached is None:
            return self._count(ours) if self.able else None
        waits = sa.and_(SEARCH_WAIT.c.agency == self._agency, _decided(SEARCH_WAIT.c.message_id))
        return self._count(ours, MESSAGE.c.id > reached) + self._count(waits)

    def _count(self, *conditions: sa.ColumnElement[bool]) -> int:
        return int(self._transaction.run(sa.select(sa.func.count()).where(*conditions)).scalar_one())

    def advance(self, limit: int) -> int:
        if not self.able:
            return 0
        reached = self.reached()
        if reached is None:
            reached = self._begin()
        rows = self._waited(limit)
        self._put(rows)
        self._transaction.run(sa.delete(SEARCH_WAIT).where(SEARCH_WAIT.c.message_id.in_(rows)))
        return len(rows) + self._go_on(reached, limit - len(rows))

    def _begin(self) -> int:
        """An empty index."""
        others = sa.select(SEARCH_STATE.c.agency).where(SEARCH_STATE.c.form == FORM)
        if self._transaction.first(others) is None:
            self.drop()
            self._transaction.run(CREATE)
        self._transaction.run(sa.insert(SEARCH_STATE).values(agency=self._agency, form=FORM, reached=0))
        return 0

    def _waited(self, limit: int) -> list[int]:
        """Rows that wait and are decided."""
        query = sa.select(SEARCH_WAIT.c.message_id).where(
            SEARCH_WAIT.c.agency == self._agency, _decided(SEARCH_WAIT.c.message_id)
        )
        return [row.message_id for row in self._transaction.all(query.order_by(SEARCH_WAIT.c.message_id).limit(limit))]

    def _go_on(self, reached: int, limit: int) -> int:
        """Take in what came after row `reached`; what is not decided yet waits."""
        query = (
            sa.select(MESSAGE.c.id, MESSAGE.c.outcome)
            .where(MESSAGE.c.agency == self._agency, MESSAGE.c.id > reached)
            .order_by(MESSAGE.c.id)
            .limit(limit)
        )
        rows = self._transaction.all(query)
        if not rows:
            return 0
        self._put([row.id for row in rows if row.outcome is not None])
        self._wait([row.id for row in rows if row.outcome is None])
        state = sa.update(SEARCH_STATE).where(SEARCH_STATE.c.agency == self._agency)
        self._transaction.run(state.values(reached=rows[-1].id))
        return len(rows)

    def _put(self, message_ids: Sequence[int]) -> None:
        """Those that are secret leave the index instead."""
        texts = dict(self._texts(message_ids))
        if texts:
            self._transaction.run(PUT, [{"rowid": row, "text": text} for row, text in texts.items()])
        self._remove([one for one in message_ids if one not in texts])

    def _texts(self, message_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """What is searched of each message that is not secret. A line feed, which no words hold, keeps items apart."""
        for some in chunks(message_ids):
            columns = (MESSAGE.c[name] for name in ("id", "subject", "sender_name", "sender_address", "text"))
            query = sa.select(*columns).where(MESSAGE.c.id.in_(some), NOT_SECRET)
            files = files_of(self._transaction, some)
            for row in self._transaction.all(query):
                items = [row.subject, row.sender_name, row.sender_address, row.text]
                items += [item for file in files.get(row.id, ()) for item in file]
                yield row.id, "\n".join(map(compact, items))


def _decided(message_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(MESSAGE.c.id == message_id, MESSAGE.c.outcome.is_not(None))


def _wanted(words: str) -> str:
    """Compact words as the index is asked for them."""
    return " AND ".join('"' + one.replace('"', '""') + '"' for one in trigrams(clean(words)))


def files_of(transaction: Transaction, message_ids: Collection[int]) -> Mapping[int, Sequence[File]]:
    """Attachments by message, in document order; without what its sender took back (R117)."""
    found: dict[int, list[File]] = defaultdict(list)
    for some in chunks(message_ids):
        for row in transaction.all(FILES.where(ATTACHMENT.c.message_id.in_(some))):
            found[row.message_id].append(File(row.name, row.text or ""))
    return found
