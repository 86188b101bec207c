"""What the journal tells already, and numbers that only it knows."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with its tables."""
