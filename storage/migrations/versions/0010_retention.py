"""Classes of cases, holds, and destruction lists."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _classes()
    _holds()
    _lists()
    _transfers()
    for table, facts in FACTS.items():
        forbid_change(table, of=facts)
    forbid_change("transfer")


FACTS = {
    "hold": ("agency", "year", "number", "reason", "placed_at", "placed_by"),
    "destruction_list": ("agency", "year", "made_at", "made_by"),
    "destruction_item": (
        *("agency", "list_id", "year", "number"),
        *("class_key", "class_name", "ended", "due", "proposal"),
    ),
}
"""What was written once; the rest tells what became of it."""


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _classes() -> None:
    op.create_table(
        "case_retention",
        _text("agency"),
        _number("year"),
        _number("number"),
        *map(_text, ("class_key", "reason")),
        _time("assigned_at"),
        _text("assigned_by"),
        sa.PrimaryKeyConstraint("agency", "year", "number"),
    )


def _holds() -> None:
    op.create_table(
        "hold",
        _number("id"),
        _text("agency"),
        _number("year"),
        _number("number"),
        _text("reason"),
        _time("placed_at"),
        _text("placed_by"),
        _time("asked_at", nullable=True),
        *map(_text, ("asked_by", "ask_reason")),
        _time("lifted_at", nullable=True),
        _text("lifted_by"),
        sa.PrimaryKeyConstraint("id"),
    )
    holds = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_hold_case",
        "hold",
        ["agency", "year", "number"],
        unique=True,
        sqlite_where=holds,
        postgresql_where=holds,
    )


def _lists() -> None:
    op.create_table(
        "destruction_list",
        _number("id"),
        _text("agency"),
        _number("year"),
        _text("state"),
        _time("made_at"),
        _text("made_by"),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        _text("document"),
        _time("closed_at", nullable=True),
        *map(_text, ("closed_by", "close_reason")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "destruction_item",
        *map(_number, ("list_id", "year", "number")),
        *map(_text, ("agency", "class_key", "class_name")),
        *map(_number, ("ended", "due")),
        *map(_text, ("proposal", "verdict", "note")),
        sa.PrimaryKeyConstraint("list_id", "year", "number"),
        sa.ForeignKeyConstraint(["list_id"], ["destruction_list.id"]),
    )
    op.create_index("ix_destruction_item_case", "destruction_item", ["agency", "year", "number"])


def _transfers() -> None:
    op.create_table(
        "transfer",
        _number("id"),
        _text("agency"),
        _number("list_id"),
        _time("made_at"),
        *map(_text, ("made_by", "profile")),
        *map(_number, ("cases", "files")),
        _text("manifest"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["list_id"], ["destruction_list.id"]),
    )
