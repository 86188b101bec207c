"""Licences, papers, documents, letters sent, instruments; letters with enclosures, and letters that answer nothing."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _clerk()
    _outbox_item()
    _licence()
    _licence_event()
    _licence_reminder()
    _issuance()
    _document()
    _download_link()
    _outgoing_entry()
    _instrument()
    _field_decision()
    forbid_change("licence_event")
    forbid_change("document")
    forbid_change("outgoing_entry")


def _clerk() -> None:
    op.add_column("clerk", sa.Column("role", sa.Text(), nullable=False, server_default="clerk"))
    op.add_column("clerk", sa.Column("position", sa.Text(), nullable=False, server_default=""))
    op.add_column("clerk", sa.Column("capacity", sa.Text(), nullable=False, server_default=""))


def _outbox_item() -> None:
    """SQLite cannot take NOT NULL from a column: there the table is made anew, with its rows, indexes and keys."""
    with op.batch_alter_table("outbox_item") as table:
        table.alter_column("message_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("enclosures", sa.JSON(), nullable=False, server_default="[]"))


def _content() -> list[sa.Column[Any]]:
    return [
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.Text(), nullable=False),
        sa.Column("premises", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("fee", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
    ]


def _licence() -> None:
    op.create_table(
        "licence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("search_place", sa.Text(), nullable=False),
        *_content(),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agency", "code", name="uq_licence_code"),
        sa.UniqueConstraint("agency", "service", "number", name="uq_licence_number"),
    )
    op.create_index("ix_licence_expires", "licence", ["agency", "expires_on"])
    op.create_index("ix_licence_issued", "licence", ["agency", "issued_on", "id"])
    op.create_index("ix_licence_service", "licence", ["agency", "service", "id"])
    op.create_index("ix_licence_updated", "licence", ["agency", "updated_at"])


def _licence_event() -> None:
    op.create_table(
        "licence_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("licence_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_licence_event_licence", "licence_event", ["agency", "licence_id", "id"])
    op.create_index(
        "ix_licence_event_document",
        "licence_event",
        ["agency", "document"],
        sqlite_where=sa.text("document IS NOT NULL"),
        postgresql_where=sa.text("document IS NOT NULL"),
    )


def _licence_reminder() -> None:
    op.create_table(
        "licence_reminder",
        sa.Column("licence_id", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"]),
        sa.PrimaryKeyConstraint("licence_id", "expires_on", "days"),
    )


def _issuance() -> None:
    op.create_table(
        "issuance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_content(),
        sa.Column("licence_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("follows", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("signatory", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rendition", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("outgoing_year", sa.Integer(), nullable=True),
        sa.Column("outgoing_number", sa.Integer(), nullable=True),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("batch_name", sa.Text(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_issuance_batch_name", "issuance", ["agency", "batch_name", "id"])
    op.create_index("ix_issuance_licence", "issuance", ["licence_id"])
    op.create_index("ix_issuance_message", "issuance", ["message_id"])
    op.create_index("ix_issuance_state", "issuance", ["agency", "state", "id"])
    op.create_index(
        "uq_issuance_batch",
        "issuance",
        ["agency", "batch"],
        unique=True,
        sqlite_where=sa.text("batch <> ''"),
        postgresql_where=sa.text("batch <> ''"),
    )


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("segment_offset", sa.BigInteger(), nullable=False),
        sa.Column("stored_length", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency", "digest"),
    )
    op.create_index("ix_document_place", "document", ["agency", "segment", "segment_offset"])


def _download_link() -> None:
    op.create_table(
        "download_link",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def _outgoing_entry() -> None:
    op.create_table(
        "outgoing_entry",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("agency", "year", "number"),
    )


def _instrument() -> None:
    op.create_table(
        "instrument",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("signatory", sa.JSON(), nullable=True),
        sa.Column("gazette", sa.JSON(), nullable=True),
        sa.Column("rendition", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_instrument_kind", "instrument", ["agency", "kind", "state"])
    op.create_index(
        "uq_instrument_code",
        "instrument",
        ["agency", "code"],
        unique=True,
        sqlite_where=sa.text("code <> ''"),
        postgresql_where=sa.text("code <> ''"),
    )


def _field_decision() -> None:
    op.create_table(
        "field_decision",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency", "service", "field"),
    )
