"""Tables of requests that seem to be the same."""

from datetime import datetime

from sqlmodel import Field, Index, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class SameRequestRow(Row, table=True):
    """Two messages that seem to bring the same request."""

    __tablename__ = "same_request"
    __table_args__ = (
        UniqueConstraint("message_id", "other_id", name="uq_same_request_pair"),
        Index("ix_same_request_other", "other_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    message_id: int = Field(foreign_key="message.id")
    other_id: int = Field(foreign_key="message.id")
    score: float
    keys: str = Field(sa_type=CleanText)
    """Their names, parted by blanks."""
    state: str = Field(sa_type=CleanText)
    found_at: datetime = Field(sa_type=UtcTime)
    decided_by: str = Field(default="", sa_type=CleanText)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)


class MatchCursorRow(Row, table=True):
    """How far the register was compared."""

    __tablename__ = "match_cursor"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    year: int
    number: int
