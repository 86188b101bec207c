"""ทะเบียนหนังสือรับ: numbers without gaps, per register and พ.ศ. year (R50, R51)."""

from dataclasses import dataclass
from datetime import date, datetime

from mailroom.domain.decision import Secrecy, Urgency

INCOMING = "in"
"""The register of letters received. One series by default (R52)."""


@dataclass(frozen=True, slots=True, order=True)
class RegisterNumber:
    """เลขทะเบียนรับ."""

    year: int
    """พ.ศ."""
    number: int

    def __str__(self) -> str:
        return f"{self.number}/{self.year}"


@dataclass(frozen=True, slots=True)
class RegisterDraft:
    """All that a register entry says, before it has its number."""

    message_id: int
    """Row of the message log."""
    year: int
    letter_no: str
    dated: date | None
    sender: str
    """จาก, as the register prints it."""
    addressee: str
    """ถึง."""
    subject: str
    entered_system_at: datetime
    deemed_received_at: datetime
    registered_at: datetime
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NONE


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register. Never changed, never removed."""

    number: RegisterNumber
    draft: RegisterDraft
