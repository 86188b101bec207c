"""Tables of copies kept elsewhere, of drills, of re-readings, and of numbers lost between a backup and its restore."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class BackupRunRow(Row, table=True):
    """One attempt at a copy."""

    __tablename__ = "backup_run"
    __table_args__ = (Index("ix_backup_run_target", "agency", "target", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    target: str = Field(sa_type=CleanText)
    started_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    point: str = Field(sa_type=CleanText)
    bytes_read: int = Field(sa_type=sa.BigInteger)
    bytes_added: int = Field(sa_type=sa.BigInteger)
    tables: dict[str, Any] = Field(sa_type=sa.JSON)
    messages: int
    error: str = Field(sa_type=CleanText)
    verified_at: datetime | None = Field(default=None, sa_type=UtcTime)
    forgotten_at: datetime | None = Field(default=None, sa_type=UtcTime)


class DrillRow(Row, table=True):
    """A restore that was compared. Triggers forbid change and removal."""

    __tablename__ = "drill"
    __table_args__ = (Index("ix_drill_agency", "agency", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    target: str = Field(sa_type=CleanText)
    point: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    seconds: float
    messages: int
    bytes: int = Field(sa_type=sa.BigInteger)
    differences: list[Any] = Field(sa_type=sa.JSON)
    """Of each: subject and text."""


class BackupCheckRow(Row, table=True):
    """A reading of part of what a target holds. Triggers forbid change and removal."""

    __tablename__ = "backup_check"
    __table_args__ = (Index("ix_backup_check_target", "agency", "target", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    target: str = Field(sa_type=CleanText)
    part: int
    parts: int
    at: datetime = Field(sa_type=UtcTime)
    differences: list[Any] = Field(sa_type=sa.JSON)
    """Of each: subject and text."""


class FixityRunRow(Row, table=True):
    """A re-reading of part of the archive. Triggers forbid change and removal."""

    __tablename__ = "fixity_run"
    __table_args__ = (Index("ix_fixity_run_agency", "agency", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    seconds: float
    segments: list[Any] = Field(sa_type=sa.JSON)
    records: int
    bytes: int = Field(sa_type=sa.BigInteger)
    healed: list[Any] = Field(sa_type=sa.JSON)
    damaged: list[Any] = Field(sa_type=sa.JSON)
    """Of each: subject and text."""


class SegmentReadingRow(Row, table=True):
    """When a segment was last read from end to end."""

    __tablename__ = "segment_reading"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    segment: str = Field(primary_key=True, sa_type=CleanText)
    read_at: datetime = Field(sa_type=UtcTime)


class NumberFenceRow(Row, table=True):
    """A restore of these books: until it is lifted no number is given (G8)."""

    __tablename__ = "number_fence"

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    required_at: datetime = Field(sa_type=UtcTime)
    point: str = Field(sa_type=CleanText)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    lifted_by: str = Field(sa_type=CleanText)
    stated: list[Any] = Field(sa_type=sa.JSON)
    """Of each statement: series, year, last number, and who or what says so."""


class NumberVoidRow(Row, table=True):
    """Numbers in a row that may have been given and of which these books know no more. Triggers forbid change and removal."""

    __tablename__ = "number_void"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    register_: str = Field(primary_key=True, sa_type=CleanText, sa_column_kwargs={"name": "register"})
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
    voided_at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    reason: str = Field(sa_type=CleanText)
