"""PDFs that came in: what a clerk should know of each, and the copy that bears ตรารับหนังสือ (R49)."""

from collections import OrderedDict
from threading import Lock
from typing import Final

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.incoming_pdf import PdfInspection, ReceivingStamp
from mailroom.domain.register import RegisterEntry
from mailroom.ports import IncomingPdfs
from mailroom.services.wording import Wording
from mailroom.stages.thai import thai_date

MOST: Final = 1000
"""So many inspections are remembered; the one not asked for longest makes room."""
_ENDING: Final = ".pdf"


def receiving_stamp(entry: RegisterEntry, agency: Agency, wording: Wording) -> ReceivingStamp:
    """Register number, and day and time of receipt as the law deems it (R15). Raises ConfigurationError."""
    at = entry.draft.deemed_received_at.astimezone(BANGKOK)
    lines = (
        wording.say("receiving_stamp", "number", number=str(entry.number)),
        wording.say("receiving_stamp", "date", date=thai_date(at.date())),
        wording.say("receiving_stamp", "time", time=f"{at:%H.%M}"),
    )
    return ReceivingStamp(agency.name, tuple(wording.figures(line) for line in lines))


class ReceivingDesk:
    """Safe to share between threads. Originals are read, never written; no copy is kept."""

    def __init__(self, pdfs: IncomingPdfs, *, agency: Agency, wording: Wording) -> None:
        self._pdfs = pdfs
        self._agency = agency
        self._wording = wording
        self._known: OrderedDict[str, PdfInspection] = OrderedDict()
        self._lock = Lock()

    def known(self, digest: str) -> PdfInspection | None:
        """What was found in the document of this digest (SHA-256, hex), if it was inspected lately."""
        with self._lock:
            if digest in self._known:
                self._known.move_to_end(digest)
            return self._known.get(digest)

    def inspect(self, digest: str, pdf: bytes) -> PdfInspection:
        """What is in the document, remembered by its digest: a costly one costs once. Never raises on content."""
        inspection = self.known(digest) or self._pdfs.inspect(pdf)
        with self._lock:
            self._known[digest] = inspection
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return inspection

    def stamped(self, pdf: bytes, entry: RegisterEntry) -> bytes:
        """A copy with the stamp of this entry. Raises UnreadableError, RenderingError."""
        return self._pdfs.stamp(pdf, receiving_stamp(entry, self._agency, self._wording))

    def name(self, original: str, entry: RegisterEntry) -> str:
        """Of the file with the copy: it cannot be taken for the original."""
        stem = original[: -len(_ENDING)] if original.lower().endswith(_ENDING) else original
        number = str(entry.number).replace("/", "-")
        return self._wording.say("receiving_stamp", "file", number=number, name=stem).strip() + _ENDING
