"""Keys that sign, wherever they are kept: what signing needs of one, and the key in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from mailroom.domain.errors import ConfigurationError, SigningRefusedError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SigningKey(Protocol):
    """A private key with its certificate. Safe to share between threads."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Other certificates that are kept beside it."""

    def sign(self, content: bytes) -> bytes:
        """The signature over SHA-256 of `content`: RSA PKCS #1 v1.5, or ECDSA in DER.

        Raises SigningRefusedError, TemporarySigningError.
        """

    def close(self) -> None: ...


class HeldKey:
    """A key in the memory of this process. It is parsed once: checking an RSA key takes a hundred signatures' time."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate, chain: Sequence[x509.Certificate] = ()) -> None:
        self.private = key
        self.certificate = certificate
        self.chain = tuple(chain)

    def sign(self, content: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(content, ec.ECDSA(hashes.SHA256()))

    def close(self) -> None:
        """Nothing is held open."""


def load_pkcs12(path: Path, password: str) -> HeldKey:
    """The key of a PKCS #12 file (RFC 7292). Raises ConfigurationError naming file and remedy."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); check path and mode") from error
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except ValueError as error:
        raise ConfigurationError(f"{path}: does not open ({error}); check the password and the file") from error
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigurationError(
            f"{path}: holds no RSA or elliptic-curve key with its certificate; export it with both"
        )
    return HeldKey(key, certificate, others)


def refuse_mismatch(certificate: x509.Certificate, content: bytes, signature: bytes) -> None:
    """Raises SigningRefusedError when the signature is not of the key that the certificate names."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SigningRefusedError(
            "the key does not belong to the certificate; set the certificate that was issued for it"
        ) from error
