"""The register of letters received: counters, entries, what is void, and cases."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _register_counter()
    _register_entry()
    _case_file()
    _register_void()
    forbid_change("register_entry")
    forbid_change("register_void")


def _register_counter() -> None:
    op.create_table(
        "register_counter",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "register", "year"),
    )


def _register_entry() -> None:
    op.create_table(
        "register_entry",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("letter_no", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("entered_system_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deemed_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number"),
        sa.UniqueConstraint("message_id", name="uq_register_entry_message"),
    )


def _case_file() -> None:
    op.create_table(
        "case_file",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("follows_year", sa.Integer(), nullable=True),
        sa.Column("follows_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency", "register", "year", "number"],
            ["register_entry.agency", "register_entry.register", "register_entry.year", "register_entry.number"],
            name="fk_case_file_entry",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number"),
        sa.UniqueConstraint("message_id", name="uq_case_file_message"),
    )


def _register_void() -> None:
    op.create_table(
        "register_void",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency", "register", "year", "number"],
            ["register_entry.agency", "register_entry.register", "register_entry.year", "register_entry.number"],
            name="fk_register_void_entry",
        ),
        sa.PrimaryKeyConstraint("agency", "register", "year", "number"),
    )
