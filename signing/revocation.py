"""Learns whether certificates were revoked (OCSP, RFC 6960; lists, RFC 5280 section 5), and remembers it for a while."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from mailroom.domain.errors import SigningError, TemporarySigningError
from signing.certificates import fingerprint
from signing.web import fetch

LONGEST: Final = timedelta(hours=1)
_OCSP_HEADERS: Final = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Answers of an authority, DER, and until when they need not be asked for again (UTC)."""

    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    until: datetime


class RevocationSource:
    """Asks authorities, the quick way first. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._known: dict[tuple[bytes, bytes], Evidence] = {}
        self._lists: dict[str, Evidence] = {}
        self._lock = threading.Lock()

    def evidence(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Evidence | None:
        """What the authority says of a certificate; None when the certificate names no place to ask.

        Nothing of it is verified yet. Raises TemporarySigningError when no place answers.
        """
        key = fingerprint(certificate), fingerprint(issuer)
        known = self._known.get(key)
        if known is None or known.until <= self._now():
            known = self._ask(certificate, issuer)
            if known is not None:
                with self._lock:
                    self._known[key] = known
        return known

    def _ask(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Evidence | None:
        complaints: list[str] = []
        responders = _responders(certificate)
        for url in (*responders, *_lists(certificate)):
            try:
                return self._status(url, certificate, issuer) if url in responders else self._list(url)
            except SigningError as error:
                complaints.append(str(error))
        if complaints:
            raise TemporarySigningError(
                "whether the certificate was revoked cannot be learnt: " + "; ".join(complaints)
            )
        return None

    def _status(self, url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> Evidence:
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - names only
        answer = fetch(url, request.build().public_bytes(Encoding.DER), dict(_OCSP_HEADERS))
        try:
            status = ocsp.load_der_ocsp_response(answer)
            if status.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                raise TemporarySigningError(f"{url}: answers {status.response_status.name.lower()}; ask the authority")
            return Evidence((answer,), (), self._until(status.next_update_utc))
        except ValueError as error:
            raise TemporarySigningError(f"{url}: the answer is not OCSP ({error}); ask the authority") from error

    def _list(self, url: str) -> Evidence:
        known = self._lists.get(url)
        if known is None or known.until <= self._now():
            answer = fetch(url)
            try:
                content = x509.load_der_x509_crl(answer)
            except ValueError as error:
                raise TemporarySigningError(f"{url}: the answer is no list of revocations ({error})") from error
            known = Evidence((), (answer,), self._until(content.next_update_utc))
            with self._lock:
                self._lists[url] = known
        return known

    def _until(self, next_update: datetime | None) -> datetime:
        latest = self._now() + LONGEST
        return latest if next_update is None else min(latest, next_update)


def _responders(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        entry.access_location.value
        for entry in access
        if entry.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]


def _lists(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    names = (name for point in points for name in point.full_name or ())
    return [
        name.value
        for name in names
        if isinstance(name, x509.UniformResourceIdentifier) and name.value.lower().startswith("http")
    ]
