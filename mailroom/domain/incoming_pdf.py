"""PDFs that came in: what was found in one, and the stamp that its copy bears (R49)."""

from dataclasses import dataclass

from mailroom.domain.decision import Reason
from mailroom.domain.message import Attachment

MEDIA_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True)
class ReceivingStamp:
    """ตรารับหนังสือ, แบบที่ 12: texts as they are printed, digits included."""

    agency: str
    lines: tuple[str, ...]
    """Register number, day, time."""


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """What is in a PDF that a clerk should know before opening it."""

    pages: int
    """0 when it cannot be read."""
    findings: tuple[Reason, ...] = ()
    """Codes of the table `pdf_findings` in the catalogue of texts, each once, in alphabetical order."""

    @property
    def readable(self) -> bool:
        return self.pages > 0


def claims_pdf(file: Attachment) -> bool:
    """Whether a clerk would open it as a PDF: by its content, by what its sender says, or by its name."""
    return MEDIA_TYPE in (file.media_type, file.declared_type) or file.name.lower().endswith(".pdf")
