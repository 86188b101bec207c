"""How long cases are kept, what holds them, and lists of what may go (R60)."""

from typing import Protocol


class RetentionBook(Protocol):
    """Classes of cases, holds, and destruction lists."""
