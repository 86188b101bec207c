"""Builds signed data of the Cryptographic Message Syntax (RFC 5652) with one signer, SHA-256 throughout."""

import hashlib
from collections.abc import Sequence
from typing import Final

from asn1crypto import x509 as parsed
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from signing import der

DATA: Final = "1.2.840.113549.1.7.1"
TIME_STAMP_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
SHA256: Final = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
_RSA = der.sequence(der.oid("1.2.840.113549.1.1.1"), der.NULL)
_ECDSA = der.sequence(der.oid("1.2.840.10045.4.3.2"))
_OTHER_CONTENT_VERSION = 3
"""RFC 5652 section 5.1."""
_ATTRIBUTES_HEADROOM = 1024
"""More than the attributes, the signature and the frame of a signer ever take."""


class Envelope:
    """What is the same in every signature of one certificate, encoded once."""

    def __init__(self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], kind: str = DATA) -> None:
        """`chain` travels with the signature: certificates between this one and its root. `kind` is that of content."""
        encoded = certificate.public_bytes(Encoding.DER)
        content = parsed.Certificate.load(encoded)["tbs_certificate"]
        # Names are copied byte for byte: an encoder that writes them anew loses Thai ones to some readers.
        issuer, serial = content["issuer"].dump(), content["serial_number"].dump()
        everyone = {encoded, *(each.public_bytes(Encoding.DER) for each in chain)}
        self._certificates = der.tagged(0, *sorted(everyone))
        self._signer = der.sequence(issuer, serial)
        self._algorithm = _RSA if isinstance(certificate.public_key(), RSAPublicKey) else _ECDSA
        self._kind = der.oid(kind)
        self._fixed = (attribute(_CONTENT_TYPE, self._kind), _signing_certificate(encoded, issuer, serial))

    @property
    def room(self) -> int:
        """Bytes that a signature without a time-stamp takes at most."""
        return len(self._certificates) + _ATTRIBUTES_HEADROOM

    def attributes(self, digest: bytes, *more: bytes) -> bytes:
        """The signed attributes over a SHA-256 digest, as they are to be signed (RFC 5652 section 5.4).

        They are those of EN 319 122-1 section 6: type of content, digest, and which certificate signs; the time of
        signing is not among them, since PAdES keeps it in the document.
        """
        return der.set_of(*self._fixed, attribute(_MESSAGE_DIGEST, der.octets(digest)), *more)

    def seal(self, attributes: bytes, signature: bytes, token: bytes = b"", content: bytes = b"") -> bytes:
        """The finished signature; `token` is a time-stamp over `signature` (RFC 3161 appendix A).

        What is signed stands elsewhere unless it is given as `content`.
        """
        unsigned = der.tagged(1, attribute(_TIME_STAMP, token)) if token else b""
        # Inside the structure the same attributes carry an implicit tag instead of that of a set.
        signed = bytes((0xA0,)) + attributes[1:]
        signer = der.sequence(
            der.integer(1), self._signer, SHA256, signed, self._algorithm, der.octets(signature), unsigned
        )
        carried = der.tagged(0, der.octets(content)) if content else b""
        data = der.sequence(
            der.integer(1 if self._kind == der.oid(DATA) else _OTHER_CONTENT_VERSION),
            der.set_of(SHA256),
            der.sequence(self._kind, carried),
            self._certificates,
            der.set_of(signer),
        )
        return der.sequence(der.oid(_SIGNED_DATA), der.tagged(0, data))


def attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.set_of(value))


def _signing_certificate(encoded: bytes, issuer: bytes, serial: bytes) -> bytes:
    """Which certificate signs, by digest and by name (RFC 5035 section 3)."""
    names = der.sequence(der.tagged(4, issuer))
    identifier = der.sequence(der.octets(hashlib.sha256(encoded).digest()), der.sequence(names, serial))
    return attribute(_SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(identifier)))
