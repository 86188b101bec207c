"""เจ้าหน้าที่สารบรรณ, and what the queue shows them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who signed in."""

    id: int
    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Session:
    """A clerk at a browser. Tokens are kept as SHA-256 only."""

    clerk: Clerk
    csrf: str
    created_at: datetime
    seen_at: datetime
