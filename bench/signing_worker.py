"""Signs and renders in one process, our way and pyHanko's, in turns; prints what each took."""

import asyncio
import io
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from mailroom.domain.signature import Seal, SignatureLevel, SignatureSpec
from mailroom.paths import CONFIG
from mailroom.ports import Json
from signing.certificates import load_files
from signing.keys import HeldKey, load_pkcs12
from signing.render import TypstRenderer
from signing.signer import PadesSigner
from signing.trust import TrustStore
from tests.support.document_samples import AT, ENCLOSURES, sample_data

Work = Callable[[], object]
LARGE = 5 << 20


class KeptKey(signers.Signer):  # type: ignore[misc]
    """pyHanko's signer with a key that is parsed once."""

    def __init__(self, key: HeldKey) -> None:
        def parsed(certificate: Any) -> x509.Certificate:
            return x509.Certificate.load(certificate.public_bytes(Encoding.DER))

        store = SimpleCertificateStore.from_certs([parsed(each) for each in key.chain])
        super().__init__(signing_cert=parsed(key.certificate), cert_registry=store)
        self._key, self._size = key, len(key.sign(b""))

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002
        return bytes(self._size) if dry_run else self._key.sign(data)


def by_pyhanko(pdf: bytes, signer: signers.Signer, level: str, authority: str, context: ValidationContext) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1",
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=level == "B-LT",
        validation_context=context if level == "B-LT" else None,
    )
    stamper = None if level == "B-B" else timestamps.HTTPTimeStamper(authority)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return asyncio.run(signers.PdfSigner(metadata, signer, timestamper=stamper).async_sign_pdf(writer)).getvalue()


def works(pdf: bytes, key: Path, password: str, root: Path, authority: str) -> Mapping[str, Work]:
    """Everything that is measured in this process, by name."""
    held, roots = load_pkcs12(key, password), load_files([root])
    signer = PadesSigner(held, TrustStore(roots), [authority])
    numbers = itertools.count(1)
    renderer, data, large = TypstRenderer(CONFIG), sample_data("licence.v1"), _large(pdf)
    elliptic = HeldKey(ec.generate_private_key(ec.SECP256R1()), held.certificate)
    kept, shared = KeptKey(held), ValidationContext(trust_roots=[load_cert_from_pemder(root)], allow_fetching=True)

    def ours(content: bytes, level: str) -> bytes:
        seal = Seal(1, 300, 100, 180, 60)
        spec = SignatureSpec(level=SignatureLevel(level), name="bench", reason="bench", seal=seal)
        return signer.sign(content, spec, at=datetime.now(UTC))

    def plain(level: str) -> bytes:
        stock = signers.SimpleSigner.load_pkcs12(str(key), passphrase=password.encode())
        context = ValidationContext(trust_roots=[load_cert_from_pemder(root)], allow_fetching=True)
        return by_pyhanko(pdf, stock, level, authority, context)

    def licence() -> bytes:
        return renderer.render("licence.v1", _of_another(data, next(numbers)), at=AT, enclosures=ENCLOSURES)

    return {
        "bare RSA-3072": lambda: held.sign(b"x" * 100),
        "bare P-256": lambda: elliptic.sign(b"x" * 100),
        **{f"ours {level}": (lambda level=level: ours(pdf, level)) for level in SignatureLevel},
        "ours B-LT 5 MB": lambda: ours(large, "B-LT"),
        **{f"plain {level}": (lambda level=level: plain(level)) for level in ("B-B", "B-T", "B-LT")},
        **{
            f"kept {level}": (lambda level=level: by_pyhanko(pdf, kept, level, authority, shared))
            for level in ("B-B", "B-T", "B-LT")
        },
        "render": licence,
        "licence": lambda: ours(licence(), "B-LT"),
    }


def _of_another(data: Mapping[str, Json], number: int) -> dict[str, Json]:
    """The licence of another holder: typst keeps what it has set before, and would set the same one for nothing."""
    words = ("holder", "premises", "address", "business", "number", "receipt", "code", "fee")
    return {
        **data,
        **{word: f"{data[word]} {number}" for word in words},
        "conditions": [f"{condition} {number}" for condition in data["conditions"]],  # type: ignore[union-attr]
        "qr": {"qr": f"https://licence.example/v/{number:012}"},
    }


def _large(pdf: bytes) -> bytes:
    """The same document with an enclosure that makes it 5 MB."""
    import pikepdf

    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.attachments["large.bin"] = pikepdf.AttachedFileSpec(
            opened, bytes(range(256)) * (LARGE // 256), filename="large.bin"
        )
        opened.save(made, compress_streams=False)
    return made.getvalue()


def main(pdf: Path, key: Path, password: str, root: Path, authority: str, rounds: int) -> None:
    measured: dict[str, dict[str, list[float]]] = {}
    known = works(pdf.read_bytes(), key, password, root, authority)
    for work in known.values():
        work()
    for _ in range(rounds):
        for name, work in known.items():
            times = 2 if name.startswith("plain") else 8
            used, started = time.process_time(), time.perf_counter()
            for _ in range(times):
                work()
            row = measured.setdefault(name, {"cpu": [], "wall": []})
            row["cpu"].append((time.process_time() - used) / times * 1000)
            row["wall"].append((time.perf_counter() - started) / times * 1000)
    sys.stdout.write(
        json.dumps({name: {kind: statistics.median(row[kind]) for kind in row} for name, row in measured.items()})
    )


def memory(pdf: Path, key: Path, password: str, root: Path, authority: str) -> None:
    """How far the peak of memory rises while a document is signed, beyond what the document itself takes."""
    content = _large(pdf.read_bytes())
    signer = PadesSigner(load_pkcs12(key, password), TrustStore(load_files([root])), [authority])
    spec = SignatureSpec(level=SignatureLevel.B_LT, name="bench")
    signer.sign(pdf.read_bytes(), spec, at=datetime.now(UTC))
    Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew
    before = _status("VmRSS")
    signed = signer.sign(content, spec, at=datetime.now(UTC))
    sys.stdout.write(json.dumps({"size": len(content), "result": len(signed), "risen": _status("VmHWM") - before}))


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name))


if __name__ == "__main__":
    what, document, file, secret, anchor, url, *rest = sys.argv[1:]
    arguments = (Path(document), Path(file), secret, Path(anchor), url)
    if what == "memory":
        memory(*arguments)
    else:
        main(*arguments, int(rest[0]))
