"""Classes of cases, holds, and destruction lists."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled with its tables."""
