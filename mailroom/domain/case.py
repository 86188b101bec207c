"""เรื่อง: what a registered message is about, as clerks carry it on."""

from dataclasses import dataclass
from enum import StrEnum

from mailroom.domain.register import RegisterNumber


class CaseState(StrEnum):
    OPEN = "open"
    """Accepted; waits for its unit."""
    HELD = "held"
    """Registered; a clerk decides what it is."""
    REDIRECTED = "redirected"
    """The sender was told which agency is directly responsible (R19)."""
    SET_ASIDE = "set-aside"
    """A clerk found that nothing has to be done, and wrote why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One matter. It has the number of the entry that opened it."""

    number: RegisterNumber
    message_id: int
    state: CaseState
    service: str | None = None
    follows: RegisterNumber | None = None
    """The earlier case that this message refers to."""
