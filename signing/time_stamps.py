"""Asks time-stamp authorities for tokens, in order, and verifies what they answer (RFC 3161, R94)."""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as parsed
from cryptography import x509

from mailroom.domain.errors import SigningError, SigningRefusedError, TemporarySigningError
from signing.cms_check import signed_data, signing_certificate, verify_carried
from signing.web import fetch

_HEADERS: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_REST_SECONDS: Final = 300.0
"""An authority that failed is asked last for so long."""
_GRANTED: Final = ("granted", "granted_with_mods")


class _Reply(core.Sequence):  # type: ignore[misc]
    """RFC 3161 section 2.4.2; a refusal carries no token, which asn1crypto's own definition does not allow."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class Token:
    """A verified time-stamp, whose certificate is not judged yet."""

    encoded: bytes
    stamped_at: datetime
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


class TimeStampAuthorities:
    """Authorities in order of preference. Safe to share between threads."""

    def __init__(
        self, urls: Sequence[str], accept: Callable[[Token], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`accept` raises SigningError when the certificate of a token is not to be trusted."""
        self._urls = tuple(urls)
        self._accept = accept
        self._clock = clock
        self._rests_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def stamp(self, digest: bytes) -> Token:
        """A token over a SHA-256 digest, of the first authority that gives a good one.

        Raises TemporarySigningError when none answers, SigningRefusedError when all that answer are unfit.
        """
        failures: list[SigningError] = []
        for url in self._in_order():
            try:
                token = ask(url, digest)
                self._accept(token)
            except SigningError as error:
                failures.append(error)
                with self._lock:
                    self._rests_until[url] = self._clock() + _REST_SECONDS
            else:
                return token
        text = "no authority gave a time-stamp: " + ("; ".join(map(str, failures)) or "none is set in time_stamps")
        if all(isinstance(failure, SigningRefusedError) for failure in failures):
            raise SigningRefusedError(text)
        raise TemporarySigningError(text)

    def _in_order(self) -> list[str]:
        """Those that rest come last: better late than never."""
        now = self._clock()
        return sorted(self._urls, key=lambda url: self._rests_until.get(url, now) > now)


def ask(url: str, digest: bytes) -> Token:
    """A token of one authority. Raises TemporarySigningError when it gives none, SigningRefusedError for a bad one."""
    nonce = secrets.randbits(63)
    imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest})
    query = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    answer = fetch(url, query.dump(), dict(_HEADERS))
    try:
        reply = _Reply.load(answer)
        status = reply["status"]["status"].native
        if status not in _GRANTED:
            raise TemporarySigningError(f"{url}: refuses a time-stamp ({status}); ask the authority")
        return verify(reply["time_stamp_token"].dump(), digest, nonce)
    except (ValueError, TypeError, KeyError) as error:
        raise SigningRefusedError(
            f"{url}: the answer is no sound time-stamp ({error}); use another authority"
        ) from error


def verify(encoded: bytes, digest: bytes, nonce: int) -> Token:
    """Imprint, nonce and signature of a token. Raises ValueError."""
    data = signed_data(encoded)
    stamp = data["encap_content_info"]["content"].parsed
    imprint = stamp["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != "sha256" or imprint["hashed_message"].native != digest:
        raise ValueError("it stamps something else")
    if stamp["nonce"].native != nonce:
        raise ValueError("it answers another question")
    certificate = signing_certificate(data)
    verify_carried(data, certificate, "tst_info")
    others = tuple(_native(each.chosen) for each in data["certificates"] if each.chosen is not certificate)
    return Token(encoded, stamp["gen_time"].native, _native(certificate), others)


def _native(certificate: parsed.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
