"""Corrections by clerks, models trained on them, and the audit of both."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.decision import Kind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import (
    AnsweredDrawing,
    Correction,
    Drawing,
    Found,
    Head,
    HeadState,
    ModelRecord,
    Source,
)
from mailroom.domain.record import MessageRecord
from storage.books.codec import found_of
from storage.books.hidden import in_sight
from storage.books.records import RECORDS, records_of
from storage.tables import AUDIT_DRAWING, CORRECTION, HEAD_STATE, MESSAGE, MODEL
from storage.transaction import Transaction, chunks

CHUNK = 200
"""Messages that are in memory at a time."""


class SqlLearningBook:
    """`ports.LearningBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency
        self._ours = MESSAGE.c.agency == transaction.agency

    def add(self, correction: Correction) -> None:
        if correction.audit is not None:
            asked = sa.and_(CORRECTION.c.drawing_id == correction.audit, CORRECTION.c.head == correction.head.value)
            if self._transaction.first(sa.select(CORRECTION.c.id).where(asked)):
                raise RefusedActionError("audited-already")
        row = {
            "agency": self._agency,
            "message_id": correction.message_id,
            "head": correction.head.value,
            "value": correction.value,
            "was": correction.was,
            "actor": correction.by,
            "at": correction.at,
            "model": correction.model,
            "source": correction.source.value,
            "drawing_id": correction.audit,
        }
        self._transaction.run(sa.insert(CORRECTION), [row])

    def reclassify(self, message_id: int, kind: Kind, service: str | None) -> None:
        change = sa.update(MESSAGE).where(self._ours, MESSAGE.c.id == message_id, MESSAGE.c.outcome.is_not(None))
        if self._transaction.run(change.values(kind=kind.value, service=service)).rowcount != 1:
            raise RefusedActionError("no-such-message")

    def corrections(self, until: int | None = None) -> list[Correction]:
        query = sa.select(CORRECTION).where(CORRECTION.c.agency == self._agency).order_by(CORRECTION.c.id)
        if until is not None:
            query = query.where(CORRECTION.c.id <= until)
        return [_correction(row) for row in self._transaction.all(query)]

    def of_message(self, message_id: int) -> list[Correction]:
        query = sa.select(CORRECTION).where(CORRECTION.c.agency == self._agency, CORRECTION.c.message_id == message_id)
        return [_correction(row) for row in self._transaction.all(query.order_by(CORRECTION.c.id))]

    def made_after(self, correction: int) -> int:
        count = sa.select(sa.func.count()).select_from(CORRECTION)
        later = count.where(CORRECTION.c.agency == self._agency, CORRECTION.c.id > correction)
        return int(self._transaction.run(later).scalar_one())

    def messages(self, message_ids: Collection[int]) -> Iterator[MessageRecord]:
        sight = in_sight(self._transaction, MESSAGE.c.id)
        for some in chunks(sorted(message_ids), CHUNK):
            query = RECORDS.where(self._ours, MESSAGE.c.outcome.is_not(None), MESSAGE.c.id.in_(some), *sight)
            yield from records_of(self._transaction, self._transaction.all(query.order_by(MESSAGE.c.id)))

    def with_digest(self, start: str) -> list[int]:
        query = sa.select(MESSAGE.c.id).where(
            self._ours,
            MESSAGE.c.digest >= start,
            MESSAGE.c.digest < f"{start}g",
            *in_sight(self._transaction, MESSAGE.c.id),
        )
        return [row.id for row in self._transaction.all(query.order_by(MESSAGE.c.id).limit(10))]

    def add_model(self, model: ModelRecord) -> None:
        row = {
            "agency": self._agency,
            "version": model.version,
            "made_at": model.made_at,
            "examples": model.examples,
            "until_correction": model.until,
            "digest": model.digest,
            "code": model.code,
            "catalogue": model.catalogue,
            "report": dict(model.report),
        }
        self._transaction.run(sa.insert(MODEL), [row])

    def models(self) -> list[ModelRecord]:
        query = sa.select(MODEL).where(MODEL.c.agency == self._agency).order_by(MODEL.c.version.desc())
        return [_model(row) for row in self._transaction.all(query)]

    def model(self, version: int) -> ModelRecord | None:
        row = self._transaction.first(
            sa.select(MODEL).where(MODEL.c.agency == self._agency, MODEL.c.version == version)
        )
        return _model(row) if row else None

    def set_state(self, state: HeadState) -> None:
        row = {
            "agency": self._agency,
            "head": state.head.value,
            "version": state.version,
            "asks": state.asks,
            "at": state.at,
            "actor": state.by,
            "why": state.why,
        }
        self._transaction.run(sa.insert(HEAD_STATE), [row])

    def states(self) -> dict[Head, HeadState]:
        last = sa.select(sa.func.max(HEAD_STATE.c.id)).where(HEAD_STATE.c.agency == self._agency)
        query = sa.select(HEAD_STATE).where(HEAD_STATE.c.id.in_(last.group_by(HEAD_STATE.c.head)))
        return {
            Head(row.head): HeadState(
                head=Head(row.head), version=row.version, asks=row.asks, at=row.at, by=row.actor, why=row.why
            )
            for row in self._transaction.all(query)
        }

    def found(self, since: datetime, until: datetime) -> Iterator[Found]:
        columns = (MESSAGE.c.id, MESSAGE.c.digest, MESSAGE.c.kind, MESSAGE.c.service, MESSAGE.c.classification)
        query = sa.select(*columns).where(
            self._ours,
            MESSAGE.c.processed_at >= since,
            MESSAGE.c.processed_at < until,
            MESSAGE.c.duplicate_of.is_(None),
            *in_sight(self._transaction, MESSAGE.c.id),
        )
        for row in self._transaction.all(query.order_by(MESSAGE.c.id)):
            yield Found(row.id, row.digest, found_of(row))

    def draw(self, drawings: Sequence[Drawing]) -> None:
        statement = self._transaction.insert_or_pass(AUDIT_DRAWING, "agency", "message_id", "head")
        for one in drawings:
            row = {
                "agency": self._agency,
                "message_id": one.message_id,
                "head": one.head.value,
                "day": one.day,
                "answer": one.answer,
                "model": one.model,
                "drawn_at": one.drawn_at,
            }
            self._transaction.write(statement, row)

    def drawn_until(self) -> date | None:
        last = sa.select(sa.func.max(AUDIT_DRAWING.c.day)).where(AUDIT_DRAWING.c.agency == self._agency)
        found: date | None = self._transaction.run(last).scalar_one()
        return found

    def drawing(self, drawing: int) -> Drawing | None:
        ours = sa.and_(AUDIT_DRAWING.c.agency == self._agency, AUDIT_DRAWING.c.id == drawing)
        row = self._transaction.first(sa.select(AUDIT_DRAWING).where(ours))
        return _drawing(row) if row else None

    def open_drawings(self) -> list[Drawing]:
        answered = sa.exists().where(
            CORRECTION.c.drawing_id == AUDIT_DRAWING.c.id, CORRECTION.c.head == AUDIT_DRAWING.c.head
        )
        query = sa.select(AUDIT_DRAWING).where(
            AUDIT_DRAWING.c.agency == self._agency, ~answered, *in_sight(self._transaction, AUDIT_DRAWING.c.message_id)
        )
        return [_drawing(row) for row in self._transaction.all(query.order_by(AUDIT_DRAWING.c.day, AUDIT_DRAWING.c.id))]

    def answered(self, head: Head, limit: int) -> list[AnsweredDrawing]:
        both = sa.and_(CORRECTION.c.drawing_id == AUDIT_DRAWING.c.id, CORRECTION.c.head == AUDIT_DRAWING.c.head)
        query = (
            sa.select(AUDIT_DRAWING.c.id, AUDIT_DRAWING.c.answer, CORRECTION.c.value)
            .select_from(AUDIT_DRAWING.join(CORRECTION, both))
            .where(AUDIT_DRAWING.c.agency == self._agency, AUDIT_DRAWING.c.head == head.value)
            .order_by(CORRECTION.c.id.desc())
            .limit(limit)
        )
        return [
            AnsweredDrawing(drawing=row.id, answer=row.answer, value=row.value) for row in self._transaction.all(query)
        ]


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        id=row.id,
        message_id=row.message_id,
        head=Head(row.head),
        value=row.value,
        was=row.was,
        by=row.actor,
        at=row.at,
        model=row.model,
        source=Source(row.source),
        audit=row.drawing_id,
    )


def _model(row: Row[Any]) -> ModelRecord:
    return ModelRecord(
        version=row.version,
        made_at=row.made_at,
        examples=row.examples,
        until=row.until_correction,
        digest=row.digest,
        code=row.code,
        catalogue=row.catalogue,
        report=MappingProxyType(row.report),
    )


def _drawing(row: Row[Any]) -> Drawing:
    return Drawing(
        id=row.id,
        message_id=row.message_id,
        head=Head(row.head),
        day=row.day,
        answer=row.answer,
        model=row.model,
        drawn_at=row.drawn_at,
    )
