"""Papers that the agency makes: each is in the archive, addressed by its SHA-256, and never changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailroom.domain.message import Place


class DocumentKind(StrEnum):
    RENDITION = "rendition"
    """A PDF as it was submitted for approval, unsigned."""
    LICENCE = "licence"
    INSTRUMENT = "instrument"
    """An announcement or order of the head, signed."""
    RECEIPT = "receipt"
    LETTER = "letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file. Its bytes are in the archive at `place`."""

    digest: str
    """SHA-256, hexadecimal."""
    kind: DocumentKind
    name: str
    """File name under which people get it, ASCII, ending in its suffix."""
    media_type: str
    size: int
    place: Place
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A document that a letter carries. What is sent are the bytes of this digest or nothing (G18)."""

    digest: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLink:
    """A one-time address of a document, for what cannot be mailed (R116)."""

    digest: str
    """Of the document."""
    token_hash: str
    """SHA-256 of the token, hexadecimal; the token itself stands only in the letter."""
    expires_at: datetime
    used_at: datetime | None = None
