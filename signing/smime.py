"""Signs mail: multipart/signed with the certificate of the agency (RFC 1847, RFC 8551)."""

import binascii
import email
import email.policy
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from signing import der
from signing.cms import Envelope, attribute
from signing.keys import SigningKey

_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_UTC_TIME: Final = 0x17
_HEADER: Final = re.compile(rb"[!-9;-~]+:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n")
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_FRAME: Final = (
    b'Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n micalg="sha-256"; boundary="%b"\r\n'
    b"\r\n--%b\r\n%b\r\n--%b\r\n"
    b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
    b"%b\r\n--%b--\r\n"
)
_BASE64_LINE: Final = 76
_SEVEN_BIT: Final = email.policy.SMTP.clone(cte_type="7bit")


class MailSigner:
    """Signs finished mails. Safe to share between threads."""

    def __init__(self, key: SigningKey, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._key = key
        self._now = now
        self._envelope = Envelope(key.certificate, key.chain)

    def sign_mail(self, raw: bytes) -> bytes:
        """The same mail as multipart/signed, CRLF throughout. What was in it stands in its first part unchanged.

        Lines of more than seven bits are encoded first: a relay that did so later would break the signature. Raises
        SigningRefusedError, TemporarySigningError.
        """
        headers, body = _split(raw if raw.isascii() else email.message_from_bytes(raw, policy=_SEVEN_BIT).as_bytes())
        outer = [header for header in headers if not _is_of_content(header)]
        inner = b"".join(header for header in headers if _is_of_content(header)) + b"\r\n" + body
        boundary = b"signed-" + hashlib.sha256(inner).hexdigest()[:40].encode()
        if not any(header.lower().startswith(b"mime-version:") for header in outer):
            outer.append(b"MIME-Version: 1.0\r\n")
        signature = _base64(self._signature(inner))
        return b"".join((*outer, _FRAME % (boundary, boundary, inner, boundary, signature, boundary)))

    def close(self) -> None:
        self._key.close()

    def _signature(self, content: bytes) -> bytes:
        time = der.tlv(_UTC_TIME, self._now().strftime("%y%m%d%H%M%SZ").encode())
        attributes = self._envelope.attributes(hashlib.sha256(content).digest(), attribute(_SIGNING_TIME, time))
        return self._envelope.seal(attributes, self._key.sign(attributes))


def _split(raw: bytes) -> tuple[list[bytes], bytes]:
    """Headers, each with its continuation lines, and the body."""
    raw = _LINE_END.sub(b"\r\n", raw)
    head, _, body = raw.partition(b"\r\n\r\n")
    return _HEADER.findall(head + b"\r\n"), body


def _is_of_content(header: bytes) -> bool:
    return header.lower().startswith(b"content-")


def _base64(content: bytes) -> bytes:
    text = binascii.b2a_base64(content, newline=False)
    return b"\r\n".join(text[start : start + _BASE64_LINE] for start in range(0, len(text), _BASE64_LINE)) + b"\r\n"
