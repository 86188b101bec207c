"""Reads certificates: what people must know of them, and whether they may sign at all."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from asn1crypto import pem
from asn1crypto import x509 as parsed
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from mailroom.domain.errors import ConfigurationError
from mailroom.domain.signature import CertificateFacts

DEMO_POLICY: Final = x509.ObjectIdentifier("2.25.205413690352812463217408190123")
"""Certificate policy of the demonstration authority: an OID made from a UUID needs no registration (X.667)."""
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_SIGNING_USES: Final = frozenset(
    {
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # documents (RFC 9336)
        x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # documents, as Microsoft names it
        x509.ObjectIdentifier("1.2.840.113583.1.1.5"),  # documents, as Adobe names it
    }
)


def facts(certificate: x509.Certificate) -> CertificateFacts:
    """What people must know of a certificate."""
    content = parsed.Certificate.load(certificate.public_bytes(Encoding.DER))
    subject = content.subject.native
    return CertificateFacts(
        subject=display_name(content.subject),
        organisation=str(subject.get("organization_name", "")),
        issuer=display_name(content.issuer),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key=_key_name(certificate),
        demo=is_demo(certificate),
    )


def display_name(name: parsed.Name) -> str:
    """The common name, or what else names it."""
    native = name.native
    for kind in ("common_name", "organizational_unit_name", "organization_name"):
        value = native.get(kind)
        if value:
            return value if isinstance(value, str) else " ".join(value)
    return str(name.human_friendly)


def _key_name(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, RSAPublicKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name, key.curve.name)
    return type(key).__name__.removesuffix("PublicKey")


def is_demo(certificate: x509.Certificate) -> bool:
    """Whether the demonstration authority issued it."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(policy.policy_identifier == DEMO_POLICY for policy in policies)


def usage_fault(certificate: x509.Certificate) -> str | None:
    """Why a certificate must not sign documents (RFC 5280 section 4.2.1); None when it may."""
    try:
        extensions = {type(extension.value): extension.value for extension in certificate.extensions}
    except ValueError as error:
        return f"its extensions cannot be read: {error}"
    constraints = extensions.get(x509.BasicConstraints)
    if isinstance(constraints, x509.BasicConstraints) and constraints.ca:
        return "it is the certificate of an authority"
    usage = extensions.get(x509.KeyUsage)
    if isinstance(usage, x509.KeyUsage) and not (usage.digital_signature or usage.content_commitment):
        return "its key usage has neither digital signature nor non-repudiation"
    purposes = extensions.get(x509.ExtendedKeyUsage)
    if isinstance(purposes, x509.ExtendedKeyUsage) and not _SIGNING_USES.intersection(purposes):
        return "its extended key usage does not allow documents or mail to be signed"
    if not isinstance(certificate.public_key(), RSAPublicKey | EllipticCurvePublicKey):
        return "its key is neither RSA nor elliptic-curve"
    return None


def fingerprint(certificate: x509.Certificate) -> bytes:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()


def encoded(certificates: Iterable[x509.Certificate]) -> tuple[bytes, ...]:
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)


def load(content: bytes) -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM text, or the one of a DER file. Raises ValueError."""
    if not pem.detect(content):
        return (x509.load_der_x509_certificate(content),)
    return tuple(x509.load_pem_x509_certificates(content))


def load_files(paths: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    """Every certificate of some files. Raises ConfigurationError naming the file."""
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found += load(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); check path and mode") from error
        except ValueError as error:
            raise ConfigurationError(f"{path}: holds no certificate ({error}); put a PEM or DER file there") from error
    return tuple(found)
