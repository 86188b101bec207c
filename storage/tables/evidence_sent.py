"""Table of letters as they were handed over."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class SentCopyRow(Row, table=True):
    """One attempt at a letter; its bytes are in the archive. Triggers forbid change and removal, but of the place."""

    __tablename__ = "sent_copy"
    __table_args__ = (Index("ix_sent_copy_place", "segment", "segment_offset"),)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    item: str = Field(primary_key=True, sa_type=CleanText, foreign_key="outbox_item.id")
    attempt: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcTime)
    digest: str = Field(sa_type=CleanText)
    size: int = Field(sa_type=sa.BigInteger)
    segment: str = Field(sa_type=CleanText)
    segment_offset: int = Field(sa_type=sa.BigInteger)
    stored_length: int = Field(sa_type=sa.BigInteger)
    reply: str = Field(sa_type=CleanText)
    accepted: bool
