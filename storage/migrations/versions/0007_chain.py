"""The chain over every row that counts, checkpoints and their proofs. What is there already is linked."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.first_links import link_what_is_there
from storage.migrations.written_once import forbid_change

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chain",
        _text("agency"),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        _time("at"),
        *map(_text, ("tbl", "key")),
        *map(_bytes, ("leaf", "value")),
        sa.PrimaryKeyConstraint("agency", "seq"),
        # The rows lie in the tree of the key itself, and each new one at its end.
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        _text("agency"),
        sa.Column("day", sa.Date(), nullable=False),
        _time("at"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *map(_bytes, ("root", "head")),
        _text("text"),
        *map(_bytes, ("signature", "key")),
        sa.PrimaryKeyConstraint("agency", "day"),
    )
    op.create_table(
        "checkpoint_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("agency"),
        sa.Column("day", sa.Date(), nullable=False),
        _text("kind"),
        _time("at"),
        _bytes("data"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_checkpoint_proof_day", "checkpoint_proof", ["agency", "day", "id"])
    for table in ("chain", "checkpoint", "checkpoint_proof"):
        forbid_change(table)
    link_what_is_there(op.get_bind())


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)
