"""What the head announces and orders: channels (s.10), the system (s.16), the display of licences (s.13(1)); R34-R40."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailroom.domain.agency import BANGKOK, ChannelRule

__all__ = ["ChannelRule", "GazetteReference", "Instrument", "InstrumentKind", "InstrumentState", "Signatory"]


class InstrumentKind(StrEnum):
    CHANNELS = "channels"
    """ประกาศช่องทาง ม.10: required within 90 days (R34)."""
    SYSTEM = "system"
    """คำสั่งกำหนดระบบ ม.16 (R24, R34)."""
    DISPLAY = "display"
    """ประกาศวิธีการแสดงใบอนุญาต ม.13(1): in force only once gazetted and published electronically (R27)."""


class InstrumentState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    """เสนอลงนาม: rendered; the head sees this very PDF."""
    SIGNED = "signed"
    GAZETTING = "gazetting"
    """ส่งประกาศราชกิจจานุเบกษา."""
    PUBLISHED = "published"
    """ประกาศแล้ว; in force from its effective day."""
    WITHDRAWN = "withdrawn"
    """ยกเลิก, or replaced by a later one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs, and in which capacity (R37)."""

    name: str
    position: str
    capacity: str = ""
    """รักษาราชการแทน, ปฏิบัติราชการแทน, or empty for the head in person."""
    on_behalf: str = ""
    """The position on whose behalf an acting head signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GazetteReference:
    """Where the Royal Gazette printed it (R27, R38)."""

    volume: str
    """เล่ม."""
    part: str
    """ตอน."""
    page: str
    """หน้า."""
    dated: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One announcement or order."""

    id: int
    kind: InstrumentKind
    state: InstrumentState
    number: str = ""
    """As people quote it; free text, `1/2569`."""
    title: str = ""
    dated: date | None = None
    effective_on: date | None = None
    rules: tuple[ChannelRule, ...] = ()
    phones: tuple[str, ...] = ()
    """For asking whether something was received, in working hours (R35)."""
    details: tuple[tuple[str, str], ...] = ()
    """Further items of the text, by key: the system's name, who is responsible, manner of display."""
    signatory: Signatory | None = None
    gazette: GazetteReference | None = None
    rendition: str | None = None
    """SHA-256 of the unsigned PDF."""
    document: str | None = None
    """SHA-256 of the signed PDF."""
    code: str = ""
    """In the address of its public page."""
    prepared_by: str = ""
    signed_by: str = ""
    changed_at: datetime
    published_at: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """R20, R27: published, past its effective day, and for the display of licences gazetted as well."""
        if self.state is not InstrumentState.PUBLISHED or self.effective_on is None:
            return False
        if self.kind is InstrumentKind.DISPLAY and self.gazette is None:
            return False
        return at.astimezone(BANGKOK).date() >= self.effective_on
