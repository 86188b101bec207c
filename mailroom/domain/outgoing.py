"""ทะเบียนหนังสือส่ง: numbers without gaps, per พ.ศ. year (R53)."""

from dataclasses import dataclass
from datetime import date, datetime

from mailroom.domain.register import RegisterNumber

OUTGOING = "out"
"""The register of letters sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingDraft:
    """All that an entry says before it has its number. ที่ is made of the agency's letter code and the number (R54)."""

    year: int
    """พ.ศ."""
    dated: date
    sender: str
    """จาก."""
    addressee: str
    """ถึง."""
    subject: str
    action: str = ""
    """การปฏิบัติ."""
    note: str = ""
    """หมายเหตุ."""
    document: str | None = None
    """SHA-256 of what was sent."""
    message_id: int | None = None
    """The message that it answers."""
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class OutgoingEntry:
    """One line of the register. Never changed, never removed."""

    number: RegisterNumber
    draft: OutgoingDraft

    def letter_no(self, prefix: str) -> str:
        """ที่, in Arabic digits: letter code, stroke, number (R54)."""
        return f"{prefix}/{self.number.number}" if prefix else str(self.number.number)
