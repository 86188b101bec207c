"""Verifies signed data of one signer (RFC 5652 section 5.6): digest, signature, and that it names its certificate."""

import hashlib
from typing import Any, Final

from asn1crypto import cms
from asn1crypto import x509 as parsed
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext

_VALIDATOR: Final = DefaultSignatureValidator()
_SET: Final = b"\x31"


def signed_data(encoded: bytes) -> cms.SignedData:
    """The signed data in a signature; zeros behind it are ignored. Raises ValueError."""
    content = cms.ContentInfo.load(encoded)
    if content["content_type"].native != "signed_data" or len(content["content"]["signer_infos"]) != 1:
        raise ValueError("it is not the signature of one signer")
    return content["content"]


def signing_certificate(data: cms.SignedData) -> parsed.Certificate:
    """The certificate that the signer names, out of those that came along. Raises ValueError."""
    wanted = data["signer_infos"][0]["sid"].chosen.dump()
    for each in data["certificates"]:
        content = each.chosen["tbs_certificate"]
        if wanted.endswith(content["issuer"].dump() + content["serial_number"].dump()):
            return each.chosen
    raise ValueError("its certificate did not come along")


def verify(data: cms.SignedData, certificate: parsed.Certificate, digest: bytes, kind: str) -> None:
    """That `certificate` signed content of this kind with this digest. Raises ValueError."""
    signer = data["signer_infos"][0]
    # Taken before anything in it is read: asn1crypto encodes anew what it has parsed, for twenty times the time.
    signed, marked = signer["signed_attrs"].dump(), hashlib.sha256(certificate.dump()).digest()
    attributes = {each["type"].native: each["values"] for each in signer["signed_attrs"]}
    if _only(attributes, "content_type").native != kind or _only(attributes, "message_digest").native != digest:
        raise ValueError("it signs something else")
    if _named_digest(attributes) != marked:
        raise ValueError("it names another certificate")
    algorithm = signer["digest_algorithm"]["algorithm"].native
    try:
        _VALIDATOR.validate_signature(
            signer["signature"].native,
            _SET + signed[1:],
            certificate.public_key,
            signer["signature_algorithm"],
            SignatureValidationContext(contextual_md_algorithm=algorithm),
        )
    except InvalidSignature as error:
        raise ValueError("the signature is wrong") from error


def verify_carried(data: cms.SignedData, certificate: parsed.Certificate, kind: str) -> None:
    """As `verify`, for content that stands in the signed data itself."""
    algorithm = data["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    verify(data, certificate, hashlib.new(algorithm, bytes(data["encap_content_info"]["content"])).digest(), kind)


def _only(attributes: dict[str, Any], name: str) -> Any:
    values = attributes.get(name, ())
    if len(values) != 1:
        raise ValueError(f"it has not one {name}")
    return values[0]


def _named_digest(attributes: dict[str, Any]) -> bytes:
    """SHA-256 of the certificate as the attributes name it (RFC 5035); the older form has SHA-1 and is not taken."""
    named = _only(attributes, "signing_certificate_v2")["certs"][0]
    if named["hash_algorithm"]["algorithm"].native != "sha256":
        raise ValueError("it names its certificate by a digest other than SHA-256")
    digest: bytes = named["cert_hash"].native
    return digest
