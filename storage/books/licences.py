"""Licences as they stand, and every step of their lives."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.errors import StorageError
from mailroom.domain.licence import Act, Licence, LicenceEvent, LicenceQuery, LicenceStatus
from storage.books.contents import content_columns, content_of
from storage.books.hidden import in_sight
from storage.books.licence_search import matching, search_columns
from storage.books.numbers import NumberSeries
from storage.tables import FIELD_DECISION, LICENCE, LICENCE_EVENT, LICENCE_REMINDER
from storage.transaction import Transaction

CHUNK = 500
ADD = sa.insert(LICENCE).returning(LICENCE.c.id)
NOTE = sa.insert(LICENCE_EVENT)
IN_FORCE = tuple(status.value for status in LicenceStatus if status.in_force)
WITH_PAPER = tuple(act.value for act in Act if act.makes_document)


class SqlLicenceBook:
    """`ports.LicenceBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ours = LICENCE.c.agency == transaction.agency
        self._series: dict[str, NumberSeries] = {}

    def next_number(self, service: str, year: int) -> int:
        return self._numbers(f"licence:{service}").next(year)

    def raise_numbers(self, service: str, year: int, last: int) -> None:
        """Which numbers were given before is counted on its own: no licence of ours need bear them."""
        series = self._numbers(f"licence:{service}")
        if last > series.last(year):
            series.raise_to(year, last)
            self._numbers(f"before:{service}").raise_to(year, last)

    def _numbers(self, register: str) -> NumberSeries:
        return self._series.setdefault(register, NumberSeries(self._transaction, register))

    def add(self, licence: Licence) -> Licence:
        row = _columns(licence) | {"agency": self._transaction.agency}
        return replace(licence, id=self._transaction.run(ADD, row).scalar_one())

    def save(self, licence: Licence) -> None:
        change = sa.update(LICENCE).where(self._ours, LICENCE.c.id == licence.id)
        if self._transaction.run(change, _columns(licence)).rowcount != 1:
            raise StorageError(f"there is no licence {licence.id}; nothing was changed")

    def get(self, licence_id: int) -> Licence | None:
        return self._one(LICENCE.c.id == licence_id)

    def by_code(self, code: str) -> Licence | None:
        return self._one(LICENCE.c.code == code)

    def by_number(self, service: str, number: str) -> Licence | None:
        return self._one(LICENCE.c.service == service, LICENCE.c.number == number)

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Licence | None:
        row = self._transaction.first(sa.select(LICENCE).where(self._ours, *conditions))
        return _licence(row) if row is not None else None

    def by_document(self, digest: str) -> tuple[Licence, LicenceEvent] | None:
        made = sa.select(LICENCE_EVENT).where(
            LICENCE_EVENT.c.agency == self._transaction.agency,
            LICENCE_EVENT.c.document == digest,
            LICENCE_EVENT.c.act.in_(WITH_PAPER),
        )
        row = self._transaction.first(made.order_by(LICENCE_EVENT.c.id).limit(1))
        licence = self.get(row.licence_id) if row is not None else None
        return (licence, _event(row)) if row is not None and licence is not None else None

    def of_email(self, email: str, limit: int) -> list[Licence]:
        order = (LICENCE.c.issued_on.desc(), LICENCE.c.id.desc())
        same = sa.func.lower(LICENCE.c.email) == email.lower()
        rows = self._transaction.all(sa.select(LICENCE).where(self._ours, same).order_by(*order).limit(limit))
        return [_licence(row) for row in rows]

    def search(self, query: LicenceQuery, *, offset: int, limit: int) -> list[Licence]:
        order = (LICENCE.c.issued_on.desc(), LICENCE.c.id.desc())
        # First the ids alone, then whole rows, for one page only.
        ids = sa.select(LICENCE.c.id).where(*self._found(query)).order_by(*order).offset(offset).limit(limit)
        found = [row.id for row in self._transaction.all(ids)]
        rows = self._transaction.all(sa.select(LICENCE).where(LICENCE.c.id.in_(found)).order_by(*order))
        return [_licence(row) for row in rows]

    def count(self, query: LicenceQuery) -> int:
        counted = sa.select(sa.func.count()).select_from(LICENCE).where(*self._found(query))
        return int(self._transaction.run(counted).scalar_one())

    def every(self, query: LicenceQuery) -> Iterator[Licence]:
        """Type by type: over a pair of columns SQLite would begin each page anew at the first of the type."""
        types = sa.select(LICENCE.c.service).where(self._ours).distinct().order_by(LICENCE.c.service)
        page = sa.select(LICENCE).where(*self._found(query)).order_by(LICENCE.c.id).limit(CHUNK)
        for (service,) in self._transaction.all(types):
            last = 0
            while rows := self._transaction.all(page.where(LICENCE.c.service == service, LICENCE.c.id > last)):
                yield from map(_licence, rows)
                last = rows[-1].id

    def _found(self, query: LicenceQuery) -> list[sa.ColumnElement[bool]]:
        """Ours that match; those of restricted cases are left out (R106)."""
        return [self._ours, *matching(query), *in_sight(self._transaction, LICENCE.c.message_id)]

    def lapsing(self, first: date, last: date) -> list[Licence]:
        query = sa.select(LICENCE).where(
            self._ours, LICENCE.c.expires_on.between(first, last), LICENCE.c.status.in_(IN_FORCE)
        )
        return [_licence(row) for row in self._transaction.all(query.order_by(LICENCE.c.expires_on, LICENCE.c.id))]

    def changed_at(self) -> datetime | None:
        """A licence changed, or which of its items are published."""
        decided = FIELD_DECISION.c.agency == self._transaction.agency
        queries = (
            sa.select(sa.func.max(LICENCE.c.updated_at)).where(self._ours),
            sa.select(sa.func.max(FIELD_DECISION.c.decided_at)).where(decided),
        )
        times = (self._transaction.run(query).scalar_one() for query in queries)
        return max((at for at in times if at is not None), default=None)

    def note(self, event: LicenceEvent) -> None:
        row = {name: getattr(event, name) for name in ("licence_id", "at", "actor", "reason", "version", "document")}
        self._transaction.write(NOTE, row | {"agency": self._transaction.agency, "act": event.act.value})

    def events(self, licence_id: int) -> list[LicenceEvent]:
        query = sa.select(LICENCE_EVENT).where(
            LICENCE_EVENT.c.agency == self._transaction.agency, LICENCE_EVENT.c.licence_id == licence_id
        )
        return [_event(row) for row in self._transaction.all(query.order_by(LICENCE_EVENT.c.id))]

    def remind(self, licence_id: int, expires_on: date, days: int, at: datetime) -> bool:
        note = self._transaction.insert_or_pass(LICENCE_REMINDER, "licence_id", "expires_on", "days")
        row = {"licence_id": licence_id, "expires_on": expires_on, "days": days, "at": at}
        return self._transaction.run(note.values(agency=self._transaction.agency, **row)).rowcount == 1


def _columns(licence: Licence) -> dict[str, Any]:
    return {
        "service": licence.service,
        "number": licence.number,
        "code": licence.code,
        "status": licence.status.value,
        "status_since": licence.status_since,
        "status_reason": licence.status_reason,
        "version": licence.version,
        "document": licence.document,
        "email": licence.email,
        "channel": licence.channel,
        "message_id": licence.message_id,
        "updated_at": licence.updated_at,
        **content_columns(licence.content),
        **search_columns(licence),
    }


def _licence(row: Row[Any]) -> Licence:
    return Licence(
        id=row.id,
        service=row.service,
        number=row.number,
        code=row.code,
        status=LicenceStatus(row.status),
        status_since=row.status_since,
        status_reason=row.status_reason,
        version=row.version,
        content=content_of(row),
        document=row.document,
        email=row.email,
        channel=row.channel,
        message_id=row.message_id,
        updated_at=row.updated_at,
    )


def _event(row: Row[Any]) -> LicenceEvent:
    return LicenceEvent(
        licence_id=row.licence_id,
        act=Act(row.act),
        at=row.at,
        actor=row.actor,
        reason=row.reason,
        version=row.version,
        document=row.document,
    )
