"""What the confined process answers: reads one file whatever it is. Nothing here writes, connects or executes."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence

from PIL import Image

from mailroom.attachments.archives import read_archive
from mailroom.attachments.found import PICTURES, READ, Found
from mailroom.attachments.kinds import FileKind, differs_from_name, kind_of
from mailroom.attachments.office import pictures_in, read_old_office, read_package, read_rtf, read_sheets, read_word
from mailroom.attachments.pdf import drawn_pages, read_pdf
from mailroom.attachments.pictures import codes_in, evened, grey_pictures, read_picture, to_pgm
from mailroom.attachments.plain import read_html, read_text
from mailroom.domain.attachment_reading import ReadingState

_READERS: Mapping[FileKind, Callable[[bytes, Found], None]] = {
    FileKind.PDF: read_pdf,
    FileKind.WORD: read_word,
    FileKind.SHEET: read_sheets,
    FileKind.OLD_OFFICE: read_old_office,
    FileKind.ARCHIVE: read_archive,
    FileKind.PACKAGE: read_package,
    FileKind.PICTURE: read_picture,
    FileKind.HTML: read_html,
    FileKind.TEXT: read_text,
    FileKind.RTF: read_rtf,
}


def answer(question: bytes, content: bytes) -> list[bytes]:
    """One reply as `Found.to_json`; to `look` with the pictures for OCR behind it, as PGM.

    The question is JSON: `do`, and `name` to read; `scans` (pages) and `ocr` to look.
    """
    asked = json.loads(question)
    found = Found()
    greys: list[bytes] = []
    try:
        if asked["do"] == READ:
            _read(asked["name"], content, found)
        else:
            greys = _look(asked["scans"], content, found, ocr=asked["ocr"])
    except MemoryError:
        raise
    except Exception:
        # Libraries raise what they like on hostile bytes; which it was helps nobody.
        found.stop(ReadingState.DAMAGED)
    return [found.to_json(), *greys]


def _read(name: str, content: bytes, found: Found) -> None:
    kind, media_type = kind_of(content)
    if content and (other := differs_from_name(name, kind, media_type)):
        found.find("type-differs", other)
    reader = _READERS.get(kind)
    if reader is None or not content:
        return found.stop(ReadingState.UNSUPPORTED if content else ReadingState.NOTHING)
    try:
        return reader(content, found)
    except zipfile.BadZipFile:
        return found.stop(ReadingState.DAMAGED)


def _look(scans: Sequence[int], content: bytes, found: Found, *, ocr: bool) -> list[bytes]:
    greys: list[bytes] = []
    for is_scan, grey in _pictures(scans, content):
        found.add_codes(codes_in(grey))
        if ocr and is_scan and len(greys) < PICTURES:
            greys.append(to_pgm(evened(grey)))
    return greys


def _pictures(scans: Sequence[int], content: bytes) -> Iterator[tuple[bool, Image.Image]]:
    """Each picture in grey, with whether OCR should read it."""
    kind, _ = kind_of(content)
    if kind is FileKind.PDF:
        yield from drawn_pages(content, scans)
    elif kind is FileKind.PICTURE:
        yield from ((True, grey) for grey in grey_pictures(content))
    else:
        for picture in pictures_in(content):
            yield from _embedded(picture)


def _embedded(picture: bytes) -> Iterator[tuple[bool, Image.Image]]:
    """A picture in a document; one that is damaged keeps the others from nobody."""
    try:
        yield from ((True, grey) for grey in grey_pictures(picture))
    except (OSError, ValueError, SyntaxError):
        return
