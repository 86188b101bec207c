"""Tables of corrections, of trained models, of what answers, and of the audit."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class CorrectionRow(Row, table=True):
    """A clerk's answer to one question about one message. Triggers forbid change and removal."""

    __tablename__ = "correction"
    __table_args__ = (
        Index("ix_correction_agency", "agency", "id"),
        Index("ix_correction_message", "message_id"),
        UniqueConstraint("drawing_id", "head", name="uq_correction_drawing"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    message_id: int = Field(foreign_key="message.id")
    head: str = Field(sa_type=CleanText)
    value: str = Field(sa_type=CleanText)
    was: str = Field(sa_type=CleanText)
    actor: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    model: str = Field(sa_type=CleanText)
    source: str = Field(sa_type=CleanText)
    drawing_id: int | None = Field(default=None, foreign_key="audit_drawing.id")


class ModelRow(Row, table=True):
    """One training. Triggers forbid change and removal."""

    __tablename__ = "model"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    made_at: datetime = Field(sa_type=UtcTime)
    examples: int
    until_correction: int
    digest: str = Field(sa_type=CleanText)
    code: str = Field(sa_type=CleanText)
    catalogue: str = Field(sa_type=CleanText)
    report: dict[str, Any] = Field(sa_type=sa.JSON)


class HeadStateRow(Row, table=True):
    """By what a question is answered from then on. Triggers forbid change and removal."""

    __tablename__ = "head_state"
    __table_args__ = (Index("ix_head_state_head", "agency", "head", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    head: str = Field(sa_type=CleanText)
    version: int
    asks: bool
    at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    why: str = Field(sa_type=CleanText)


class AuditDrawingRow(Row, table=True):
    """A message that was drawn for the audit. Triggers forbid change and removal."""

    __tablename__ = "audit_drawing"
    __table_args__ = (
        UniqueConstraint("agency", "message_id", "head", name="uq_audit_drawing_message"),
        Index("ix_audit_drawing_day", "agency", "day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    message_id: int = Field(foreign_key="message.id")
    head: str = Field(sa_type=CleanText)
    day: date
    answer: str = Field(sa_type=CleanText)
    model: str = Field(sa_type=CleanText)
    drawn_at: datetime = Field(sa_type=UtcTime)
