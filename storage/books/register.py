"""The register of letters received, and the matters that it opens."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.case import Case, CaseState
from mailroom.domain.decision import Secrecy, Urgency
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import INCOMING, RegisterDraft, RegisterEntry, RegisterNumber
from mailroom.stages.reckoning import as_before
from storage.books.codec import number_of
from storage.books.journal import claimed, close_claim
from storage.books.numbers import NumberSeries
from storage.books.records import RECORDS, records_of
from storage.tables import CASE_FILE, MESSAGE, REGISTER_ENTRY
from storage.transaction import Transaction

CHUNK = 200
ENTER = sa.insert(REGISTER_ENTRY)
OPEN = sa.insert(CASE_FILE)


class SqlRegisterBook:
    """`ports.RegisterBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._numbers = NumberSeries(transaction, INCOMING)
        self._ours = sa.and_(REGISTER_ENTRY.c.agency == transaction.agency, REGISTER_ENTRY.c.register == INCOMING)

    def enter(self, draft: RegisterDraft) -> RegisterEntry:
        self._numbers.require_fence()
        claim = claimed(self._transaction, draft.message_id)
        if claim is None:
            number = self._numbers.next(draft.year)
        else:
            close_claim(self._transaction, claim, draft.registered_at)
            draft, number = as_before(draft, claim), claim.number
        self._transaction.write(ENTER, _columns(draft) | {"agency": self._transaction.agency, "number": number})
        return RegisterEntry(RegisterNumber(draft.year, number), draft)

    def of_message(self, message_id: int) -> RegisterEntry | None:
        query = sa.select(REGISTER_ENTRY).where(self._ours, REGISTER_ENTRY.c.message_id == message_id)
        row = self._transaction.first(query)
        return _entry(row) if row is not None else None

    def entries(self, year: int | None) -> Iterator[tuple[RegisterEntry, MessageRecord]]:
        query = sa.select(REGISTER_ENTRY).where(self._ours)
        if year is not None:
            query = query.where(REGISTER_ENTRY.c.year == year)
        query = query.order_by(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number).limit(CHUNK)
        key = sa.tuple_(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number)
        last = (0, 0)
        while rows := self._transaction.all(query.where(key > sa.tuple_(*map(sa.literal, last)))):
            yield from self._with_messages(rows)
            last = (rows[-1].year, rows[-1].number)

    def _with_messages(self, rows: Sequence[Row[Any]]) -> Iterator[tuple[RegisterEntry, MessageRecord]]:
        found = self._transaction.all(RECORDS.where(MESSAGE.c.id.in_([row.message_id for row in rows])))
        records = {record.logged.id: record for record in records_of(self._transaction, found)}
        for row in rows:
            yield _entry(row), records[row.message_id]

    def last(self, year: int) -> RegisterNumber | None:
        query = sa.select(sa.func.max(REGISTER_ENTRY.c.number)).where(self._ours, REGISTER_ENTRY.c.year == year)
        return number_of(year, self._transaction.run(query).scalar_one())


def _columns(draft: RegisterDraft) -> dict[str, Any]:
    return {
        "register": INCOMING,
        "year": draft.year,
        "message_id": draft.message_id,
        "letter_no": draft.letter_no,
        "dated": draft.dated,
        "sender": draft.sender,
        "addressee": draft.addressee,
        "subject": draft.subject,
        "entered_system_at": draft.entered_system_at,
        "deemed_received_at": draft.deemed_received_at,
        "registered_at": draft.registered_at,
        "urgency": draft.urgency.value,
        "secrecy": draft.secrecy.value,
    }


def _entry(row: Row[Any]) -> RegisterEntry:
    draft = RegisterDraft(
        message_id=row.message_id,
        year=row.year,
        letter_no=row.letter_no,
        dated=row.dated,
        sender=row.sender,
        addressee=row.addressee,
        subject=row.subject,
        entered_system_at=row.entered_system_at,
        deemed_received_at=row.deemed_received_at,
        registered_at=row.registered_at,
        urgency=Urgency(row.urgency),
        secrecy=Secrecy(row.secrecy),
    )
    return RegisterEntry(RegisterNumber(row.year, row.number), draft)


class SqlCaseBook:
    """`ports.CaseBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def open(self, case: Case) -> None:
        key = {
            "agency": self._transaction.agency,
            "register": INCOMING,
            "year": case.number.year,
            "number": case.number.number,
        }
        self._transaction.write(OPEN, key | _case_columns(case))

    def of(self, number: RegisterNumber) -> Case | None:
        row = self._transaction.first(sa.select(CASE_FILE).where(self._at(number)))
        if row is None:
            return None
        return Case(
            number=RegisterNumber(row.year, row.number),
            message_id=row.message_id,
            state=CaseState(row.state),
            service=row.service,
            follows=number_of(row.follows_year, row.follows_number),
        )

    def save(self, case: Case) -> None:
        self._transaction.run(sa.update(CASE_FILE).where(self._at(case.number)).values(_case_columns(case)))

    def _at(self, number: RegisterNumber) -> sa.ColumnElement[bool]:
        return sa.and_(
            CASE_FILE.c.agency == self._transaction.agency,
            CASE_FILE.c.register == INCOMING,
            CASE_FILE.c.year == number.year,
            CASE_FILE.c.number == number.number,
        )


def _case_columns(case: Case) -> dict[str, Any]:
    return {
        "message_id": case.message_id,
        "state": case.state.value,
        "service": case.service,
        "follows_year": case.follows.year if case.follows else None,
        "follows_number": case.follows.number if case.follows else None,
    }
