"""Judges certificates: chain to a trusted root, validity, usage and revocation (RFC 5280 section 6)."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal, TypeVar

from asn1crypto import x509 as parsed
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext, errors
from pyhanko_certvalidator.path import ValidationPath

from mailroom.domain.errors import SigningRefusedError, TemporarySigningError
from signing.certificates import display_name, encoded, fingerprint, usage_fault
from signing.revocation import LONGEST, Evidence, RevocationSource

Usage = Literal["documents", "time-stamps"]
_TOLERANCE: Final = timedelta(minutes=5)
"""Clocks of authorities run ahead of ours by so much."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chain:
    """A certificate that was found good."""

    certificates: tuple[x509.Certificate, ...]
    """From the certificate to its root."""
    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    until: datetime
    """When it has to be judged anew (UTC)."""


class TrustStore:
    """The roots that this agency trusts. Safe to share between threads; judgements are kept for an hour at most."""

    def __init__(
        self,
        roots: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate] = (),
        *,
        source: RevocationSource | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.roots = tuple(roots)
        self.intermediates = tuple(intermediates)
        self._source = source or RevocationSource(now)
        self._now = now
        self._judged: dict[tuple[bytes, Usage], Chain] = {}
        self._lock = threading.Lock()

    def judge(self, certificate: x509.Certificate, others: Sequence[x509.Certificate], usage: Usage) -> Chain:
        """The chain of a certificate that is good now. `others` may hold issuers of it.

        Raises SigningRefusedError with the remedy, TemporarySigningError when revocation cannot be learnt.
        """
        key = fingerprint(certificate), usage
        known = self._judged.get(key)
        if known is None or known.until <= self._now():
            known = self._judge(certificate, (*others, *self.intermediates), usage)
            with self._lock:
                self._judged[key] = known
        return known

    def _judge(self, certificate: x509.Certificate, others: Sequence[x509.Certificate], usage: Usage) -> Chain:
        name = common_name(certificate)
        refuse_dates(certificate, self._now())
        fault = usage_fault(certificate) if usage == "documents" else None
        if fault is not None:
            raise SigningRefusedError(
                f"the certificate of {name} must not sign documents: {fault}; ask the authority for one that may"
            )
        path = self._path(certificate, others, usage, ())
        found = tuple(_native(each) for each in path)[::-1]
        evidence = [self._evidence(one, issuer) for one, issuer in pairwise(found)]
        self._path(certificate, others, usage, evidence, revocation="hard-fail")
        until = min((each.until for each in evidence), default=self._now() + LONGEST)
        expires = min(each.not_valid_after_utc for each in found)
        return Chain(
            found,
            tuple(dict.fromkeys(answer for each in evidence for answer in each.ocsps)),
            tuple(dict.fromkeys(answer for each in evidence for answer in each.crls)),
            min(until, expires),
        )

    def _evidence(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Evidence:
        found = self._source.evidence(certificate, issuer)
        if found is None:
            raise SigningRefusedError(
                f"the certificate of {common_name(certificate)} names no place that tells whether it was revoked;"
                " ask the authority for one that does"
            )
        return found

    def _path(
        self,
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        usage: Usage,
        evidence: Sequence[Evidence],
        revocation: str = "soft-fail",
    ) -> ValidationPath:
        context = ValidationContext(
            trust_roots=_parsed(self.roots),
            other_certs=_parsed(others),
            moment=self._now(),
            allow_fetching=False,
            crls=[answer for each in evidence for answer in each.crls],
            ocsps=[answer for each in evidence for answer in each.ocsps],
            revocation_mode=revocation,
            time_tolerance=_TOLERANCE,
        )
        validator: Any = CertificateValidator(_parsed([certificate])[0], validation_context=context)
        stamps = usage == "time-stamps"
        try:
            path: ValidationPath = run(
                validator.async_validate_usage(
                    key_usage=set(),
                    extended_key_usage={"time_stamping"} if stamps else set(),
                    extended_optional=not stamps,
                )
            )
        except (errors.PathError, errors.ValidationError) as error:
            raise _refusal(error, common_name(certificate), usage) from error
        return path


def refuse_dates(certificate: x509.Certificate, at: datetime) -> None:
    """Raises SigningRefusedError when the certificate is not valid at that time."""
    if at > certificate.not_valid_after_utc:
        raise SigningRefusedError(
            f"the certificate of {common_name(certificate)} expired on {certificate.not_valid_after_utc:%Y-%m-%d}; put the new one in place"
        )
    if at < certificate.not_valid_before_utc:
        raise SigningRefusedError(
            f"the certificate of {common_name(certificate)} is valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC;"
            " wait until then, or mend the clock of this machine"
        )


def common_name(certificate: x509.Certificate) -> str:
    return display_name(_parsed([certificate])[0].subject)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of asynchronous work that waits for nothing, wherever it is called."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _refusal(error: Exception, name: str, usage: Usage) -> SigningRefusedError | TemporarySigningError:
    whose = f"the certificate of {name}"
    if isinstance(error, errors.RevokedError):
        return SigningRefusedError(f"{whose}, or of one of its issuers, was revoked ({error}); get a new one")
    if isinstance(error, errors.PathBuildingError):
        return SigningRefusedError(
            f"{whose} leads to no trusted root; add the root to [signing] trust, and what stands between to chain"
        )
    if isinstance(error, errors.ExpiredError | errors.NotYetValidError):
        return SigningRefusedError(f"an issuer of {whose} is not valid at this time ({error}); get a new chain")
    if isinstance(error, errors.InsufficientRevinfoError):
        return TemporarySigningError(
            f"whether {whose} was revoked cannot be learnt ({error}); try again, then ask the authority"
        )
    what = "give time-stamps" if usage == "time-stamps" else "sign documents"
    return SigningRefusedError(f"{whose} must not {what} ({error}); ask the authority for one that may")


def _parsed(certificates: Sequence[x509.Certificate]) -> list[parsed.Certificate]:
    return [parsed.Certificate.load(each) for each in encoded(certificates)]


def _native(certificate: parsed.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
