"""Tables of what comes in and of what goes out."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Index, UniqueConstraint

from storage.columns import CleanText, UtcTime
from storage.tables.row import Row

SECRET = sa.text('instr(classification, \'"secrecy":"none"\') = 0')
"""Marked with a grade of secrecy (R58). Text is compared: what damage left there must not make reading it fail."""
NOT_SECRET = sa.text('instr(classification, \'"secrecy":"none"\') > 0')
SECRET_POSTGRESQL = sa.text("classification ->> 'secrecy' <> 'none'")


class MessageRow(Row, table=True):
    """The message log: custody, then what was read, understood and decided. Nothing is ever removed.

    The long text stands last, so that a look at the other columns does not read it.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("agency", "channel", "account", "external_id", name="uq_message_external_id"),
        Index("ix_message_agency", "agency", "id"),
        Index("ix_message_digest", "agency", "digest"),
        Index("ix_message_place", "segment", "segment_offset"),
        Index(
            "ix_message_fingerprint",
            "agency",
            "fingerprint",
            sqlite_where=sa.text("fingerprint <> ''"),
            postgresql_where=sa.text("fingerprint <> ''"),
        ),
        Index(
            "ix_message_text_key",
            "agency",
            "text_key",
            sqlite_where=sa.text("text_key <> ''"),
            postgresql_where=sa.text("text_key <> ''"),
        ),
        Index(
            "ix_message_sender",
            "agency",
            "sender_key",
            sqlite_where=sa.text("sender_key <> ''"),
            postgresql_where=sa.text("sender_key <> ''"),
        ),
        Index(
            "ix_message_follows",
            "agency",
            "follows_year",
            "follows_number",
            sqlite_where=sa.text("follows_number IS NOT NULL"),
            postgresql_where=sa.text("follows_number IS NOT NULL"),
        ),
        Index("ix_message_secret", "agency", "id", sqlite_where=SECRET, postgresql_where=SECRET_POSTGRESQL),
        Index("ix_message_view", "agency", "outcome", "urgency_rank", "deemed_received_at", "id"),
        Index("ix_message_all", "agency", "urgency_rank", "deemed_received_at", "id", "outcome", "search_text"),
        Index(
            "ix_message_pending",
            "agency",
            "entered_system_at",
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        ),
        Index(
            "ix_message_untaken",
            "agency",
            "channel",
            "account",
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    channel: str = Field(sa_type=CleanText)
    account: str = Field(sa_type=CleanText)
    external_id: str = Field(sa_type=CleanText)
    folder: str = Field(sa_type=CleanText)
    entered_system_at: datetime = Field(sa_type=UtcTime)
    announced_size: int = Field(sa_type=sa.BigInteger)
    digest: str = Field(sa_type=CleanText)
    size: int = Field(sa_type=sa.BigInteger)
    segment: str = Field(sa_type=CleanText)
    segment_offset: int = Field(sa_type=sa.BigInteger)
    stored_length: int = Field(sa_type=sa.BigInteger)
    arrived_at: datetime = Field(sa_type=UtcTime)
    attempts: int = 0
    taken_at: datetime | None = Field(default=None, sa_type=UtcTime)
    outcome: str | None = Field(default=None, sa_type=CleanText)
    """Null until the message is decided."""
    rule: str | None = Field(default=None, sa_type=CleanText)
    registered: bool | None = None
    letter: str | None = Field(default=None, sa_type=CleanText)
    redirect_agency: str | None = Field(default=None, sa_type=CleanText)
    decision_reasons: list[Any] | None = Field(default=None, sa_type=sa.JSON)
    decided_by: str = Field(default="", sa_type=CleanText)
    clerk_reason: str = Field(default="", sa_type=CleanText)
    kind: str | None = Field(default=None, sa_type=CleanText)
    service: str | None = Field(default=None, sa_type=CleanText)
    urgency_rank: int = 0
    classification: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    deemed_received_at: datetime | None = Field(default=None, sa_type=UtcTime)
    processed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    follows_year: int | None = None
    follows_number: int | None = None
    duplicate_of: str | None = Field(default=None, sa_type=CleanText)
    fingerprint: str = Field(default="", sa_type=CleanText)
    text_key: str = Field(default="", sa_type=CleanText)
    sender_name: str = Field(default="", sa_type=CleanText)
    sender_address: str = Field(default="", sa_type=CleanText)
    sender_key: str = Field(default="", sa_type=CleanText)
    """The same in small letters, to find by."""
    subject: str = Field(default="", sa_type=CleanText)
    header_id: str = Field(default="", sa_type=CleanText)
    """The Message-ID."""
    search_text: str = Field(default="", sa_type=CleanText)
    """Subject and sender in the spelling in which the queue searches."""
    reading: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    text: str = Field(default="", sa_type=CleanText)


class AttachmentRow(Row, table=True):
    """One leaf part of a message; its bytes are in the archive, inside the message."""

    __tablename__ = "attachment"

    message_id: int = Field(primary_key=True, foreign_key="message.id")
    part: int = Field(primary_key=True)
    agency: str = Field(sa_type=CleanText)
    name: str = Field(sa_type=CleanText)
    media_type: str = Field(sa_type=CleanText)
    declared_type: str = Field(sa_type=CleanText)
    size: int = Field(sa_type=sa.BigInteger)
    sha256: str = Field(sa_type=CleanText)
    inline: bool
    withdrawn: bool = False
    """The sender took it back: hidden from ordinary view (R117)."""


class OutboxItemRow(Row, table=True):
    """A letter that is owed, or was sent."""

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index(
            "ix_outbox_item_due",
            "agency",
            "channel",
            "due_at",
            sqlite_where=sa.text("state IN ('pending', 'deferred')"),
            postgresql_where=sa.text("state IN ('pending', 'deferred')"),
        ),
        Index(
            "ix_outbox_item_unsent",
            "agency",
            "state",
            sqlite_where=sa.text("state <> 'sent'"),
            postgresql_where=sa.text("state <> 'sent'"),
        ),
        Index("ix_outbox_item_address", "agency", "to_address", "created_at"),
        Index("ix_outbox_item_message", "message_id"),
    )

    id: str = Field(primary_key=True, sa_type=CleanText)
    agency: str = Field(sa_type=CleanText)
    message_id: int | None = Field(default=None, foreign_key="message.id")
    """Null for a letter that answers no message."""
    channel: str = Field(sa_type=CleanText)
    letter: str = Field(sa_type=CleanText)
    to: str = Field(sa_type=CleanText)
    to_address: str = Field(sa_type=CleanText)
    """The same in small letters, to count by."""
    to_name: str = Field(sa_type=CleanText)
    in_reply_to: str = Field(sa_type=CleanText)
    references: list[Any] = Field(sa_type=sa.JSON)
    created_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(sa_type=CleanText)
    attempts: int
    reply: str = Field(sa_type=CleanText)
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    uncertain: bool
    subject: str = Field(sa_type=CleanText)
    text: str = Field(sa_type=CleanText)
    html: str = Field(sa_type=CleanText)
    enclosures: list[Any] = Field(sa_type=sa.JSON)
    """Of each document that goes with it: digest, name, media type."""
    card: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    """What stands beside the words, for channels that show it."""


class EventRow(Row, table=True):
    """Who did what, when and why. Triggers forbid change and removal."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_message", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    agency: str = Field(sa_type=CleanText)
    name: str = Field(sa_type=CleanText)
    at: datetime = Field(sa_type=UtcTime)
    message_id: int | None = Field(default=None, foreign_key="message.id")
    actor: str = Field(sa_type=CleanText)
    detail: str = Field(sa_type=CleanText)


class AccountRow(Row, table=True):
    """What is known of a mailbox beside its messages."""

    __tablename__ = "account"

    agency: str = Field(primary_key=True, sa_type=CleanText)
    channel: str = Field(primary_key=True, sa_type=CleanText)
    account: str = Field(primary_key=True, sa_type=CleanText)
    started_at: datetime | None = Field(default=None, sa_type=UtcTime)
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    polled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    error: str = Field(default="", sa_type=CleanText)
