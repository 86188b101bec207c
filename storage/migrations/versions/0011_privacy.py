"""Who read what, requests about personal data, cases kept from sight, and breaches."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _reads()
    _requests()
    _restrictions()
    _breaches()
    for table in ("read_log", "breach_step"):
        forbid_change(table)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _reads() -> None:
    texts = map(_text, ("actor", "what", "key", "how", "listed"))
    op.create_table("read_log", _id(), _text("agency"), _time("at"), *texts, sa.PrimaryKeyConstraint("id"))
    for column in ("at", "actor", "key"):
        op.create_index(f"ix_read_log_{column}", "read_log", ["agency", column, "id"])


def _requests() -> None:
    op.create_table(
        "data_request",
        _id(),
        _text("agency"),
        _text("kind"),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        *map(_text, ("name", "email", "wish")),
        _time("received_at"),
        _time("entered_at"),
        *map(_text, ("entered_by", "state", "answer")),
        _time("answered_at", nullable=True),
        *map(_text, ("answered_by", "letter")),
        sa.PrimaryKeyConstraint("id"),
    )


def _restrictions() -> None:
    op.create_table(
        "restriction",
        _id(),
        _text("agency"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("request", sa.Integer(), nullable=True),
        _text("reason"),
        sa.Column("people", sa.JSON(), nullable=False),
        _time("placed_at"),
        _text("placed_by"),
        _time("lifted_at", nullable=True),
        *map(_text, ("lifted_by", "lift_reason")),
        sa.PrimaryKeyConstraint("id"),
    )
    holds = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_restriction_case",
        "restriction",
        ["agency", "year", "number"],
        unique=True,
        sqlite_where=holds,
        postgresql_where=holds,
    )


def _breaches() -> None:
    op.create_table(
        "breach",
        _id(),
        *map(_text, ("agency", "title")),
        _time("known_at"),
        _time("opened_at"),
        _text("opened_by"),
        sa.Column("kinds", sa.JSON(), nullable=False),
        _text("nature"),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=True),
        *map(_text, ("effects", "measures", "advice", "late_reason", "risk")),
        *(_time(name, nullable=True) for name in ("notified_at", "told_at", "closed_at")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "breach_step",
        _id(),
        _text("agency"),
        sa.Column("breach", sa.Integer(), nullable=False),
        _text("kind"),
        _time("happened_at"),
        _time("noted_at"),
        *map(_text, ("actor", "text")),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["breach"], ["breach.id"]),
    )
    op.create_index("ix_breach_step_breach", "breach_step", ["breach", "id"])
