"""Documents: made, signed, and examined."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.incoming_pdf import PdfInspection, ReceivingStamp
from mailroom.domain.signature import CertificateFacts, DocumentVerdict, Enclosure, Seal, SignatureSpec

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
"""What a template is given, and what an export writes."""


class Renderer(Protocol):
    """Makes documents to be printed and kept."""

    def render(
        self, template: str, data: Mapping[str, Json], *, at: datetime, enclosures: Sequence[Enclosure] = ()
    ) -> bytes:
        """A PDF of the named template. Equal arguments give equal bytes; `at` is its time of creation.

        With enclosures it is PDF/A-3a and carries each of them (ISO 19005-3 annex E). Raises RenderingError. No text
        of `data` can make it fail: what cannot be printed is replaced visibly.
        """

    def seal(self, template: str) -> Seal | None:
        """Where documents of the template leave room for a signature that can be clicked; None when they leave none."""


class Signer(Protocol):
    """Signs documents as the agency (R90). Safe to share between threads."""

    @property
    def certificate(self) -> CertificateFacts:
        """The certificate of the key that signs."""

    def check(self, at: datetime) -> None:
        """That this signer may sign at that time: validity, usage, chain to a trusted root, revocation (R91).

        Raises SigningRefusedError with the remedy, TemporarySigningError when revocation cannot be learnt.
        """

    def sign(self, pdf: bytes, spec: SignatureSpec, *, at: datetime) -> bytes:
        """The document with a PAdES signature (EN 319 142-1), added as an update: it begins with the bytes of `pdf`.

        The result was validated. Raises SigningRefusedError, TemporarySigningError.
        """

    def close(self) -> None: ...


class Examiner(Protocol):
    """Says of any PDF who signed it and whether it is what was signed. Safe to share between threads."""

    def examine(self, pdf: bytes, *, at: datetime) -> DocumentVerdict:
        """Never raises on content; nothing of the document is kept or executed."""

    def close(self) -> None: ...


class IncomingPdfs(Protocol):
    """Looks into PDFs that came in, and stamps copies of them. Safe to share between threads."""

    def inspect(self, pdf: bytes) -> PdfInspection:
        """Never raises on content; nothing of it is executed."""

    def stamp(self, pdf: bytes, stamp: ReceivingStamp) -> bytes:
        """A copy for reading and printing, with the stamp at the top right of its first page (R49).

        Nothing in the copy acts: scripts, launches and enclosed files are left out, and its signatures are no longer
        valid. The original stays the record. Raises UnreadableError.
        """

    def close(self) -> None: ...
