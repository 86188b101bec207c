"""PDF: its words, its pages as pictures, and what in it acts."""

from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2
from PIL import Image

from mailroom.attachments.found import PICTURES, Found
from mailroom.domain.attachment_reading import ReadingState
from signing.incoming_reading import inspected

_PAGES = 300
"""So many pages are read."""
_SCANNED = 12
"""A page with fewer letters is a picture of a page, with a number set below it perhaps."""
_CODE_PAGES = 3
"""First pages on which codes are looked for although they have words."""
_CODE_DPI, _SCAN_DPI = 150, 200
_MOST_POINTS = 9_000_000
"""Of a drawn page: A4 at 300 dpi. Larger pages are drawn coarser."""
_NAMES = {"files": "pdf-embedded-files", "locked": "encrypted"}
_BROKEN = "broken"
"""Told by the state, unless words are found in it all the same."""
_FONT_GLYPHS = str.maketrans(
    {0xF700: 0x0E10, 0xF70F: 0x0E0D, 0xF710: 0x0E31, 0xF711: 0x0E4D, 0xF712: 0x0E47}
    | dict(zip(range(0xF701, 0xF705), range(0x0E34, 0x0E38), strict=True))
    | dict(zip(range(0xF705, 0xF70A), range(0x0E48, 0x0E4D), strict=True))
    | dict(zip(range(0xF70A, 0xF70F), range(0x0E48, 0x0E4D), strict=True))
    | dict(zip(range(0xF713, 0xF718), range(0x0E48, 0x0E4D), strict=True))
    | dict(zip(range(0xF718, 0xF71B), range(0x0E38, 0x0E3B), strict=True))
)
"""Thai fonts have shifted marks in the private area, and programs write these into files."""


def read_pdf(content: bytes, found: Found) -> None:
    """Words of the pages, and findings; pages without words are left to `pages_of`."""
    pages, findings = inspected(content)
    for code, detail in findings:
        if code != _BROKEN:
            found.find(_NAMES.get(code, f"pdf-{code}"), detail)
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        return found.stop(ReadingState.ENCRYPTED if locked else ReadingState.DAMAGED, "encrypted" if locked else "")
    found.pages = max(pages, len(document))
    told = _read_pages(document, found)
    if not told and _BROKEN in dict(findings):
        return found.stop(ReadingState.DAMAGED)
    found.has_pictures = True
    if len(document) > _PAGES:
        found.find("pages-cut", str(_PAGES))
    if len(found.scans) > PICTURES:
        found.find("pictures-cut", str(PICTURES))
    return None


def _read_pages(document: Any, found: Found) -> bool:
    """Whether there were words on any of them."""
    told = False
    for number in range(min(len(document), _PAGES)):
        text = _words(document, number)
        told = told or bool(text)
        if sum(map(str.isalpha, text)) < _SCANNED:
            found.scans.append(number)
        if text and not found.say(f"{text}\n\n"):
            break
    return told


def _words(document: Any, number: int) -> str:
    """Of one page; empty where it is damaged."""
    try:
        page = document[number]
        words = page.get_textpage()
        text: str = words.get_text_range()
    except pypdfium2.PdfiumError:
        return ""
    words.close()
    page.close()
    return text.translate(_FONT_GLYPHS).replace("\r\n", "\n").replace("\ufffe", "").strip()


def drawn_pages(content: bytes, scans: Sequence[int]) -> Iterator[tuple[bool, Image.Image]]:
    """Pages in grey, each with whether it is one of `scans`; the first ones, too, for codes."""
    document = pypdfium2.PdfDocument(content)
    for number in sorted({*range(_CODE_PAGES), *scans}):
        if number < len(document):
            try:
                page = document[number]
                width, height = page.get_size()
                scale = (_SCAN_DPI if number in scans else _CODE_DPI) / 72
                scale = min(scale, (_MOST_POINTS / max(width * height, 1)) ** 0.5)
                bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
                yield number in scans, bitmap.to_pil().convert("L")
            except (pypdfium2.PdfiumError, ValueError, ZeroDivisionError):
                continue
            bitmap.close()
            page.close()
