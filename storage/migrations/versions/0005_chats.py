"""Conversations; letters with cards, attachments that were taken back, messages found by sender and by earlier case."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _mail()
    _chat_event()
    _chat_unsend()
    _chat_person()
    _conversation()
    _chat_cursor()
    forbid_change("chat_event", of=FACTS)
    forbid_change("chat_unsend")


FACTS = (
    *("agency", "channel", "account", "event_id", "kind", "person", "room", "occurred_at", "received_at"),
    *("redelivered", "reply_token", "message_id", "unsent", "data", "delivery", "defect", "message", "raw"),
)
"""What an event says; what follows from it is in the other columns."""

ACCOUNT = ("agency", "channel", "account")
WHEN = ("occurred_at", "id")


def _mail() -> None:
    op.add_column("outbox_item", sa.Column("card", sa.JSON(), nullable=True))
    op.add_column("attachment", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("sender_key", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE message SET sender_key = lower(sender_address) WHERE sender_address <> ''")
    _partial_index("ix_message_sender", "message", "sender_key <> ''", "agency", "sender_key")
    joined = ("agency", "follows_year", "follows_number")
    _partial_index("ix_message_follows", "message", "follows_number IS NOT NULL", *joined)


def _partial_index(name: str, table: str, condition: str, *columns: str, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=where, postgresql_where=where)


def _chat_event() -> None:
    op.create_table(
        "chat_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redelivered", sa.Boolean(), nullable=False),
        sa.Column("reply_token", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("unsent", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("defect", sa.Text(), nullable=False),
        sa.Column("content_state", sa.Text(), nullable=False),
        sa.Column("content_file", sa.Text(), nullable=False),
        sa.Column("content_size", sa.BigInteger(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("content_media_type", sa.Text(), nullable=False),
        sa.Column("content_attempts", sa.Integer(), nullable=False),
        sa.Column("content_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_note", sa.Text(), nullable=False),
        sa.Column("unsent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("handled", sa.Boolean(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(*ACCOUNT, "event_id", name="uq_chat_event_event_id"),
    )
    op.create_index("ix_chat_event_recent", "chat_event", [*ACCOUNT, *WHEN])
    op.create_index("ix_chat_event_delivery", "chat_event", [*ACCOUNT, "delivery"])
    for name, condition, columns in (
        ("ix_chat_event_unhandled", "NOT handled", (*ACCOUNT, *WHEN)),
        ("ix_chat_event_message", "message_id <> ''", (*ACCOUNT, "message_id")),
        ("ix_chat_event_person", "person <> ''", (*ACCOUNT, "person", *WHEN)),
        ("ix_chat_event_conversation", "conversation <> ''", (*ACCOUNT, "conversation", *WHEN)),
        (
            "ix_chat_event_content",
            "content_state <> 'none'",
            ("agency", "content_state", "channel", "account", "content_due_at", "id"),
        ),
    ):
        _partial_index(name, "chat_event", condition, *columns)


def _chat_unsend() -> None:
    op.create_table(
        "chat_unsend",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*ACCOUNT, "message_id"),
    )


def _chat_person() -> None:
    op.create_table(
        "chat_person",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("code_email", sa.Text(), nullable=False),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("codes_sent_at", sa.JSON(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(*ACCOUNT, "person"),
    )
    _partial_index("ix_chat_person_blocked", "chat_person", "blocked_at IS NOT NULL", "agency")


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("awaited", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("reply_token", sa.Text(), nullable=False),
        sa.Column("reply_token_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(*ACCOUNT, "conversation"),
    )
    one_open = "state = 'open' AND person <> ''"
    _partial_index("uq_conversation_open", "conversation", one_open, *ACCOUNT, "person", unique=True)
    for state, when in (("open", "closes_at"), ("closed", "opened_at")):
        columns = (*ACCOUNT, when, "conversation")
        _partial_index(f"ix_conversation_{state}", "conversation", f"state = '{state}'", *columns)


def _chat_cursor() -> None:
    op.create_table(
        "chat_cursor",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*ACCOUNT),
    )
