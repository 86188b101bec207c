"""The chain over every row that counts, checkpoints and their proofs."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with its tables."""
