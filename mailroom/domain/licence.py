"""ใบอนุญาต: what a licence says, its life, and each paper that is made of it (R27-R33, R88-R97)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from mailroom.domain.register import RegisterNumber

NO_EXTRA: Mapping[str, str] = MappingProxyType({})


class LicenceStatus(StrEnum):
    """Where a licence stands in its life, as the public record shows it (R30)."""

    VALID = "valid"
    AMENDED = "amended"
    """In force, in a version later than the first (แก้ไขรายการ)."""
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    """Never stored: it follows from the last day."""
    CEASED = "ceased"
    """The holder gave up the business (เลิกกิจการ)."""

    @property
    def in_force(self) -> bool:
        return self in {LicenceStatus.VALID, LicenceStatus.AMENDED}


class Act(StrEnum):
    """What is done to a licence."""

    ISSUE = "issue"
    AMEND = "amend"
    SUBSTITUTE = "substitute"
    """ใบแทน, for a licence that was lost or damaged."""
    RENEW = "renew"
    TRANSFER = "transfer"
    """To another holder."""
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    CEASE = "cease"
    IMPORT = "import"
    """Taken over from before the system; there is no document of ours."""

    @property
    def makes_document(self) -> bool:
        return self in {Act.ISSUE, Act.AMEND, Act.SUBSTITUTE, Act.RENEW, Act.TRANSFER}


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceContent:
    """The items printed on a licence. Each has a column in the public database or a recorded reason (R30, R107).

    Days are of Thailand and of the common era.
    """

    holder: str
    """ชื่อผู้รับอนุญาต."""
    holder_id: str = ""
    """Thai or juristic identity number, digits only."""
    premises: str = ""
    """ชื่อสถานประกอบการ."""
    address: str = ""
    """ที่ตั้งสถานประกอบการ."""
    business: str = ""
    """ประเภท/รายละเอียดกิจการ."""
    conditions: tuple[str, ...] = ()
    fee: str = ""
    """Baht, as a decimal number with a point; empty when not stated."""
    receipt: str = ""
    """Number of the receipt."""
    issued_on: date
    starts_on: date
    expires_on: date | None = None
    """The last day; None when the licence does not lapse."""
    extra: Mapping[str, str] = field(default_factory=lambda: NO_EXTRA)
    """Items that only this kind of licence has, by key of the service's fields."""


FIELDS = (
    "holder",
    "holder_id",
    "premises",
    "address",
    "business",
    "conditions",
    "fee",
    "receipt",
    "issued_on",
    "starts_on",
    "expires_on",
)
"""The items that every licence has; a service adds its own (`extra`)."""

PRIVATE_FIELDS = frozenset({"holder_id", "fee", "receipt"})
"""Not published unless the agency decides so (R107). Telephone and e-mail are no items of a licence at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """One licence as it stands now. Earlier versions stay in its issuances."""

    id: int
    service: str
    """Key of the service, the type of the licence."""
    number: str
    """As printed: `12/2569` in the type's own series, or what an earlier paper said."""
    code: str
    """Twelve characters that nobody can guess, in Crockford's base 32; in the address of the QR (R96)."""
    status: LicenceStatus
    status_since: datetime
    status_reason: str = ""
    version: int
    """1 is the first paper; 0 a licence that was imported."""
    content: LicenceContent
    document: str | None = None
    """SHA-256 of the signed PDF of this version."""
    email: str = ""
    channel: str = "email"
    """How its holder is reached (R26)."""
    message_id: int | None = None
    """The request that led to it."""
    updated_at: datetime

    def status_on(self, day: date) -> LicenceStatus:
        """What holds on a day: what is in force lapses after its last day; so does what is suspended."""
        lapsed = self.content.expires_on is not None and day > self.content.expires_on
        return LicenceStatus.EXPIRED if lapsed and self.status not in _FINAL else self.status


_FINAL = frozenset({LicenceStatus.REVOKED, LicenceStatus.CEASED})


class IssuanceState(StrEnum):
    """The road of one paper. Each step is one transaction."""

    PREPARED = "prepared"
    """A clerk works on it; it may be changed."""
    SUBMITTED = "submitted"
    """It has its number and its PDF, and waits for the head."""
    RETURNED = "returned"
    """The head sent it back; it keeps its number."""
    APPROVED = "approved"
    """The head approved that very PDF; it is signed and sent as soon as that can be done."""
    ISSUED = "issued"
    CANCELLED = "cancelled"
    """Given up; its number stays given, visibly void, and is never used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """One paper on its road, from the clerk's form to the holder's mailbox."""

    id: int
    act: Act
    service: str
    state: IssuanceState
    content: LicenceContent
    licence_id: int | None = None
    """None for a first issue until it is issued."""
    number: str = ""
    """Of the licence; given when it is first submitted."""
    code: str = ""
    email: str = ""
    channel: str = "email"
    message_id: int | None = None
    follows: str = ""
    """Why: what was amended, who asked for the substitute."""
    prepared_by: str = ""
    submitted_by: str = ""
    approved_by: str = ""
    """User names."""
    signatory: str = ""
    """User name of the approver whose name and position the submitted PDF prints: nobody else can approve it."""
    note: str = ""
    """What the head wrote on returning or cancelling it."""
    rendition: str | None = None
    """SHA-256 of the unsigned PDF that was submitted; what is approved and signed is this and nothing else (G18)."""
    document: str | None = None
    """SHA-256 of the signed PDF; what is sent is this and nothing else."""
    outgoing: RegisterNumber | None = None
    """Its entry in the register of letters sent."""
    batch: str = ""
    """Name of the bulk run that it belongs to, and the row in it: `name#17`. Unique where it is not empty."""
    prepared_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceEvent:
    """One step in the life of a licence, as its record lists it."""

    licence_id: int
    act: Act
    at: datetime
    actor: str = ""
    reason: str = ""
    version: int
    document: str | None = None


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """Whether an item is published, decided by the agency and recorded (R107)."""

    service: str
    """Key of the service; empty for all."""
    field: str
    public: bool
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceQuery:
    """A search in the licence database. Empty means any."""

    text: str = ""
    """A substring of holder, premises, address, business or number; Thai and Arabic digits are alike."""
    service: str = ""
    without: frozenset[str] = frozenset()
    """Keys of services whose licences are left out: no law requires them to be displayed (R30)."""
    status: LicenceStatus | None = None
    place: str = ""
    """A substring of the address."""
    on: date
    """The day for which the status holds, in Thailand."""
