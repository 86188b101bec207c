"""Requests about personal data, breaches, and who read what."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with its tables."""
