"""Electronic signatures on documents: what is asked for, and what an examination found (R88-R95)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from mailroom.domain.decision import Reason


class SignatureLevel(StrEnum):
    """Baseline levels of PAdES (EN 319 142-1 section 6)."""

    B_B = "B-B"
    """Signature and certificate."""
    B_T = "B-T"
    """With a time-stamp of an authority (RFC 3161, R94)."""
    B_LT = "B-LT"
    """With certificates and revocation data, so that it can be validated off-line later."""
    B_LTA = "B-LTA"
    """With a time-stamp over the document and all of that."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Where on a page the signature can be clicked. Points from the lower left corner; nothing is drawn there."""

    page: int
    """From 1."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSpec:
    """How a document is to be signed."""

    level: SignatureLevel
    name: str = ""
    """Who signs, as viewers show it."""
    reason: str = ""
    location: str = ""
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file inside a PDF/A-3 document."""

    name: str
    media_type: str
    content: bytes
    description: str = ""
    relationship: Literal["data", "source", "alternative", "supplement"] = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What people must know of a certificate. Times are UTC."""

    subject: str
    """Common name."""
    organisation: str = ""
    issuer: str = ""
    serial: str = ""
    """Hexadecimal."""
    not_before: datetime
    not_after: datetime
    key: str = ""
    """For example RSA-3072 or P-256."""
    demo: bool = False
    """Issued by the demonstration authority: worth nothing outside a demonstration."""

    def expiry_alarm(self, at: datetime) -> int | None:
        """The threshold of days that was reached, of 90, 30 and 7 (R91); 0 once expired, None before the first."""
        left = self.not_after - at
        if left <= timedelta(0):
            return 0
        return next((days for days in EXPIRY_ALARMS if left <= timedelta(days=days)), None)


EXPIRY_ALARMS = (7, 30, 90)
"""Days before the end of a certificate (R91)."""


class Soundness(StrEnum):
    """What can be said of a signed document, the worst of its signatures first in doubt."""

    SOUND = "sound"
    """Every signature is intact and trusted, and nothing was added that they do not allow."""
    UNSIGNED = "unsigned"
    ALTERED = "altered"
    """Its bytes, or what it shows, are not what was signed."""
    UNTRUSTED = "untrusted"
    """Intact, but the chain ends at no root that this agency trusts."""
    REVOKED = "revoked"
    EXPIRED = "expired"
    """The certificate was not valid at the time of signing, as far as that time is proven."""
    UNDECIDED = "undecided"
    """Intact and trusted, but what is needed to be sure is missing."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFinding:
    """One signature of a document. Times are UTC."""

    soundness: Soundness
    certificate: CertificateFacts | None
    chain: tuple[str, ...] = ()
    """Common names from the signer to the root."""
    claimed_at: datetime | None = None
    """When the signer says that it was made."""
    stamped_at: datetime | None = None
    """When a trusted time-stamp authority saw it."""
    stamped_by: str = ""
    level: SignatureLevel | None = None
    covers_document: bool = False
    """Nothing stands outside this signature."""
    reasons: tuple[Reason, ...] = ()
    """Codes of the table `signatures` in the catalogue of texts."""


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """What an examination of a PDF found."""

    soundness: Soundness
    signatures: tuple[SignatureFinding, ...] = ()
    reasons: tuple[Reason, ...] = ()
