"""Tables of retention classes, holds and destruction lists."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class CaseRetentionRow(Row, table=True):
    """A case that somebody put into another class than that of its service."""

    __tablename__ = "case_retention"

    agency: str = Field(sa_type=CleanText, primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    class_key: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
    assigned_at: datetime = Field(sa_type=UtcTime)
    assigned_by: str = Field(sa_type=CleanText)


class HoldRow(Row, table=True):
    """A case that must be kept; one at a time may hold for a case."""

    __tablename__ = "hold"
    __table_args__ = (
        Index(
            "ix_hold_case",
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
    reason: str = Field(sa_type=CleanText)
    placed_at: datetime = Field(sa_type=UtcTime)
    placed_by: str = Field(sa_type=CleanText)
    asked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    asked_by: str = Field(sa_type=CleanText)
    ask_reason: str = Field(sa_type=CleanText)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    lifted_by: str = Field(sa_type=CleanText)


class DestructionListRow(Row, table=True):
    """A yearly survey, and what the committee decided."""

    __tablename__ = "destruction_list"

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    year: int
    state: str = Field(sa_type=CleanText)
    made_at: datetime = Field(sa_type=UtcTime)
    made_by: str = Field(sa_type=CleanText)
    members: list[Any] = Field(sa_type=sa.JSON)
    decided_on: date | None = None
    document: str = Field(sa_type=CleanText)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    closed_by: str = Field(sa_type=CleanText)
    close_reason: str = Field(sa_type=CleanText)


class DestructionItemRow(Row, table=True):
    """One case on a list."""

    __tablename__ = "destruction_item"
    __table_args__ = (Index("ix_destruction_item_case", "agency", "year", "number"),)

    list_id: int = Field(foreign_key="destruction_list.id", primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    agency: str = Field(sa_type=CleanText)
    class_key: str = Field(sa_type=CleanText)
    class_name: str = Field(sa_type=CleanText)
    ended: int
    due: int
    proposal: str = Field(sa_type=CleanText)
    verdict: str = Field(sa_type=CleanText)
    note: str = Field(sa_type=CleanText)


class TransferRow(Row, table=True):
    """A package for the National Archives. Triggers forbid change and removal."""

    __tablename__ = "transfer"

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    list_id: int = Field(foreign_key="destruction_list.id")
    made_at: datetime = Field(sa_type=UtcTime)
    made_by: str = Field(sa_type=CleanText)
    profile: str = Field(sa_type=CleanText)
    cases: int
    files: int
    manifest: str = Field(sa_type=CleanText)
