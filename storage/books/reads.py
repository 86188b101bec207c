"""Who read what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.privacy import Read
from storage.tables import READ_LOG
from storage.transaction import Transaction

NOTE = sa.insert(READ_LOG)
AFTER_SLASH = "0"
"""The character after `/`: a range of keys is found by the index, a pattern is not."""


class SqlReadBook:
    """`ports.ReadBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ours = READ_LOG.c.agency == transaction.agency

    def note(self, read: Read) -> None:
        row = {name: getattr(read, name) for name in ("at", "actor", "what", "key", "how")}
        row |= {"agency": self._transaction.agency, "listed": _listed(read.listed)}
        self._transaction.write(NOTE, row)

    def search(
        self,
        *,
        actor: str = "",
        what: str = "",
        key: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> Sequence[Read]:
        query = sa.select(READ_LOG).where(self._ours)
        for column, wanted in ((READ_LOG.c.actor, actor), (READ_LOG.c.what, what)):
            if wanted:
                query = query.where(column == wanted)
        if key:
            query = query.where(_about(key))
        if since is not None:
            query = query.where(READ_LOG.c.at >= since)
        if until is not None:
            query = query.where(READ_LOG.c.at < until)
        rows = self._transaction.all(query.order_by(READ_LOG.c.id.desc()).offset(offset).limit(limit))
        return [_read(row) for row in rows]

    def count(self) -> int:
        query = sa.select(sa.func.count()).select_from(READ_LOG).where(self._ours)
        return int(self._transaction.run(query).scalar_one())

    def kinds(self) -> Sequence[str]:
        query = sa.select(READ_LOG.c.what).where(self._ours).distinct().order_by(READ_LOG.c.what)
        return [row.what for row in self._transaction.all(query)]


def _about(key: str) -> sa.ColumnElement[bool]:
    parts = sa.and_(READ_LOG.c.key >= f"{key}/", READ_LOG.c.key < f"{key}{AFTER_SLASH}")
    about = sa.or_(READ_LOG.c.key == key, parts)
    return sa.or_(about, READ_LOG.c.listed.contains(f" {key} ", autoescape=True)) if key.isdigit() else about


def _listed(rows: Sequence[int]) -> str:
    return f" {' '.join(map(str, rows))} " if rows else ""


def _read(row: Row[Any]) -> Read:
    return Read(
        at=row.at,
        actor=row.actor,
        what=row.what,
        key=row.key,
        how=row.how,
        listed=tuple(int(one) for one in row.listed.split()),
    )
