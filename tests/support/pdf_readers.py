"""Five unrelated readers of PDF, each asked for the text of a document."""

import io
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pypdf import PdfReader


def _run(pdf: bytes, *command: str) -> str:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "document.pdf"
        file.write_bytes(pdf)
        words = [str(file) if word == "FILE" else word for word in command]
        return subprocess.run(words, capture_output=True, check=True, timeout=60).stdout.decode()


def _pdfium(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def _pdfminer(pdf: bytes) -> str:
    """Without its guess at columns, which mixes the cells of a table."""
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)
    interpreter, texts = PDFPageInterpreter(resources, device), []
    for page in PDFPage.get_pages(io.BytesIO(pdf)):
        interpreter.process_page(page)
        texts.append("".join(_characters(device.get_result())))
    return "\n".join(texts)


def _characters(page: LTPage) -> Iterator[str]:
    """Letters of a line are close to each other; a gap or another line is a space."""
    before: LTChar | None = None
    for char in page:
        if isinstance(char, LTChar):
            if before and (abs(before.y0 - char.y0) > 1 or not -1 < char.x0 - before.x1 < 1):
                yield " "
            yield char.get_text()
            before = char


READERS: Mapping[str, Callable[[bytes], str]] = {
    "poppler": lambda pdf: _run(pdf, "pdftotext", "-raw", "FILE", "-"),
    "mupdf": lambda pdf: _run(pdf, "mutool", "draw", "-q", "-F", "text", "FILE"),
    "pdfium": _pdfium,
    "pypdf": lambda pdf: "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages),
    "pdfminer": _pdfminer,
}
