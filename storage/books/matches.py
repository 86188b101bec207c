"""Requests that seem to be the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.decision import Kind, Outcome, Secrecy
from mailroom.domain.match import MatchKey, MatchState, MatchView, Registered, SameRequest
from mailroom.domain.register import INCOMING, RegisterNumber
from storage.books.codec import number_of
from storage.books.hidden import in_sight
from storage.tables import ATTACHMENT, MATCH_CURSOR, MESSAGE, REGISTER_ENTRY, SAME_REQUEST
from storage.transaction import Transaction

COMPARED = (Kind.REQUEST.value, Kind.COMPLAINT.value)
_OPEN_TO_ALL = MESSAGE.c.classification["secrecy"].as_string() == Secrecy.NONE.value
_NUMBERED = MESSAGE.join(REGISTER_ENTRY, REGISTER_ENTRY.c.message_id == MESSAGE.c.id)
_LATEST = (REGISTER_ENTRY.c.year.desc(), REGISTER_ENTRY.c.number.desc())
_LINKED_FIRST = sa.case((SAME_REQUEST.c.state.in_([MatchState.AGREED.value, MatchState.CONFIRMED.value]), 0), else_=1)


class SqlMatchBook:
    """`ports.MatchBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency
        self._ours = sa.and_(REGISTER_ENTRY.c.agency == self._agency, REGISTER_ENTRY.c.register == INCOMING)

    def cursor(self) -> RegisterNumber | None:
        row = self._transaction.first(sa.select(MATCH_CURSOR).where(MATCH_CURSOR.c.agency == self._agency))
        return RegisterNumber(row.year, row.number) if row is not None else None

    def advance(self, number: RegisterNumber) -> None:
        save = self._transaction.insert_or_change(MATCH_CURSOR, "agency", changed=("year", "number"))
        self._transaction.run(save, [{"agency": self._agency, "year": number.year, "number": number.number}])

    def last_entry(self, entered_before: datetime | None = None) -> RegisterNumber | None:
        query = sa.select(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number).where(self._ours)
        if entered_before is not None:
            query = query.where(REGISTER_ENTRY.c.entered_system_at < entered_before)
        row = self._transaction.first(query.order_by(*_LATEST).limit(1))
        return number_of(row.year, row.number) if row is not None else None

    def comparable(self, entered_since: datetime) -> Sequence[Registered]:
        message, entry = MESSAGE.c, REGISTER_ENTRY.c
        query = (
            sa.select(
                entry.year,
                entry.number,
                message.id,
                message.channel,
                message.account,
                message.sender_address,
                message.subject,
                message.follows_year,
                message.follows_number,
                message.text,
            )
            .select_from(_NUMBERED)
            .where(self._ours, entry.entered_system_at >= entered_since, message.kind.in_(COMPARED))
            .where(message.outcome != Outcome.IGNORE.value, message.duplicate_of.is_(None), _OPEN_TO_ALL)
            .where(*in_sight(self._transaction, message.id))
            .order_by(entry.year, entry.number)
        )
        return [_registered(row) for row in self._transaction.all(query)]

    def files(self, message_id: int, least_size: int) -> frozenset[str]:
        file = ATTACHMENT.c
        query = sa.select(file.sha256).where(file.message_id == message_id, file.size >= least_size)
        query = query.where(file.inline.is_(False), file.withdrawn.is_(False))
        return frozenset(row.sha256 for row in self._transaction.all(query))

    def add(self, matches: Sequence[SameRequest]) -> None:
        if matches:
            insert = self._transaction.insert_or_pass(SAME_REQUEST, "message_id", "other_id")
            self._transaction.run(insert, [_columns(one) | {"agency": self._agency} for one in matches])

    def of_message(self, message_id: int) -> Sequence[MatchView]:
        pair = SAME_REQUEST.c
        of_later = sa.and_(pair.message_id == message_id, MESSAGE.c.id == pair.other_id)
        of_earlier = sa.and_(pair.other_id == message_id, MESSAGE.c.id == pair.message_id)
        query = (
            sa.select(
                *pair,
                MESSAGE.c.id.label("shown_id"),
                MESSAGE.c.channel,
                MESSAGE.c.subject,
                MESSAGE.c.entered_system_at,
                REGISTER_ENTRY.c.year,
                REGISTER_ENTRY.c.number,
            )
            .select_from(
                SAME_REQUEST.join(MESSAGE, sa.or_(of_later, of_earlier)).outerjoin(
                    REGISTER_ENTRY, REGISTER_ENTRY.c.message_id == MESSAGE.c.id
                )
            )
            .where(pair.agency == self._agency, _OPEN_TO_ALL)
            .where(*in_sight(self._transaction, pair.message_id), *in_sight(self._transaction, pair.other_id))
            .order_by(_LINKED_FIRST, pair.score.desc(), pair.id)
        )
        return [_view(row) for row in self._transaction.all(query)]

    def get(self, match_id: int) -> SameRequest | None:
        row = self._transaction.first(
            sa.select(SAME_REQUEST).where(SAME_REQUEST.c.agency == self._agency, SAME_REQUEST.c.id == match_id)
        )
        return _match(row) if row is not None else None

    def settle(self, match_id: int, state: MatchState, by: str, at: datetime) -> None:
        this = sa.and_(SAME_REQUEST.c.agency == self._agency, SAME_REQUEST.c.id == match_id)
        values = {"state": state.value, "decided_by": by, "decided_at": at}
        self._transaction.run(sa.update(SAME_REQUEST).where(this).values(values))


def _registered(row: Row[Any]) -> Registered:
    return Registered(
        number=RegisterNumber(row.year, row.number),
        message_id=row.id,
        channel=row.channel,
        account=row.account,
        sender=row.sender_address,
        subject=row.subject,
        text=row.text,
        follows=number_of(row.follows_year, row.follows_number),
    )


def _columns(match: SameRequest) -> dict[str, Any]:
    return {
        "message_id": match.message_id,
        "other_id": match.other_id,
        "score": match.score,
        "keys": " ".join(match.keys),
        "state": match.state.value,
        "found_at": match.found_at,
        "decided_by": match.decided_by,
        "decided_at": match.decided_at,
    }


def _match(row: Row[Any]) -> SameRequest:
    return SameRequest(
        id=row.id,
        message_id=row.message_id,
        other_id=row.other_id,
        score=row.score,
        keys=tuple(MatchKey(key) for key in row.keys.split()),
        state=MatchState(row.state),
        found_at=row.found_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def _view(row: Row[Any]) -> MatchView:
    return MatchView(
        match=_match(row),
        other_id=row.shown_id,
        number=number_of(row.year, row.number),
        channel=row.channel,
        subject=row.subject,
        entered_at=row.entered_system_at,
    )
