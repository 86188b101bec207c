"""pyHanko as a signer: documents that others signed, with permissions that we never give."""

import asyncio
import io

from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.keys import HeldKey


def signed_by_pyhanko(
    pdf: bytes, holder: HeldKey, *, permission: fields.MDPPerm | None = None, field: str = "Foreign"
) -> bytes:
    """`permission` certifies the document; without it the signature approves only."""
    store = SimpleCertificateStore.from_certs(
        [x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in holder.chain]
    )
    key = holder.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=store,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        certify=permission is not None,
        docmdp_permissions=permission or fields.MDPPerm.FILL_FORMS,
        subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return asyncio.run(signers.PdfSigner(metadata, signer).async_sign_pdf(writer)).getvalue()
