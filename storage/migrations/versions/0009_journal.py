"""How far the journal tells what is in the books, and numbers and letters that only it knows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _cursor()
    _claims()
    _letters()


def _cursor() -> None:
    op.create_table(
        "journal_cursor",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("counters", sa.JSON(), nullable=False),
        sa.Column("letters", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("reckoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency"),
    )


def _claims() -> None:
    op.create_table(
        "number_claim",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number"),
    )
    op.create_index(
        "ix_number_claim_open",
        "number_claim",
        ["agency", "register", "year", "number"],
        sqlite_where=sa.text("closed_at IS NULL"),
    )


def _letters() -> None:
    op.create_table(
        "letter_claim",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency", "item"),
    )
    op.create_index("ix_letter_claim_open", "letter_claim", ["agency"], sqlite_where=sa.text("closed_at IS NULL"))
