"""Says of any PDF who signed it and whether it is what was signed: port `Examiner`."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509

from mailroom.domain.decision import Reason
from mailroom.domain.errors import SigningError
from mailroom.domain.signature import (
    CertificateFacts,
    DocumentVerdict,
    SignatureFinding,
    SignatureLevel,
    Soundness,
)
from signing.certificates import encoded
from signing.confined import Confined, ConfinedLimits, LostError
from signing.revocation import Evidence, RevocationSource

_MOST_QUESTIONS = 20
"""Certificates of one document whose revocation is asked for."""


class PdfExaminer:
    """Port `Examiner`. Documents are read in a confined process; this one asks trusted authorities where it may."""

    def __init__(
        self,
        roots: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate] = (),
        *,
        source: RevocationSource | None = None,
        limits: ConfinedLimits | None = None,
    ) -> None:
        """Without a `source` nothing is ever fetched."""
        self._roots = _texts(encoded(roots))
        self._others = _texts(encoded(intermediates))
        self._source = source
        self._child = Confined("signing.examination", limits)

    def examine(self, pdf: bytes, *, at: datetime) -> DocumentVerdict:
        try:
            verdict = self._ask(pdf, at, ())
            if self._source is not None and verdict["wanting"]:
                evidence = tuple(self._evidence(self._source, verdict["wanting"][:_MOST_QUESTIONS]))
                if evidence:
                    verdict = self._ask(pdf, at, evidence)
        except LostError as error:
            return DocumentVerdict(Soundness.UNREADABLE, (), (Reason(error.why, error.detail),))
        return DocumentVerdict(
            Soundness(verdict["soundness"]),
            tuple(_finding(each) for each in verdict["signatures"]),
            _reasons(verdict["reasons"]),
        )

    def close(self) -> None:
        self._child.close()

    def _ask(self, pdf: bytes, at: datetime, evidence: Iterable[Evidence]) -> dict[str, Any]:
        known = tuple(evidence)
        question = {
            "at": at.isoformat(),
            "roots": self._roots,
            "others": self._others,
            "ocsps": _texts(answer for each in known for answer in each.ocsps),
            "crls": _texts(answer for each in known for answer in each.crls),
        }
        (answer,) = self._child.ask(json.dumps(question).encode(), pdf)
        verdict: dict[str, Any] = json.loads(answer)
        return verdict

    @staticmethod
    def _evidence(source: RevocationSource, wanting: Sequence[tuple[str, str]]) -> Iterable[Evidence]:
        """What the authorities say. Only certificates below a trusted root are asked about: nobody else names places."""
        for pair in wanting:
            try:
                certificate, issuer = (x509.load_der_x509_certificate(base64.b64decode(each)) for each in pair)
                found = source.evidence(certificate, issuer)
            except (ValueError, SigningError):
                continue
            if found is not None:
                yield found


def _texts(contents: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(content).decode("ascii") for content in contents]


def _finding(table: Mapping[str, Any]) -> SignatureFinding:
    level = table["level"]
    return SignatureFinding(
        soundness=Soundness(table["soundness"]),
        certificate=None if table["certificate"] is None else _facts(table["certificate"]),
        chain=tuple(table["chain"]),
        claimed_at=_time(table["claimed_at"]),
        stamped_at=_time(table["stamped_at"]),
        stamped_by=table["stamped_by"],
        level=None if level is None else SignatureLevel(level),
        covers_document=table["covers_document"],
        reasons=_reasons(table["reasons"]),
    )


def _facts(table: Mapping[str, Any]) -> CertificateFacts:
    times = {name: datetime.fromisoformat(table[name]) for name in ("not_before", "not_after")}
    return CertificateFacts(**{**table, **times})


def _reasons(pairs: Iterable[Sequence[str]]) -> tuple[Reason, ...]:
    return tuple(Reason(code, detail) for code, detail in pairs)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
