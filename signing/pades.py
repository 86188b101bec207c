"""Lays out PAdES signatures in a PDF (EN 319 142-1): certification, validation data, and time-stamps of documents."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pikepdf import Dictionary, Name, Object

from mailroom.domain.signature import SignatureLevel, SignatureSpec
from signing.pdf_field import add_field, empty_field, refuse_signed
from signing.pdf_update import PdfUpdate, Prepared, text

_CERTIFICATION = (
    b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P 1>>>>]"
)
"""Nothing may be changed after this signature (ISO 32000-1 section 12.8.2.2)."""
_ARCHIVE_LABEL = "Document time-stamp"


@dataclass(frozen=True, slots=True)
class ValidationMaterial:
    """What a document carries so that it can be validated off-line (EN 319 142-1 section 5.4). DER."""

    certificates: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]


def prepare_signature(
    pdf: bytes, spec: SignatureSpec, at: datetime, room: int, material: ValidationMaterial | None
) -> Prepared:
    """The certified document without its signature. Raises SigningRefusedError.

    The validation data stand in the same update, so that nothing stands outside the signature. So does the field of
    the time-stamp at level B-LTA: once certified, the structure of a tagged document takes no new one.
    """
    update = PdfUpdate(pdf)
    refuse_signed(update.document)
    root = update.document.Root
    value = update.reserve()
    add_field(update, value, spec.seal, spec.name)
    if spec.level is SignatureLevel.B_LTA:
        add_field(update, None, None, _ARCHIVE_LABEL)
    permissions = root.get("/Perms", Dictionary())
    permissions.DocMDP = value
    root.Perms = permissions
    if permissions.is_indirect:
        update.mark(permissions)
    if material is not None:
        _add_material(update, material)
    return update.prepare(value, _signature_head(spec, at), room)


def prepare_archive_stamp(pdf: bytes, room: int) -> Prepared:
    """A document signed for level B-LTA that lacks only the time-stamp over all of it (EN 319 142-1 section 5.4.3)."""
    update = PdfUpdate(pdf)
    value = update.reserve()
    empty_field(update).V = value
    return update.prepare(value, b"/Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161", room)


def _signature_head(spec: SignatureSpec, at: datetime) -> bytes:
    claims = (("Name", spec.name), ("Reason", spec.reason), ("Location", spec.location))
    return b"".join(
        (
            b"/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached",
            at.astimezone(UTC).strftime("/M(D:%Y%m%d%H%M%SZ)").encode(),
            *(b"/%b%b" % (key.encode(), text(value)) for key, value in claims if value),
            _CERTIFICATION,
        )
    )


def _add_material(update: PdfUpdate, material: ValidationMaterial) -> None:
    store, body = update.reserve(), Dictionary(Type=Name.DSS)
    root = update.document.Root
    for key, contents in (("/Certs", material.certificates), ("/OCSPs", material.ocsps), ("/CRLs", material.crls)):
        if contents:
            body[key] = list(_streams(update, contents))
    update.write(store, body)
    root.DSS = store
    extensions = root.get("/Extensions", Dictionary())
    extensions.ESIC = Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=5)
    root.Extensions = extensions
    if extensions.is_indirect:
        update.mark(extensions)


def _streams(update: PdfUpdate, contents: Iterable[bytes]) -> Iterable[Object]:
    for content in contents:
        stream = update.reserve()
        update.write(stream, _stream(content))
        yield stream


@lru_cache(maxsize=64)
def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<</Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (len(packed), packed)
