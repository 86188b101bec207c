"""Examines one signature of a PDF, in the confined process: integrity, later changes, time, trust, revocation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    SignatureCoverageLevel,
    SignatureStatus,
    TimestampSignatureStatus,
)
from pyhanko_certvalidator import ValidationContext

from mailroom.domain.signature import SignatureLevel, Soundness
from signing.byte_range import fault
from signing.certificates import display_name
from signing.knowledge import Knowledge

Stamp = TypeVar("Stamp", bound=TimestampSignatureStatus)

_SIGNING = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
_LONGEST_DETAIL = 200
_WEAK = (AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE, AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
_REVOKED = (AdESIndeterminate.REVOKED_NO_POE, AdESIndeterminate.REVOKED_CA_NO_POE)


@dataclass(slots=True)
class Examined:
    """What was found of one signature, on its way to a finding."""

    soundness: Soundness = Soundness.SOUND
    reasons: list[tuple[str, str]] = field(default_factory=list)
    certificate: x509.Certificate | None = None
    chain: list[x509.Certificate] = field(default_factory=list)
    claimed_at: datetime | None = None
    stamped_at: datetime | None = None
    stamped_by: str = ""
    level: SignatureLevel = SignatureLevel.B_B
    covers_document: bool = False
    wanting: list[list[x509.Certificate]] = field(default_factory=list)
    """Trusted chains whose revocation is not known."""

    def doubt(self, soundness: Soundness, code: str, detail: str = "") -> None:
        """Note a reason; the worst one is the verdict."""
        self.reasons.append((code, detail))
        self.soundness = worst(self.soundness, soundness)


_ORDER = (
    Soundness.SOUND,
    Soundness.UNSIGNED,
    Soundness.UNDECIDED,
    Soundness.EXPIRED,
    Soundness.UNTRUSTED,
    Soundness.REVOKED,
    Soundness.ALTERED,
    Soundness.UNREADABLE,
)


def worst(*verdicts: Soundness) -> Soundness:
    return max(verdicts, key=_ORDER.index)


async def examine(
    signature: EmbeddedPdfSignature, pdf: bytes, knowledge: Knowledge, known_at: datetime, *, sealed_later: bool
) -> Examined:
    """`known_at` is when the document is proven to have existed; `sealed_later` whether a later signature vouches."""
    found = Examined(certificate=signature.signer_cert, claimed_at=signature.self_reported_timestamp)
    _look_at_range(found, signature, pdf)
    _look_at_changes(found, signature, sealed_later=sealed_later)
    moment = await _look_at_stamp(found, signature, knowledge, known_at)
    await _look_at_trust(found, signature, knowledge, moment)
    return found


def _look_at_range(found: Examined, signature: EmbeddedPdfSignature, pdf: bytes) -> None:
    odd = fault(pdf, [int(number) for number in signature.byte_range], signature.pkcs7_content)
    if odd is not None:
        found.doubt(Soundness.ALTERED, "range-odd", odd)


def _look_at_changes(found: Examined, signature: EmbeddedPdfSignature, *, sealed_later: bool) -> None:
    whole: Any = signature
    whole.compute_integrity_info()
    found.covers_document = signature.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if found.covers_document:
        return
    result = whole.diff_result
    if result is None or isinstance(result, SuspiciousModification):
        found.doubt(
            Soundness.ALTERED, "changed-after", "" if result is None else str(result)[:_LONGEST_DETAIL].splitlines()[0]
        )
        return
    level, allowed = result.modification_level, signature.docmdp_level
    if level is ModificationLevel.OTHER or (allowed is not None and level.value > allowed.value):
        found.doubt(Soundness.ALTERED, "changed-after")
    elif level > ModificationLevel.LTA_UPDATES and not sealed_later:
        found.doubt(Soundness.UNDECIDED, "filled-after")
    else:
        found.doubt(Soundness.SOUND, "added-after")


async def _look_at_stamp(
    found: Examined, signature: EmbeddedPdfSignature, knowledge: Knowledge, known_at: datetime
) -> datetime:
    """The time at which the signature is to be judged."""

    async def validate(context: ValidationContext) -> TimestampSignatureStatus | None:
        whole = await async_validate_pdf_signature(
            signature, context, context, key_usage_settings=_SIGNING, skip_diff=True
        )
        return whole.timestamp_validity

    status, known = await _trusted_stamp(validate, knowledge, known_at)
    if status is None:
        found.doubt(Soundness.SOUND, "no-stamp")
        return known_at
    found.stamped_by = display_name(status.signing_cert.subject)
    if not (status.intact and status.valid):
        found.doubt(Soundness.ALTERED, "stamp-broken", found.stamped_by)
        return known_at
    if not status.trusted:
        found.doubt(Soundness.SOUND, "stamp-untrusted", found.stamped_by)
        return known_at
    found.stamped_at, found.level = status.timestamp, SignatureLevel.B_T
    if not known:
        found.reasons.append(("stamp-revocation-unknown", found.stamped_by))
        found.wanting.append(_path(status))
    return found.stamped_at


async def _trusted_stamp(
    validate: Callable[[ValidationContext], Awaitable[Stamp | None]], knowledge: Knowledge, known_at: datetime
) -> tuple[Stamp | None, bool]:
    """A time-stamp as it is to be judged, and whether revocation is known.

    Fresh data decide where there are any. Else what the document brought along from the time of stamping counts, as
    long as the certificate of the authority has not expired.
    """
    status = await validate(knowledge.context(known_at, "hard-fail"))
    if status is None or status.trusted or status.revoked:
        return status, True
    status = await validate(knowledge.without_revocation().context(known_at, "soft-fail"))
    if status is None or not status.trusted:
        return status, False
    then = await validate(knowledge.context(status.timestamp, "hard-fail"))
    if then is not None and then.revoked:
        return then, True
    return status, then is not None and then.trusted


async def _look_at_trust(
    found: Examined, signature: EmbeddedPdfSignature, knowledge: Knowledge, moment: datetime
) -> None:
    status = await _status(signature, knowledge.context(moment, "hard-fail"))
    known = status.trusted
    if not known and status.trust_problem_indic is AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        status = await _status(signature, knowledge.context(moment, "soft-fail"))
    found.chain = _path(status) or [status.signing_cert]
    if not status.intact:
        found.doubt(Soundness.ALTERED, "digest-differs")
    elif not status.valid:
        found.doubt(Soundness.ALTERED, "signature-wrong")
    elif not status.trusted:
        _note_distrust(found, status, moment)
    elif not known:
        found.doubt(Soundness.UNDECIDED, "revocation-unknown")
        found.wanting.append(found.chain)


async def _status(signature: EmbeddedPdfSignature, context: Any) -> SignatureStatus:
    return await async_validate_pdf_signature(signature, context, context, key_usage_settings=_SIGNING, skip_diff=True)


def _note_distrust(found: Examined, status: SignatureStatus, moment: datetime) -> None:
    why, validity = status.trust_problem_indic, status.signing_cert["tbs_certificate"]["validity"]
    if why in _REVOKED:
        at = status.revocation_details.revocation_date if status.revocation_details else None
        found.doubt(Soundness.REVOKED, "revoked", f"{at:%Y-%m-%d %H:%M} UTC" if at else "")
    elif moment > validity["not_after"].native:
        found.doubt(Soundness.EXPIRED, "expired", f"{validity['not_after'].native:%Y-%m-%d}")
    elif moment < validity["not_before"].native:
        found.doubt(Soundness.EXPIRED, "not-yet-valid", f"{validity['not_before'].native:%Y-%m-%d}")
    elif why is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        found.doubt(Soundness.UNTRUSTED, "untrusted-root", display_name(status.signing_cert.issuer))
    elif why is AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE:
        found.doubt(Soundness.UNTRUSTED, "usage-wrong")
    elif why in _WEAK:
        found.doubt(Soundness.UNDECIDED, "algorithm-weak")
    elif why is AdESIndeterminate.TRY_LATER:
        found.doubt(Soundness.UNDECIDED, "revocation-unknown")
    else:
        found.doubt(Soundness.UNTRUSTED, "chain-broken")


async def examine_stamp(
    signature: EmbeddedPdfSignature, pdf: bytes, knowledge: Knowledge, at: datetime
) -> datetime | None:
    """When a sound and trusted time-stamp over the document was made; None when it is neither."""
    if fault(pdf, [int(number) for number in signature.byte_range], signature.pkcs7_content) is not None:
        return None

    async def validate(context: ValidationContext) -> DocumentTimestampStatus | None:
        return await async_validate_pdf_timestamp(signature, context)

    status, _ = await _trusted_stamp(validate, knowledge, at)
    if status is None or not status.trusted or status.modification_level not in _HARMLESS:
        return None
    return status.timestamp


_HARMLESS = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def _path(status: SignatureStatus) -> list[x509.Certificate]:
    """From the signer to the root."""
    return [] if status.validation_path is None else list(status.validation_path)[::-1]
