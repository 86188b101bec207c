"""เจ้าหน้าที่สารบรรณ, and what the queue shows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do at the desk."""

    CLERK = "clerk"
    """Decides on messages and prepares papers."""
    APPROVER = "approver"
    """The head, or who acts for the head: approves papers and signs instruments as well (R37)."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who signed in."""

    id: int
    username: str
    display_name: str
    role: Role = Role.CLERK
    position: str = ""
    """Position as papers print it below the signature."""
    capacity: str = ""
    """รักษาราชการแทน or ปฏิบัติราชการแทน with the position acted for; empty for somebody in their own position (R37)."""
    cleared: bool = False
    """Named for secret matter: may open the seal of what is marked so (R58). No role brings it with it."""


@dataclass(frozen=True, slots=True)
class Session:
    """A clerk at a browser. Tokens are kept as SHA-256 only."""

    clerk: Clerk
    csrf: str
    created_at: datetime
    seen_at: datetime
