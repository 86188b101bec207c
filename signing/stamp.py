"""PDFs that came in: inspected, and stamped in a copy, in a process that can do no harm. The original is not touched."""

import json
from datetime import UTC, datetime
from typing import Final

from mailroom.domain.decision import Reason
from mailroom.domain.errors import UnreadableError
from mailroom.domain.incoming_pdf import PdfInspection, ReceivingStamp
from mailroom.ports import Renderer
from signing.confined import Confined, ConfinedLimits, LostError

TEMPLATE: Final = "stamp"
_DRAWN_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Of the picture of the stamp, which is laid over a page: equal stamps are equal."""
_REMEDIES: Final = {
    "locked": "it needs a password; ask its sender for a copy without one",
    "broken": "it is damaged; ask its sender for another copy",
}


class ConfinedPdfs:
    """Port `IncomingPdfs`. Safe to share between threads; the confined process starts with the first document."""

    def __init__(self, renderer: Renderer, limits: ConfinedLimits | None = None) -> None:
        self._renderer = renderer
        self._child = Confined("signing.incoming_reading", limits)

    def inspect(self, pdf: bytes) -> PdfInspection:
        """Never raises on content: what takes too much time or memory is a finding."""
        try:
            (reply,) = self._child.ask(b"inspect", pdf, b"")
        except LostError as error:
            return PdfInspection(0, (Reason(error.why, error.detail),))
        table = json.loads(reply)
        return PdfInspection(table["pages"], tuple(Reason(code, detail) for code, detail in table["findings"]))

    def stamp(self, pdf: bytes, stamp: ReceivingStamp) -> bytes:
        """Raises UnreadableError with the remedy, RenderingError when the template of the stamp is broken."""
        drawing = self._renderer.render(TEMPLATE, {"agency": stamp.agency, "lines": stamp.lines}, at=_DRAWN_AT)
        try:
            verdict, content = self._child.ask(b"stamp", pdf, drawing)
        except LostError as error:
            raise UnreadableError(
                f"this PDF was not stamped ({error.why}); print the register entry instead"
            ) from error
        if verdict != b"ok":
            raise UnreadableError(f"this PDF was not stamped: {_REMEDIES[content.decode()]}")
        return content

    def close(self) -> None:
        """End the confined process. Safe to repeat."""
        self._child.close()
