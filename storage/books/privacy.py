"""Requests about personal data, cases kept from sight, and breaches."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.privacy import DataRequest, RequestKind, RequestState, Restriction
from mailroom.domain.register import INCOMING, RegisterNumber
from storage.books.breaches import BreachPart
from storage.books.codec import number_of
from storage.tables import DATA_REQUEST, MESSAGE, REGISTER_ENTRY, RESTRICTION

ADD = sa.insert(DATA_REQUEST).returning(DATA_REQUEST.c.id)
RESTRICT = sa.insert(RESTRICTION).returning(RESTRICTION.c.id)
PLAIN = (
    *("name", "email", "wish", "received_at", "entered_at", "entered_by"),
    *("answer", "answered_at", "answered_by", "letter"),
)
PLACED = ("request", "reason", "placed_at", "placed_by", "lifted_at", "lifted_by", "lift_reason")


class SqlPrivacyBook(BreachPart):
    """`ports.PrivacyBook`."""

    def add_request(self, request: DataRequest) -> DataRequest:
        row = _request_columns(request) | {"agency": self._transaction.agency}
        return replace(request, id=self._transaction.run(ADD, row).scalar_one())

    def save_request(self, request: DataRequest) -> None:
        change = sa.update(DATA_REQUEST).where(self._requests, DATA_REQUEST.c.id == request.id)
        if self._transaction.run(change, _request_columns(request)).rowcount != 1:
            raise StorageError(f"there is no request {request.id}; nothing was changed")

    @property
    def _requests(self) -> sa.ColumnElement[bool]:
        return DATA_REQUEST.c.agency == self._transaction.agency

    def request(self, request_id: int) -> DataRequest | None:
        row = self._transaction.first(sa.select(DATA_REQUEST).where(self._requests, DATA_REQUEST.c.id == request_id))
        return _request(row) if row is not None else None

    def requests(self, limit: int = 200) -> Sequence[DataRequest]:
        waits = sa.case((DATA_REQUEST.c.state == RequestState.OPEN.value, 0), else_=1)
        query = sa.select(DATA_REQUEST).where(self._requests).order_by(waits, DATA_REQUEST.c.id.desc()).limit(limit)
        return [_request(row) for row in self._transaction.all(query)]

    @property
    def _holding(self) -> sa.ColumnElement[bool]:
        return sa.and_(RESTRICTION.c.agency == self._transaction.agency, RESTRICTION.c.lifted_at.is_(None))

    def restrict(self, restriction: Restriction) -> Restriction:
        if self.restriction_of(restriction.number) is not None:
            raise RefusedActionError("restricted-already", str(restriction.number))
        row = _restriction_columns(restriction) | {"agency": self._transaction.agency}
        return replace(restriction, id=self._transaction.run(RESTRICT, row).scalar_one())

    def save_restriction(self, restriction: Restriction) -> None:
        ours = sa.and_(RESTRICTION.c.agency == self._transaction.agency, RESTRICTION.c.id == restriction.id)
        if self._transaction.run(sa.update(RESTRICTION).where(ours), _restriction_columns(restriction)).rowcount != 1:
            raise StorageError(f"there is no restriction {restriction.id}; nothing was changed")

    def restriction_of(self, number: RegisterNumber) -> Restriction | None:
        named = sa.and_(RESTRICTION.c.year == number.year, RESTRICTION.c.number == number.number)
        row = self._transaction.first(sa.select(RESTRICTION).where(self._holding, named))
        return _restriction(row) if row is not None else None

    def restrictions(self, *, every: bool = False) -> Sequence[Restriction]:
        ours = RESTRICTION.c.agency == self._transaction.agency if every else self._holding
        order = (RESTRICTION.c.year, RESTRICTION.c.number, RESTRICTION.c.id)
        return [_restriction(row) for row in self._transaction.all(sa.select(RESTRICTION).where(ours).order_by(*order))]

    def restriction_of_message(self, message_id: int) -> Restriction | None:
        """There are few that hold, and mostly none."""
        held = {one.number: one for one in self.restrictions()}
        if not held:
            return None
        entry = sa.select(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number).where(
            REGISTER_ENTRY.c.agency == self._transaction.agency,
            REGISTER_ENTRY.c.register == INCOMING,
            REGISTER_ENTRY.c.message_id == message_id,
        )
        joined = sa.select(MESSAGE.c.follows_year, MESSAGE.c.follows_number).where(MESSAGE.c.id == message_id)
        rows: list[Any] = [*self._transaction.all(entry), *self._transaction.all(joined)]
        numbers = (number_of(year, number) for year, number in rows)
        return next((held[one] for one in numbers if one in held), None)

    def restricted_messages(self) -> frozenset[int]:
        found: set[int] = set()
        for one in self.restrictions():
            opened = sa.select(REGISTER_ENTRY.c.message_id).where(
                REGISTER_ENTRY.c.agency == self._transaction.agency,
                REGISTER_ENTRY.c.register == INCOMING,
                REGISTER_ENTRY.c.year == one.number.year,
                REGISTER_ENTRY.c.number == one.number.number,
            )
            joined = sa.select(MESSAGE.c.id).where(
                MESSAGE.c.agency == self._transaction.agency,
                MESSAGE.c.follows_year == one.number.year,
                MESSAGE.c.follows_number == one.number.number,
                MESSAGE.c.follows_number.is_not(None),
            )
            found.update(row[0] for row in (*self._transaction.all(opened), *self._transaction.all(joined)))
        return frozenset(found)


def _request_columns(request: DataRequest) -> dict[str, Any]:
    return {
        "kind": request.kind.value,
        "state": request.state.value,
        "year": request.number.year if request.number else None,
        "number": request.number.number if request.number else None,
        **{name: getattr(request, name) for name in PLAIN},
    }


def _request(row: Row[Any]) -> DataRequest:
    return DataRequest(
        id=row.id,
        kind=RequestKind(row.kind),
        state=RequestState(row.state),
        number=number_of(row.year, row.number),
        **{name: getattr(row, name) for name in PLAIN},
    )


def _restriction_columns(restriction: Restriction) -> dict[str, Any]:
    return {
        "year": restriction.number.year,
        "number": restriction.number.number,
        "people": list(restriction.people),
        **{name: getattr(restriction, name) for name in PLACED},
    }


def _restriction(row: Row[Any]) -> Restriction:
    return Restriction(
        id=row.id,
        number=RegisterNumber(row.year, row.number),
        people=tuple(row.people),
        **{name: getattr(row, name) for name in PLACED},
    )
