"""Tables of who read what, of requests about personal data, of cases kept from sight, and of breaches."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class ReadLogRow(Row, table=True):
    """Somebody was shown personal data. Triggers forbid change and removal."""

    __tablename__ = "read_log"
    __table_args__ = (
        Index("ix_read_log_at", "agency", "at", "id"),
        Index("ix_read_log_actor", "agency", "actor", "id"),
        Index("ix_read_log_key", "agency", "key", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    what: str = Field(sa_type=CleanText)
    key: str = Field(sa_type=CleanText)
    how: str = Field(sa_type=CleanText)
    listed: str = Field(sa_type=CleanText)
    """Rows that a list showed, each between blanks; empty for what is no list."""


class DataRequestRow(Row, table=True):
    """What somebody asks about their own data."""

    __tablename__ = "data_request"

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    kind: str = Field(sa_type=CleanText)
    year: int | None = None
    number: int | None = None
    name: str = Field(sa_type=CleanText)
    email: str = Field(sa_type=CleanText)
    wish: str = Field(sa_type=CleanText)
    received_at: datetime = Field(sa_type=UtcTime)
    entered_at: datetime = Field(sa_type=UtcTime)
    entered_by: str = Field(sa_type=CleanText)
    state: str = Field(sa_type=CleanText)
    answer: str = Field(sa_type=CleanText)
    answered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    answered_by: str = Field(sa_type=CleanText)
    letter: str = Field(sa_type=CleanText)


class RestrictionRow(Row, table=True):
    """A case kept from sight; one at a time may hold for a case."""

    __tablename__ = "restriction"
    __table_args__ = (
        Index(
            "ix_restriction_case",
            "agency",
            "year",
            "number",
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    year: int
    number: int
    request: int | None = None
    reason: str = Field(sa_type=CleanText)
    people: list[Any] = Field(sa_type=sa.JSON)
    placed_at: datetime = Field(sa_type=UtcTime)
    placed_by: str = Field(sa_type=CleanText)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    lifted_by: str = Field(sa_type=CleanText)
    lift_reason: str = Field(sa_type=CleanText)


class BreachRow(Row, table=True):
    """An incident as it is assessed now; each assessment is a step as well."""

    __tablename__ = "breach"

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    title: str = Field(sa_type=CleanText)
    known_at: datetime = Field(sa_type=UtcTime)
    opened_at: datetime = Field(sa_type=UtcTime)
    opened_by: str = Field(sa_type=CleanText)
    kinds: list[Any] = Field(sa_type=sa.JSON)
    nature: str = Field(sa_type=CleanText)
    people: int | None = None
    records: int | None = None
    effects: str = Field(sa_type=CleanText)
    measures: str = Field(sa_type=CleanText)
    advice: str = Field(sa_type=CleanText)
    late_reason: str = Field(sa_type=CleanText)
    risk: str = Field(sa_type=CleanText)
    notified_at: datetime | None = Field(default=None, sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class BreachStepRow(Row, table=True):
    """One thing that was done about an incident. Triggers forbid change and removal."""

    __tablename__ = "breach_step"
    __table_args__ = (Index("ix_breach_step_breach", "breach", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    breach: int = Field(foreign_key="breach.id")
    kind: str = Field(sa_type=CleanText)
    happened_at: datetime = Field(sa_type=UtcTime)
    noted_at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    text: str = Field(sa_type=CleanText)
