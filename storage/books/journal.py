"""What the journal tells already, and numbers and letters that only it knows."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.backup import LOST_IN_RESTORE
from mailroom.domain.journal import Claim, JournalState, SentStub, Series, Stub, Untold
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING
from mailroom.stages.fence import is_series
from mailroom.stages.reckoning import stretches
from storage.tables import (
    JOURNAL_CURSOR,
    LETTER_CLAIM,
    MESSAGE,
    NUMBER_CLAIM,
    NUMBER_FENCE,
    NUMBER_VOID,
    OUTBOX_ITEM,
    OUTGOING_ENTRY,
    REGISTER_COUNTER,
    REGISTER_ENTRY,
    SENT_COPY,
)
from storage.transaction import Transaction

PLAIN = ("generation", "seq", "letters", "token", "mark", "kept_at", "failing_since", "error", "reckoned_at")
"""Columns of the cursor that have their own names and types."""
COPY_ROW = sa.literal_column("sent_copy.rowid", sa.BigInteger)
"""In order of commit, since copies are only added: a letter's times are those of its attempt, which may lie before another's."""

_AGENCY: sa.BindParameter[str] = sa.bindparam("of_agency")
# Made once: these are asked before each letter, and making them anew would cost more than asking.
STATE = sa.select(JOURNAL_CURSOR).where(JOURNAL_CURSOR.c.agency == _AGENCY)
COUNTERS = sa.select(REGISTER_COUNTER.c.register, REGISTER_COUNTER.c.year, REGISTER_COUNTER.c.last).where(
    REGISTER_COUNTER.c.agency == _AGENCY
)
LATEST = sa.select(sa.func.max(COPY_ROW)).select_from(SENT_COPY)
FOUND = sa.select(NUMBER_CLAIM).where(
    NUMBER_CLAIM.c.agency == sa.bindparam("of_agency"),
    sa.text("number_claim.closed_at IS NULL"),
    NUMBER_CLAIM.c.register == INCOMING,
    NUMBER_CLAIM.c.message_id.is_not(None),
)


class SqlJournalBook:
    """`ports.JournalBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    @property
    def _open(self) -> sa.ColumnElement[bool]:
        return sa.and_(NUMBER_CLAIM.c.agency == self._agency, NUMBER_CLAIM.c.closed_at.is_(None))

    def state(self) -> JournalState:
        rows = self._transaction.all(STATE, {"of_agency": self._agency})
        if not rows:
            return JournalState()
        row = rows[0]
        counters = {(str(name), int(year)): int(last) for name, year, last in row.counters}
        fields: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
        return JournalState(counters=counters, **fields)

    def save(self, state: JournalState) -> None:
        row = {name: getattr(state, name) for name in PLAIN}
        counters = [[name, year, last] for (name, year), last in sorted(state.counters.items())]
        save = self._transaction.insert_or_change(JOURNAL_CURSOR, "agency", changed=(*PLAIN, "counters"))
        self._transaction.run(save, [row | {"agency": self._agency, "counters": counters}])

    def untold(self, limit: int) -> Untold:
        state, (last, letters) = self.state(), self.told()
        stubs: list[Stub] = []
        counters = dict(state.counters)
        for series, number in sorted(last.items()):
            told = state.counters.get(series, 0)
            if number > told and len(stubs) < limit:
                found = list(self._numbers(series, told, number, limit - len(stubs)))
                # Fewer than asked for: what is left up to the counter is void, and has no register.
                counters[series] = found[-1].number if len(stubs) + len(found) == limit else number
                stubs += found
        sent, mark = self._sent(state.letters, limit) if letters > state.letters else ([], state.letters)
        return Untold(stubs=tuple(stubs), sent=tuple(sent), counters=counters, letters=mark)

    def told(self) -> tuple[dict[Series, int], int]:
        rows = self._transaction.all(COUNTERS, {"of_agency": self._agency})
        counters = {(row.register, row.year): row.last for row in rows if is_series(row.register)}
        return counters, int(self._transaction.run(LATEST).scalar_one() or 0)

    def _numbers(self, series: Series, told: int, last: int, limit: int) -> Iterator[Stub]:
        name, year = series
        if name not in {INCOMING, OUTGOING}:
            for number in range(told + 1, min(last, told + limit) + 1):
                yield Stub(series=name, year=year, number=number, seal=b"")
            return
        query = self._entries(name, year)
        column = query.selected_columns.number
        for row in self._transaction.all(query.where(column > told, column <= last).order_by(column).limit(limit)):
            yield Stub(
                series=name,
                year=year,
                number=row.number,
                seal=(row.digest or "").encode(),
                entered_at=row.registered_at,
                deemed_at=row.deemed,
            )

    def _entries(self, name: str, year: int) -> sa.Select[Any]:
        """Number, digest, when it was entered, and when it is deemed received, of the entries of one register."""
        if name == OUTGOING:
            out = OUTGOING_ENTRY.c
            columns = (out.number, out.document.label("digest"), out.registered_at, sa.null().label("deemed"))
            return sa.select(*columns).where(out.agency == self._agency, out.year == year)
        entry = REGISTER_ENTRY.c
        facts = (entry.number, MESSAGE.c.digest, entry.registered_at, entry.deemed_received_at.label("deemed"))
        ours = sa.and_(entry.agency == self._agency, entry.register == name, entry.year == year)
        return sa.select(*facts).join_from(REGISTER_ENTRY, MESSAGE, MESSAGE.c.id == entry.message_id).where(ours)

    def _sent(self, told: int, limit: int) -> tuple[list[SentStub], int]:
        query = (
            sa.select(
                COPY_ROW.label("mark"), SENT_COPY.c.accepted, OUTBOX_ITEM.c.id, OUTBOX_ITEM.c.letter, MESSAGE.c.digest
            )
            .join_from(SENT_COPY, OUTBOX_ITEM, OUTBOX_ITEM.c.id == SENT_COPY.c.item)
            .outerjoin(MESSAGE, MESSAGE.c.id == OUTBOX_ITEM.c.message_id)
            .where(told < COPY_ROW, SENT_COPY.c.agency == self._agency)
        )
        rows = self._transaction.all(query.order_by(COPY_ROW).limit(limit))
        sent = [SentStub(row.id, row.letter, (row.digest or "").encode()) for row in rows if row.accepted]
        return sent, rows[-1].mark if rows else told

    def digest_of(self, series: str, year: int, number: int) -> str | None:
        if series not in {INCOMING, OUTGOING}:
            return None
        query = self._entries(series, year)
        row = self._transaction.first(query.where(query.selected_columns.number == number))
        return row.digest if row is not None else None

    def fence_point(self) -> str | None:
        fence = NUMBER_FENCE.c
        query = sa.select(fence.point).where(fence.agency == self._agency, fence.lifted_at.is_(None))
        row = self._transaction.first(query.order_by(fence.id.desc()).limit(1))
        return row.point if row is not None else None

    def fence_lifted_at(self) -> datetime | None:
        fence = NUMBER_FENCE.c
        query = sa.select(fence.lifted_at).where(fence.agency == self._agency, fence.lifted_at.is_not(None))
        row = self._transaction.first(query.order_by(fence.lifted_at.desc()).limit(1))
        return row.lifted_at if row is not None else None

    def add_claims(self, claims: Sequence[Claim], letters: Sequence[SentStub]) -> None:
        numbers = [_claim_columns(one) | {"agency": self._agency} for one in claims]
        items = [
            {"agency": self._agency, "item": one.item, "letter": one.letter, "seal": one.seal, "closed_at": None}
            for one in letters
        ]
        if numbers:
            add = self._transaction.insert_or_pass(NUMBER_CLAIM, "agency", "register", "year", "number")
            self._transaction.run(add, numbers)
        if items:
            self._transaction.run(self._transaction.insert_or_pass(LETTER_CLAIM, "agency", "item"), items)
        self._transaction.claims = None

    def claims(self) -> list[Claim]:
        claim = NUMBER_CLAIM.c
        query = sa.select(NUMBER_CLAIM).where(self._open).order_by(claim.register, claim.year, claim.number)
        return [_claim(row) for row in self._transaction.all(query)]

    def found(self, claim: Claim, message_id: int) -> None:
        self._transaction.run(self._change(claim).values(message_id=message_id))
        self._transaction.claims = None

    def _change(self, claim: Claim) -> sa.Update:
        row = NUMBER_CLAIM.c
        same = (row.register == claim.series, row.year == claim.year, row.number == claim.number)
        return sa.update(NUMBER_CLAIM).where(self._open, *same)

    def void(self, claims: Collection[Claim], at: datetime, by: str) -> None:
        series: dict[Series, list[int]] = {}
        for claim in claims:
            self._transaction.run(self._change(claim).values(closed_at=at))
            series.setdefault((claim.series, claim.year), []).append(claim.number)
        for (name, year), numbers in sorted(series.items()):
            for first, last in stretches(numbers):
                row = {"agency": self._agency, "register": name, "year": year, "first": first, "last": last}
                told = {"voided_at": at, "actor": by, "reason": LOST_IN_RESTORE}
                self._transaction.run(sa.insert(NUMBER_VOID).values(**row, **told))
        self._transaction.claims = None

    def letters(self) -> list[SentStub]:
        letter = LETTER_CLAIM.c
        query = sa.select(LETTER_CLAIM).where(letter.agency == self._agency, letter.closed_at.is_(None))
        return [SentStub(row.item, row.letter, row.seal) for row in self._transaction.all(query.order_by(letter.item))]

    def letter_settled(self, letter: SentStub, at: datetime) -> None:
        row = LETTER_CLAIM.c
        change = sa.update(LETTER_CLAIM).where(row.agency == self._agency, row.item == letter.item)
        self._transaction.run(change.values(closed_at=at))


def claimed(transaction: Transaction, message_id: int) -> Claim | None:
    """The number that a message had before a restore, while it is not entered again. Read once for each transaction."""
    if transaction.claims is None:
        rows = transaction.all(FOUND, {"of_agency": transaction.agency})
        transaction.claims = {row.message_id: _claim(row) for row in rows}
    return transaction.claims.get(message_id)


def close_claim(transaction: Transaction, claim: Claim, at: datetime) -> None:
    """It is entered."""
    row = NUMBER_CLAIM.c
    same = (row.agency == transaction.agency, row.register == claim.series, row.year == claim.year)
    transaction.run(sa.update(NUMBER_CLAIM).where(*same, row.number == claim.number).values(closed_at=at))
    transaction.claims = None


def _claim_columns(claim: Claim) -> dict[str, Any]:
    return {
        "register": claim.series,
        "year": claim.year,
        "number": claim.number,
        "seal": claim.seal,
        "entered_at": claim.entered_at,
        "deemed_at": claim.deemed_at,
        "message_id": claim.message_id,
        "closed_at": None,
    }


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        series=row.register,
        year=row.year,
        number=row.number,
        seal=row.seal,
        entered_at=row.entered_at,
        deemed_at=row.deemed_at,
        message_id=row.message_id,
    )
