"""The table of what was read in attachments."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class AttachmentReadingRow(Row, table=True):
    """What was read in one attachment. The long text stands last, so that a look at the others does not read it."""

    __tablename__ = "attachment_reading"
    __table_args__ = (
        Index(
            "ix_attachment_reading_open",
            "agency",
            "state",
            sqlite_where=sa.text("state IN ('begun', 'waits')"),
            postgresql_where=sa.text("state IN ('begun', 'waits')"),
        ),
    )

    message_id: int = Field(primary_key=True, foreign_key="message.id")
    part: int = Field(primary_key=True)
    agency: str = Field(sa_type=CleanText)
    state: str = Field(sa_type=CleanText)
    attempts: int
    read_at: datetime = Field(sa_type=UtcTime)
    """When it was read; of one that is still to be read, when it was last tried."""
    pages: int
    pictured_from: int | None = None
    """Character of the text at which OCR begins."""
    codes: list[Any] = Field(sa_type=sa.JSON)
    findings: list[Any] = Field(sa_type=sa.JSON)
    """Code and detail of each."""
    text: str = Field(sa_type=CleanText)
