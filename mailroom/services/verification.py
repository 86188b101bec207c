"""What a PDF that somebody holds is worth: whether it is ours, the current version, and in force today (R95)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailroom.domain.document import DocumentKind
from mailroom.domain.instrument import Instrument
from mailroom.domain.licence import LicenceEvent
from mailroom.domain.signature import CertificateFacts, DocumentVerdict, Soundness
from mailroom.ports import Clock, Examiner
from mailroom.services.public_licence import PublicLicence
from mailroom.services.publication import Publication, PublicBooks


class Answer(StrEnum):
    """One plain answer. Each has a sentence in the catalogue, table `public_answers`."""

    CURRENT = "current"
    NOT_IN_FORCE = "not-in-force"
    """The current version of a licence that is suspended, revoked, lapsed or ceased."""
    SUPERSEDED = "superseded"
    INSTRUMENT_CURRENT = "instrument-current"
    INSTRUMENT_PAST = "instrument-past"
    PAPER = "paper"
    """A receipt or letter of ours."""
    UNKNOWN_HERE = "unknown-here"
    """Soundly signed by us, but in none of our books."""
    OTHER_SIGNER = "other-signer"
    UNTRUSTED = "untrusted"
    """Intact, but who signed it, or whether they might, cannot be established."""
    ALTERED = "altered"
    UNSIGNED = "unsigned"
    UNREADABLE = "unreadable"

    @property
    def genuine(self) -> bool:
        """Whether the agency made exactly these bytes."""
        return self in _GENUINE


_GENUINE = frozenset(
    {
        Answer.CURRENT,
        Answer.NOT_IN_FORCE,
        Answer.SUPERSEDED,
        Answer.INSTRUMENT_CURRENT,
        Answer.INSTRUMENT_PAST,
        Answer.PAPER,
    }
)
_OF_SIGNATURE = {
    Soundness.UNREADABLE: Answer.UNREADABLE,
    Soundness.UNSIGNED: Answer.UNSIGNED,
    Soundness.ALTERED: Answer.ALTERED,
}
_OUR_PAPERS = frozenset({DocumentKind.RECEIPT, DocumentKind.LETTER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found, and all that it rests on."""

    answer: Answer
    digest: str
    """SHA-256 of the file, hexadecimal."""
    verdict: DocumentVerdict
    """What its signatures say by themselves."""
    checked_at: datetime
    licence: PublicLicence | None = None
    """The licence of which this is a paper, as it stands today."""
    step: LicenceEvent | None = None
    """The act that made this very paper."""
    instrument: Instrument | None = None

    @property
    def demo(self) -> bool:
        """Signed with a certificate of a demonstration: worth nothing outside it."""
        return any(one.certificate is not None and one.certificate.demo for one in self.verdict.signatures)

    @property
    def doubt(self) -> bool:
        """Our books know these bytes, and yet the signature is not sound today, for example a revoked certificate."""
        return self.answer.genuine and self.verdict.soundness is not Soundness.SOUND


class Verifier:
    """Checks PDFs against the books and by their signatures. Safe to share between threads; keeps nothing."""

    def __init__(
        self, publication: Publication, *, examiner: Examiner, clock: Clock, certificate: CertificateFacts | None = None
    ) -> None:
        """`certificate` is the one that signs now; any other counts as ours when it names the agency."""
        self._publication = publication
        self._examiner = examiner
        self._clock = clock
        self._certificate = certificate
        agency = publication.agency
        self._names = {_folded(name) for name in (agency.name, agency.name_en) if name}

    def verify(self, pdf: bytes) -> Verification:
        """The books are asked first, by digest: bytes that they know are ours whatever has become of a certificate.

        Never raises on content; nothing of the file is kept.
        """
        digest, now = hashlib.sha256(pdf).hexdigest(), self._clock.now()
        verdict = self._examiner.examine(pdf, at=now)
        with self._publication.look() as books:
            known = self._known(digest, verdict, now, books)
        return known or Verification(answer=self._unknown(verdict), digest=digest, verdict=verdict, checked_at=now)

    def _known(self, digest: str, verdict: DocumentVerdict, now: datetime, books: PublicBooks) -> Verification | None:
        if (found := books.by_document(digest)) is not None:
            licence, step = found
            answer = _of_licence(licence, digest)
            return Verification(
                answer=answer, digest=digest, verdict=verdict, checked_at=now, licence=licence, step=step
            )
        if (instrument := books.instrument_of(digest)) is not None:
            current = books.holds(instrument)
            answer = Answer.INSTRUMENT_CURRENT if current else Answer.INSTRUMENT_PAST
            return Verification(answer=answer, digest=digest, verdict=verdict, checked_at=now, instrument=instrument)
        paper = books.document(digest)
        if paper is not None and paper.kind in _OUR_PAPERS:
            return Verification(answer=Answer.PAPER, digest=digest, verdict=verdict, checked_at=now)
        return None

    def _unknown(self, verdict: DocumentVerdict) -> Answer:
        if verdict.soundness in _OF_SIGNATURE:
            return _OF_SIGNATURE[verdict.soundness]
        if verdict.soundness is not Soundness.SOUND:
            return Answer.UNTRUSTED
        ours = all(one.certificate is not None and self._is_ours(one.certificate) for one in verdict.signatures)
        return Answer.UNKNOWN_HERE if ours else Answer.OTHER_SIGNER

    def _is_ours(self, certificate: CertificateFacts) -> bool:
        now = self._certificate
        if now and (certificate.issuer, certificate.serial) == (now.issuer, now.serial):
            return True
        return _folded(certificate.organisation) in self._names


def _of_licence(licence: PublicLicence, digest: str) -> Answer:
    if licence.document != digest:
        return Answer.SUPERSEDED
    return Answer.CURRENT if licence.status.in_force else Answer.NOT_IN_FORCE


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
