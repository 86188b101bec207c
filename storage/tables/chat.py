"""Tables of conversations: what a platform delivered, who writes, and what becomes one submission of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row


def _partial(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    where = sa.text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


ACCOUNT = ("agency", "channel", "account")
WHEN = ("occurred_at", "id")


class ChatEventRow(Row, table=True):
    """One event as it was delivered; what it says is written once, and no row is removed: triggers forbid it.

    What follows from it changes: the columns from `content_state` to `handled`.
    """

    __tablename__ = "chat_event"
    __table_args__ = (
        UniqueConstraint(*ACCOUNT, "event_id", name="uq_chat_event_event_id"),
        Index("ix_chat_event_recent", *ACCOUNT, *WHEN),
        Index("ix_chat_event_delivery", *ACCOUNT, "delivery"),
        _partial("ix_chat_event_unhandled", "NOT handled", *ACCOUNT, *WHEN),
        _partial("ix_chat_event_message", "message_id <> ''", *ACCOUNT, "message_id"),
        _partial("ix_chat_event_person", "person <> ''", *ACCOUNT, "person", *WHEN),
        _partial("ix_chat_event_conversation", "conversation <> ''", *ACCOUNT, "conversation", *WHEN),
        _partial(
            "ix_chat_event_content",
            "content_state <> 'none'",
            *("agency", "content_state", "channel", "account", "content_due_at", "id"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    channel: str = Field(sa_type=CleanText)
    account: str = Field(sa_type=CleanText)
    event_id: str = Field(sa_type=CleanText)
    kind: str = Field(sa_type=CleanText)
    person: str = Field(sa_type=CleanText)
    room: str = Field(sa_type=CleanText)
    occurred_at: datetime = Field(sa_type=UtcTime)
    received_at: datetime = Field(sa_type=UtcTime)
    redelivered: bool
    reply_token: str = Field(sa_type=CleanText)
    message_id: str = Field(sa_type=CleanText)
    """The platform's id of the message that it brings; empty where it brings none."""
    unsent: str = Field(sa_type=CleanText)
    data: str = Field(sa_type=CleanText)
    delivery: str = Field(sa_type=CleanText)
    defect: str = Field(sa_type=CleanText)
    content_state: str = Field(sa_type=CleanText)
    content_file: str = Field(sa_type=CleanText)
    content_size: int = Field(sa_type=sa.BigInteger)
    content_sha256: str = Field(sa_type=CleanText)
    content_media_type: str = Field(sa_type=CleanText)
    content_attempts: int
    content_due_at: datetime | None = Field(default=None, sa_type=UtcTime)
    content_note: str = Field(sa_type=CleanText)
    unsent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    conversation: str = Field(sa_type=CleanText)
    handled: bool
    message: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    raw: str = Field(sa_type=CleanText)


class ChatUnsendRow(Row, table=True):
    """A message that was taken back, also one that has not come yet. Written once."""

    __tablename__ = "chat_unsend"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    channel: str = Field(primary_key=True, sa_type=CleanText)
    account: str = Field(primary_key=True, sa_type=CleanText)
    message_id: str = Field(primary_key=True, sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)


class ChatPersonRow(Row, table=True):
    """What is known of somebody who writes."""

    __tablename__ = "chat_person"
    __table_args__ = (_partial("ix_chat_person_blocked", "blocked_at IS NOT NULL", "agency"),)

    agency: str = Field(primary_key=True, sa_type=CleanText)
    channel: str = Field(primary_key=True, sa_type=CleanText)
    account: str = Field(primary_key=True, sa_type=CleanText)
    person: str = Field(primary_key=True, sa_type=CleanText)
    name: str = Field(sa_type=CleanText)
    given_name: str = Field(sa_type=CleanText)
    email: str = Field(sa_type=CleanText)
    email_proven_at: datetime | None = Field(default=None, sa_type=UtcTime)
    code_hash: str = Field(sa_type=CleanText)
    code_email: str = Field(sa_type=CleanText)
    code_expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    code_tries: int
    codes_sent_at: list[Any] = Field(sa_type=sa.JSON)
    blocked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    greeted_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ConversationRow(Row, table=True):
    """What becomes one submission. Of one person only one is open."""

    __tablename__ = "conversation"
    __table_args__ = (
        _partial("uq_conversation_open", "state = 'open' AND person <> ''", *ACCOUNT, "person", unique=True),
        _partial("ix_conversation_open", "state = 'open'", *ACCOUNT, "closes_at", "conversation"),
        _partial("ix_conversation_closed", "state = 'closed'", *ACCOUNT, "opened_at", "conversation"),
    )

    agency: str = Field(primary_key=True, sa_type=CleanText)
    channel: str = Field(primary_key=True, sa_type=CleanText)
    account: str = Field(primary_key=True, sa_type=CleanText)
    conversation: str = Field(primary_key=True, sa_type=CleanText)
    """Id of its first event."""
    person: str = Field(sa_type=CleanText)
    state: str = Field(sa_type=CleanText)
    step: str = Field(sa_type=CleanText)
    opened_at: datetime = Field(sa_type=UtcTime)
    closes_at: datetime = Field(sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    service: str = Field(sa_type=CleanText)
    documents: list[Any] = Field(sa_type=sa.JSON)
    """Of each: index in the service's list, and id of the event that brought it."""
    awaited: int | None = None
    name: str = Field(sa_type=CleanText)
    email: str = Field(sa_type=CleanText)
    answers: str = Field(sa_type=CleanText)
    reply_token: str = Field(sa_type=CleanText)
    reply_token_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ChatCursorRow(Row, table=True):
    """Up to which place of its spool the deliveries of an account are in the books."""

    __tablename__ = "chat_cursor"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    channel: str = Field(primary_key=True, sa_type=CleanText)
    account: str = Field(primary_key=True, sa_type=CleanText)
    place: str = Field(sa_type=CleanText)
