"""Reads a document that was just signed as a stranger would, and confirms that its signatures hold."""

import hashlib
import io

import pikepdf
from asn1crypto import cms
from cryptography import x509

from mailroom.domain.errors import SigningRefusedError
from signing.cms import Envelope
from signing.cms_check import signed_data, signing_certificate, verify_carried
from signing.keys import refuse_mismatch


def confirm(signed: bytes, original: bytes, certificate: x509.Certificate, envelope: Envelope) -> None:
    """Raises SigningRefusedError unless `signed` begins with `original` and its signatures hold to the last byte."""
    if not signed.startswith(original):
        raise _broken("it does not begin with the document")
    try:
        with pikepdf.open(io.BytesIO(signed), attempt_recovery=False) as document:
            values = [field.V for field in document.Root.AcroForm.Fields if "/V" in field]
            ends = [_confirm_one(signed, value, certificate, envelope) for value in values]
    except (pikepdf.PdfError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise _broken(str(error)) from error
    if not ends or max(ends) != len(signed):
        raise _broken("it does not cover the document")


def _confirm_one(signed: bytes, value: pikepdf.Object, certificate: x509.Certificate, envelope: Envelope) -> int:
    """Where the bytes that one signature covers end."""
    start, hole, after, size = (int(number) for number in value.ByteRange)
    if start != 0 or signed[hole : hole + 1] != b"<" or signed[after - 1 : after] != b">":
        raise ValueError("the hole is not where it should be")
    view = memoryview(signed)
    digest = hashlib.sha256(view[:hole])
    digest.update(view[after : after + size])
    data = signed_data(bytes(value.Contents))
    if value.Type == pikepdf.Name.DocTimeStamp:
        _confirm_stamp(data, digest.digest())
    else:
        _confirm_signature(data, digest.digest(), certificate, envelope)
    return after + size


def _confirm_signature(data: cms.SignedData, digest: bytes, certificate: x509.Certificate, envelope: Envelope) -> None:
    signer = data["signer_infos"][0]
    attributes = b"\x31" + signer["signed_attrs"].dump()[1:]
    if attributes != envelope.attributes(digest):
        raise ValueError("the signature is of another document")
    refuse_mismatch(certificate, attributes, signer["signature"].native)


def _confirm_stamp(data: cms.SignedData, digest: bytes) -> None:
    if data["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native != digest:
        raise ValueError("the time-stamp is of another document")
    verify_carried(data, signing_certificate(data), "tst_info")


def _broken(why: str) -> SigningRefusedError:
    return SigningRefusedError(
        f"the signed document does not hold ({why}); check that key and certificate belong together"
    )
