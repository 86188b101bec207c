"""Examines a PDF in the confined process: every signature, what was added, and what was taken away."""

import asyncio
import base64
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from asn1crypto import crl, ocsp, x509
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from mailroom.domain.signature import SignatureLevel, Soundness
from signing.certificates import display_name, facts
from signing.examined_signature import Examined, examine, examine_stamp, worst
from signing.knowledge import Knowledge

_MOST_SIGNATURES = 50
_SUPPORTED = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_STAMP = "/ETSI.RFC3161"
Broken = tuple[str, str]


def answer(question: bytes, pdf: bytes) -> list[bytes]:
    """A verdict as JSON, for the question that `examiner` asks."""
    asked = json.loads(question)
    at = datetime.fromisoformat(asked["at"])
    knowledge = Knowledge(
        tuple(x509.Certificate.load(each) for each in _decoded(asked["roots"])),
        tuple(x509.Certificate.load(each) for each in _decoded(asked["others"])),
        tuple(ocsp.OCSPResponse.load(each) for each in _decoded(asked["ocsps"])),
        tuple(crl.CertificateList.load(each) for each in _decoded(asked["crls"])),
    )
    return [json.dumps(asyncio.run(_verdict(pdf, knowledge, at)), ensure_ascii=False).encode()]


def _decoded(texts: Sequence[str]) -> list[bytes]:
    return [base64.b64decode(text) for text in texts]


async def _verdict(pdf: bytes, knowledge: Knowledge, at: datetime) -> dict[str, Any]:
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        fields = _filled(reader)
        removed = not fields and _was_signed(reader)
    except (PdfReadError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return _unsigned_or_unreadable(pdf, error)
    if reader.encrypted:
        return _verdict_of(Soundness.UNREADABLE, "encrypted")
    if not fields:
        return _verdict_of(Soundness.ALTERED, "signature-removed") if removed else _verdict_of(Soundness.UNSIGNED)
    found = await _examined(reader, fields[:_MOST_SIGNATURES], pdf, knowledge.with_store(reader), at)
    if not found:
        return _verdict_of(Soundness.UNSIGNED, "only-time-stamps")
    verdict = _verdict_of(worst(*(each.soundness for each in found)))
    verdict["signatures"] = [_finding(each) for each in found]
    chains = [chain for each in found for chain in each.wanting]
    verdict["wanting"] = [[_text(one), _text(issuer)] for chain in chains for one, issuer in pairwise(chain)]
    return verdict


def _filled(reader: PdfFileReader) -> list[tuple[str, Any, Any]]:
    """Name, value and field of every signature."""
    return [
        (name, value.get_object(), field) for name, value, field in enumerate_sig_fields(reader, filled_status=True)
    ]


def _was_signed(reader: PdfFileReader) -> bool:
    """Whether an earlier state of the document carried a signature."""
    return any(
        any(True for _ in enumerate_sig_fields(reader.get_historical_resolver(revision), filled_status=True))
        for revision in range(reader.total_revisions - 1)
    )


def _unsigned_or_unreadable(pdf: bytes, error: Exception) -> dict[str, Any]:
    """Many documents bend the rules a little; one that does and is signed cannot be judged."""
    if _looks_signed(pdf):
        return _verdict_of(Soundness.ALTERED, "structure-odd", type(error).__name__)
    try:
        lenient = PdfFileReader(io.BytesIO(pdf), strict=False)
        if lenient.encrypted:
            return _verdict_of(Soundness.UNREADABLE, "encrypted")
        signed = bool(_filled(lenient))
    except Exception:
        # Whatever a stranger's bytes provoke: they cannot be read.
        return _verdict_of(Soundness.UNREADABLE, "not-a-document", type(error).__name__)
    if signed:
        return _verdict_of(Soundness.ALTERED, "structure-odd", type(error).__name__)
    return _verdict_of(Soundness.UNSIGNED)


def _looks_signed(pdf: bytes) -> bool:
    """Other readers may mend what we do not, and show the signature: it must not be taken for a sound one."""
    return pdf.lstrip()[:5] == b"%PDF-" and b"/ByteRange" in pdf and b"/Contents" in pdf


async def _examined(
    reader: PdfFileReader, fields: Sequence[tuple[str, Any, Any]], pdf: bytes, knowledge: Knowledge, at: datetime
) -> list[Examined]:
    """Findings in the order of signing; time-stamps over the document count for the signatures before them."""
    signatures, found = [], []
    for name, value, field in fields:
        broken = _broken(value)
        try:
            if broken is None:
                signatures.append(EmbeddedPdfSignature(reader, field, name))
        except (PdfReadError, SignatureValidationError, ValueError, KeyError, TypeError, IndexError) as error:
            broken = "signature-broken", type(error).__name__
        if broken is not None:
            found.append(_bad(*broken))
    signatures.sort(key=lambda each: each.signed_revision)
    proven: list[tuple[int, datetime]] = []
    for each in reversed([each for each in signatures if each.sig_object_type == "/DocTimeStamp"]):
        time = await _stamp_time(each, pdf, knowledge, proven[-1][1] if proven else at)
        proven += [] if time is None else [(each.signed_revision, time)]
    real = [each for each in signatures if each.sig_object_type != "/DocTimeStamp"]
    for each in real:
        later = [time for revision, time in proven if revision > each.signed_revision]
        sealed = any(other.signed_revision > each.signed_revision for other in real)
        found.append(await _one(each, pdf, knowledge, min(later, default=at), archived=bool(later), sealed=sealed))
    return found


def _broken(value: Any) -> Broken | None:
    """Why a signature is none at all: universal forgery leaves out what would have to be verified."""
    # Brackets follow references, get() does not.
    kind = value["/SubFilter"] if "/SubFilter" in value else ""  # noqa: SIM401
    if kind not in (*_SUPPORTED, _STAMP):
        return "unsupported", str(kind)[:40]
    if "/ByteRange" not in value or "/Contents" not in value or not value["/Contents"]:
        return "signature-broken", "ByteRange" if "/ByteRange" not in value else "Contents"
    return None


def _bad(code: str, detail: str) -> Examined:
    found = Examined()
    found.doubt(Soundness.UNDECIDED if code == "unsupported" else Soundness.ALTERED, code, detail)
    return found


async def _stamp_time(
    signature: EmbeddedPdfSignature, pdf: bytes, knowledge: Knowledge, at: datetime
) -> datetime | None:
    try:
        return await examine_stamp(signature, pdf, knowledge, at)
    except (PdfReadError, SignatureValidationError, ValueError, KeyError, TypeError):
        return None


async def _one(
    signature: EmbeddedPdfSignature,
    pdf: bytes,
    knowledge: Knowledge,
    known_at: datetime,
    *,
    archived: bool,
    sealed: bool,
) -> Examined:
    try:
        found = await examine(signature, pdf, knowledge, known_at, sealed_later=sealed)
    except (PdfReadError, SignatureValidationError, ValueError, KeyError, TypeError, RecursionError) as error:
        return _bad("signature-broken", type(error).__name__)
    brought = bool(knowledge.ocsps or knowledge.crls)
    if found.stamped_at is not None and brought and not found.wanting and found.soundness is Soundness.SOUND:
        found.level = SignatureLevel.B_LTA if archived else SignatureLevel.B_LT
    return found


def _verdict_of(soundness: Soundness, code: str = "", detail: str = "") -> dict[str, Any]:
    return {"soundness": soundness, "reasons": [[code, detail]] if code else [], "signatures": [], "wanting": []}


def _finding(found: Examined) -> dict[str, Any]:
    return {
        "soundness": found.soundness,
        "reasons": found.reasons,
        "certificate": None if found.certificate is None else _facts(found.certificate),
        "chain": [display_name(each.subject) for each in found.chain],
        "claimed_at": _time(found.claimed_at),
        "stamped_at": _time(found.stamped_at),
        "stamped_by": found.stamped_by,
        "level": None if found.certificate is None else found.level,
        "covers_document": found.covers_document,
    }


def _facts(certificate: x509.Certificate) -> dict[str, Any]:
    known = facts(load_der_x509_certificate(certificate.dump()))
    times = {"not_before": _time(known.not_before), "not_after": _time(known.not_after)}
    words = ("subject", "organisation", "issuer", "serial", "key", "demo")
    return {**{word: getattr(known, word) for word in words}, **times}


def _time(value: datetime | None) -> str | None:
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _text(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.dump()).decode("ascii")
