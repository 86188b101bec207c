"""Tables of how full mailboxes are, and of mail that was moved within them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


class MailboxUseRow(Row, table=True):
    """How full a mailbox was when it was last looked at."""

    __tablename__ = "mailbox_use"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    channel: str = Field(primary_key=True, sa_type=CleanText)
    account: str = Field(primary_key=True, sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    used: int = Field(sa_type=sa.BigInteger)
    limit_: int | None = Field(default=None, sa_type=sa.BigInteger, sa_column_kwargs={"name": "limit_bytes"})


class ClearingRow(Row, table=True):
    """Mail that was moved within a mailbox. Triggers forbid change and removal."""

    __tablename__ = "clearing"
    __table_args__ = (Index("ix_clearing_agency", "agency", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    channel: str = Field(sa_type=CleanText)
    account: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    actor: str = Field(sa_type=CleanText)
    folder: str = Field(sa_type=CleanText)
    size: int = Field(sa_type=sa.BigInteger)


class ClearedMessageRow(Row, table=True):
    """One message of a clearing. Triggers forbid change and removal."""

    __tablename__ = "cleared_message"

    message_id: int = Field(primary_key=True, foreign_key="message.id", sa_column_kwargs={"autoincrement": False})
    agency: str = Field(sa_type=CleanText)
    clearing_id: int = Field(foreign_key="clearing.id", index=True)
