"""The chain over the rows of one agency, its checkpoints and their proofs."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.evidence import ChainHead, Checkpoint, CheckpointProof, Link, ProofKind
from mailroom.stages.chain import BEGINNING, record_of
from storage.chained import CHAIN as CHAIN_ITSELF
from storage.chained import CHANGES, EVIDENCE, SEALED, STATE, Evidence
from storage.tables import CHAIN, CHECKPOINT, CHECKPOINT_PROOF
from storage.transaction import Transaction, chunks

CHUNK = 1000
"""Links that are in memory at a time."""
CHECKPOINT_COLUMNS = ("day", "at", "size", "root", "head", "text", "signature", "key")


class SqlChainBook:
    """`ports.ChainBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency
        self._ours = CHAIN.c.agency == transaction.agency

    def head(self) -> ChainHead:
        query = sa.select(CHAIN.c.seq, CHAIN.c.value).where(self._ours).order_by(CHAIN.c.seq.desc()).limit(1)
        row = self._transaction.first(query)
        return ChainHead(row.seq, row.value) if row is not None else ChainHead(0, BEGINNING)

    def links(self, after: int = 0, until: int | None = None) -> Iterator[Link]:
        query = sa.select(CHAIN).where(self._ours).order_by(CHAIN.c.seq).limit(CHUNK)
        if until is not None:
            query = query.where(CHAIN.c.seq <= until)
        while rows := self._transaction.all(query.where(CHAIN.c.seq > after)):
            yield from map(_link, rows)
            after = rows[-1].seq

    def of_rows(self, rows: Sequence[tuple[str, str]]) -> list[Link]:
        """All links are gone through: an index of them would cost more with each message than this does now and then."""
        found: list[Link] = []
        for some in chunks(rows, 200):
            named = sa.tuple_(CHAIN.c.tbl, CHAIN.c.key).in_(some)
            found += map(_link, self._transaction.all(sa.select(CHAIN).where(self._ours, named)))
        return sorted(found, key=lambda link: link.seq)

    def records(self, links: Sequence[Link]) -> list[str]:
        return [self._record(link) for link in links]

    def _record(self, link: Link) -> str:
        if link.table in (CHANGES, CHAIN_ITSELF):
            return record_of(link.table, link.key, {})
        facts = self._columns(link.table, link.key)
        return record_of(link.table, link.key, facts) if facts is not None else ""

    def _columns(self, table: str, key: str) -> dict[str, Any] | None:
        """Facts, or with the name of a state that, of one row as it is now; None when it is gone."""
        one = EVIDENCE[table.removesuffix(STATE)]
        columns = one.state if table.endswith(STATE) else one.facts
        where = sa.and_(one.table.c.agency == self._agency, *_is_key(one, key))
        values = sa.text(one.values_sql(one.name, columns))
        row = self._transaction.first(sa.select(values).select_from(one.table).where(where))
        return dict(zip(columns, row, strict=True)) if row is not None else None

    def seal_rows(self, at: datetime) -> int:
        self._transaction.flush()
        rows = self._changed()
        for table, key in rows:
            state = self._columns(table + STATE, key)
            if state is not None:
                self._transaction.notes.link(table + STATE, key, state)
        self._transaction.notes.link(CHAIN_ITSELF, f"{SEALED} {at:%Y-%m-%d %H:%M:%S.%f}", {})
        return len(rows)

    def _changed(self) -> list[tuple[str, str]]:
        """Rows whose state changed since they were sealed, each once; what this transaction changed is for next time."""
        marks = sa.select(CHAIN.c.seq).where(self._ours, CHAIN.c.tbl == CHAIN_ITSELF)
        last = self._transaction.first(marks.order_by(CHAIN.c.seq.desc()).limit(1))
        changes = sa.select(CHAIN.c.key).where(self._ours, CHAIN.c.tbl == CHANGES)
        rows = self._transaction.all(changes.where(CHAIN.c.seq > (last.seq if last is not None else 0)))
        named = (json.loads(row.key) for row in rows)
        return list(dict.fromkeys((table, key) for one in named for table, keys in one.items() for key in keys))

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        row = {name: getattr(checkpoint, name) for name in CHECKPOINT_COLUMNS}
        self._transaction.run(sa.insert(CHECKPOINT), [row | {"agency": self._agency}])

    @property
    def _checkpoints(self) -> sa.Select[Any]:
        return sa.select(CHECKPOINT).where(CHECKPOINT.c.agency == self._agency)

    def checkpoint(self, day: date | None = None) -> Checkpoint | None:
        query = self._checkpoints.order_by(CHECKPOINT.c.day.desc()).limit(1)
        return self._one(query if day is None else query.where(CHECKPOINT.c.day == day))

    def checkpoint_of(self, seq: int) -> Checkpoint | None:
        covering = self._checkpoints.where(CHECKPOINT.c.size >= seq)
        return self._one(covering.order_by(CHECKPOINT.c.size, CHECKPOINT.c.day).limit(1))

    def _one(self, query: sa.Select[Any]) -> Checkpoint | None:
        row = self._transaction.first(query)
        return _checkpoint(row) if row is not None else None

    def checkpoints(self, limit: int = 400) -> list[Checkpoint]:
        query = self._checkpoints.order_by(CHECKPOINT.c.day.desc()).limit(limit)
        return [_checkpoint(row) for row in self._transaction.all(query)]

    def add_proof(self, proof: CheckpointProof) -> None:
        row = {"day": proof.day, "kind": proof.kind.value, "at": proof.at, "data": proof.data}
        self._transaction.run(sa.insert(CHECKPOINT_PROOF), [row | {"agency": self._agency}])

    def proofs(self, day: date) -> list[CheckpointProof]:
        query = sa.select(CHECKPOINT_PROOF).filter_by(agency=self._agency, day=day)
        rows = self._transaction.all(query.order_by(CHECKPOINT_PROOF.c.id))
        return [CheckpointProof(row.day, ProofKind(row.kind), row.at, row.data) for row in rows]


def _is_key(one: Evidence, key: str) -> list[sa.ColumnElement[bool]]:
    return [one.table.c[name] == value for name, value in zip(one.key, one.key_values(key), strict=True)]


def _link(row: Row[Any]) -> Link:
    return Link(seq=row.seq, at=row.at, table=row.tbl, key=row.key, leaf=row.leaf, value=row.value)


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(**{name: getattr(row, name) for name in CHECKPOINT_COLUMNS})
