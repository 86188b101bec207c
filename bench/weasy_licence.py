"""A licence by WeasyPrint and plain pyHanko, in an environment of their own; prints what each one took."""

import asyncio
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator import ValidationContext
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

STYLE = (
    "@font-face {{ font-family: Licence; src: url({font}); }}"
    " @page {{ size: A4; margin: 2cm; }} body {{ font: 14pt Licence; }} td {{ border: 1px solid; padding: 2pt; }}"
)


def main(
    data: Path, font: Path, key: Path, password: str, root: Path, authority: str, count: int, output: Path
) -> None:
    table = json.loads(data.read_text(encoding="utf-8"))
    page = _page(table, font)
    cpu, wall = [], []
    for number in range(count + 1):
        used, started = time.process_time(), time.perf_counter()
        pdf = HTML(string=page).write_pdf(pdf_variant="pdf/a-3a", font_config=FontConfiguration())
        signed = asyncio.run(_signed(pdf, key, password, root, authority))
        cpu.append((time.process_time() - used) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
        if not number:
            output.write_bytes(signed)
    sys.stdout.write(json.dumps({"cpu": cpu[1:], "wall": wall[1:]}))


def _page(table: dict[str, Any], font: Path) -> str:
    rows = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in _leaves("", table))
    style = STYLE.format(font=font.as_uri())
    return f"<html lang=th><title>ใบอนุญาต</title><style>{style}</style><body><h1>ใบอนุญาต</h1><table>{rows}</table>"


def _leaves(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(key, item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(name, item)]
    return [(name, value)] if isinstance(value, str) else []


async def _signed(pdf: bytes, key: Path, password: str, root: Path, authority: str) -> bytes:
    signer = signers.SimpleSigner.load_pkcs12(str(key), passphrase=password.encode())
    metadata = signers.PdfSignatureMetadata(
        field_name="Signature1",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=True,
        validation_context=ValidationContext(trust_roots=[load_cert_from_pemder(root)], allow_fetching=True),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    stamper = timestamps.HTTPTimeStamper(authority)
    return (await signers.PdfSigner(metadata, signer, timestamper=stamper).async_sign_pdf(writer)).getvalue()


if __name__ == "__main__":
    words = sys.argv[1:]
    main(*map(Path, words[:3]), words[3], Path(words[4]), words[5], int(words[6]), Path(words[7]))
