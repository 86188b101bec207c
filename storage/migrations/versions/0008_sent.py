"""Letters as they were handed over."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FACTS = ("agency", "item", "attempt", "at", "digest", "size", "reply", "accepted")
"""Only the place may change: a segment is sealed, or written anew."""


def upgrade() -> None:
    op.create_table(
        "sent_copy",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("segment_offset", sa.BigInteger(), nullable=False),
        sa.Column("stored_length", sa.BigInteger(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["outbox_item.id"]),
        sa.PrimaryKeyConstraint("agency", "item", "attempt"),
    )
    op.create_index("ix_sent_copy_place", "sent_copy", ["segment", "segment_offset"])
    forbid_change("sent_copy", of=FACTS)
