"""What the demonstration authority answers: lists of revocations, OCSP (RFC 6960) and time-stamps (RFC 3161)."""

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from signing import der
from signing.cms import TIME_STAMP_INFO, Envelope
from signing.demo_server import DemoServer
from signing.keys import HeldKey

_POLICY: Final = "2.25.205413690352812463217408190123.1"
_BEHIND: Final = timedelta(minutes=1)
"""Answers are dated a little back, for clocks that run behind."""
_GRANTED: Final = 0
_FRESH: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Revoked:
    at: datetime


class AuthorityServices:
    """Puts answers into the table of a server."""

    def __init__(self, server: DemoServer, revoked: Mapping[int, Revoked]) -> None:
        self._server = server
        self._revoked = revoked
        self._serials = itertools.count(1)

    def add_authority(self, name: str, authority: HeldKey, responder: HeldKey) -> None:
        """`/ca/NAME`, `/crl/NAME` and `/ocsp/NAME`."""
        answers = self._server.answers
        answers[f"/ca/{name}"] = lambda _: authority.certificate.public_bytes(Encoding.DER)
        answers[f"/crl/{name}"] = lambda _: self._list(authority)
        answers[f"/ocsp/{name}"] = lambda body: self._status(responder, body)

    def add_time_stamps(self, path: str, holder: HeldKey) -> None:
        envelope = Envelope(holder.certificate, holder.chain, TIME_STAMP_INFO)
        self._server.answers[f"/{path}"] = lambda body: self._stamp(holder, envelope, body)

    def _list(self, authority: HeldKey) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.certificate.subject)
            .last_update(now - _BEHIND)
            .next_update(now + _FRESH)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private.public_key()), False)
            .add_extension(x509.CRLNumber(next(self._serials)), False)
        )
        for serial, revoked in self._revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked.at).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(authority.private, hashes.SHA256()).public_bytes(Encoding.DER)

    def _status(self, responder: HeldKey, body: bytes) -> bytes:
        request = ocsp.load_der_ocsp_request(body)
        revoked, now = self._revoked.get(request.serial_number), datetime.now(UTC)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            request.issuer_name_hash,
            request.issuer_key_hash,
            request.serial_number,
            request.hash_algorithm,
            ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            now - _BEHIND,
            now + _FRESH,
            revoked.at if revoked else None,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        answer = builder.certificates([responder.certificate]).sign(responder.private, hashes.SHA256())
        return answer.public_bytes(Encoding.DER)

    def _stamp(self, holder: HeldKey, envelope: Envelope, body: bytes) -> bytes:
        query = tsp.TimeStampReq.load(body)
        info = tsp.TSTInfo(
            {
                "version": 1,
                "policy": _POLICY,
                "message_imprint": query["message_imprint"],
                "serial_number": next(self._serials),
                "gen_time": datetime.now(UTC).replace(microsecond=0),
                "accuracy": {"seconds": 1},
                "nonce": query["nonce"],
            }
        ).dump()
        attributes = envelope.attributes(hashlib.sha256(info).digest())
        token = envelope.seal(attributes, holder.sign(attributes), content=info)
        return der.sequence(der.sequence(der.integer(_GRANTED)), token)
