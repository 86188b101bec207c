"""Tables of the journal, and of numbers and letters that only it knows."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class JournalCursorRow(Row, table=True):
    """How far the journal tells what is in the books."""

    __tablename__ = "journal_cursor"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    generation: int
    seq: int
    counters: list[Any] = Field(sa_type=sa.JSON)
    """Of each series: its name, year and last number."""
    letters: int = Field(sa_type=sa.BigInteger)
    token: str = Field(sa_type=CleanText)
    mark: str = Field(sa_type=CleanText)
    kept_at: datetime | None = Field(default=None, sa_type=UtcTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    error: str = Field(sa_type=CleanText)
    reckoned_at: datetime | None = Field(default=None, sa_type=UtcTime)


class NumberClaimRow(Row, table=True):
    """A number that was given before a restore. Open until its message is entered again, or it is void."""

    __tablename__ = "number_claim"
    __table_args__ = (
        Index(
            "ix_number_claim_open", "agency", "register", "year", "number", sqlite_where=sa.text("closed_at IS NULL")
        ),
    )

    agency: str = Field(primary_key=True, sa_type=CleanText)
    register_: str = Field(primary_key=True, sa_type=CleanText, sa_column_kwargs={"name": "register"})
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seal: bytes = Field(sa_type=sa.LargeBinary)
    entered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    deemed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    message_id: int | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class LetterClaimRow(Row, table=True):
    """A letter that went out before a restore, and that the outbox does not hold. Open until it does."""

    __tablename__ = "letter_claim"
    __table_args__ = (Index("ix_letter_claim_open", "agency", sqlite_where=sa.text("closed_at IS NULL")),)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    item: str = Field(primary_key=True, sa_type=CleanText)
    letter: str = Field(sa_type=CleanText)
    seal: bytes = Field(sa_type=sa.LargeBinary)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
