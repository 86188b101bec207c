"""How far the full-text index goes, which messages are secret, and who may open them.

The index itself is no part of the schema: it is made of the messages, bit by bit, by the running program.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_state",
        sa.Column("agency", sa.Text(), primary_key=True),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
    )
    op.create_table(
        "search_wait",
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("agency", sa.Text(), nullable=False),
    )
    op.create_index(
        "ix_message_secret",
        "message",
        ["agency", "id"],
        sqlite_where=sa.text('instr(classification, \'"secrecy":"none"\') = 0'),
        postgresql_where=sa.text("classification ->> 'secrecy' <> 'none'"),
    )
    op.create_table(
        "clearance",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
    )
    op.create_index("ix_clearance_username", "clearance", ["agency", "username", "id"])
    forbid_change("clearance")
