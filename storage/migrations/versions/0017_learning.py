"""Corrections, models and audits."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _audit_drawing()
    _correction()
    op.create_table(
        "model",
        _text("agency"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _time("made_at"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("examples", "until_correction")),
        *map(_text, ("digest", "code", "catalogue")),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "version"),
    )
    op.create_table(
        "head_state",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("agency", "head")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        _time("at"),
        *map(_text, ("actor", "why")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_head_state_head", "head_state", ["agency", "head", "id"])
    for table in ("audit_drawing", "correction", "model", "head_state"):
        forbid_change(table)


def _audit_drawing() -> None:
    op.create_table(
        "audit_drawing",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("agency"),
        sa.Column("message_id", sa.Integer(), nullable=False),
        _text("head"),
        sa.Column("day", sa.Date(), nullable=False),
        *map(_text, ("answer", "model")),
        _time("drawn_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.UniqueConstraint("agency", "message_id", "head", name="uq_audit_drawing_message"),
    )
    op.create_index("ix_audit_drawing_day", "audit_drawing", ["agency", "day"])


def _correction() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("agency"),
        sa.Column("message_id", sa.Integer(), nullable=False),
        *map(_text, ("head", "value", "was", "actor")),
        _time("at"),
        *map(_text, ("model", "source")),
        sa.Column("drawing_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["drawing_id"], ["audit_drawing.id"]),
        sa.UniqueConstraint("drawing_id", "head", name="uq_correction_drawing"),
    )
    op.create_index("ix_correction_agency", "correction", ["agency", "id"])
    op.create_index("ix_correction_message", "correction", ["message_id"])


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> "sa.Column[datetime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
