"""Personal data: who read what, what people ask about theirs, and breaches (R98-R109)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Somebody was shown personal data."""

    at: datetime
    actor: str
    """User name; `cli:USER` for a command."""
    what: str
    """`message`, `attachment`, `document`, `licence`, `conversation`, `queue`, `search`, `export`, `bundle`, `backup`."""
    key: str
    """Row, digest, number or words that were searched for; never the personal data themselves."""
    how: str
    """`view`, `download`, `print`, `export`."""
