"""How full mailboxes are, and mail that was moved within them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_use",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("limit_bytes", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("agency", "channel", "account"),
    )
    op.create_table(
        "clearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clearing_agency", "clearing", ["agency", "id"])
    op.create_table(
        "cleared_message",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("clearing_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["clearing_id"], ["clearing.id"]),
    )
    op.create_index("ix_cleared_message_clearing_id", "cleared_message", ["clearing_id"])
    for table in ("clearing", "cleared_message"):
        forbid_change(table)
