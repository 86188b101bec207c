"""Tells what a file is by its content, and whether its name says something else."""

import re
from enum import StrEnum

from mailroom.media import EXTENSIONS, media_type

_OFFICE = "application/vnd.openxmlformats-officedocument."
_PICTURES = frozenset(f"image/{name}" for name in "png jpeg gif tiff bmp webp".split())
_TEXTS = frozenset("application/xml text/x-script text/calendar text/vcard text/plain text/csv image/svg+xml".split())
_OLD_OFFICE = frozenset(
    "application/x-ole-storage application/msword application/vnd.ms-excel application/vnd.ms-powerpoint".split()
)
_DOCUMENTS = tuple(
    _OFFICE + name for name in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
_TELLING = frozenset((*_PICTURES, *_OLD_OFFICE, *_DOCUMENTS, "application/pdf", "application/zip", "application/rtf"))
"""Types that are always told by the content."""
_PDF_REACH = 1024
"""Readers of PDF look so far for its head."""
_SAMPLE = 8192
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0C, 0x0D, 0x1A, 0x1B})
_MARKS = (b"\xff\xfe", b"\xfe\xff")

_BY_NAME = {extension: kind for kind, extension in EXTENSIONS.items()} | {
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jfif": "image/jpeg",
    ".tiff": "image/tiff",
    ".htm": "text/html",
    ".docm": _OFFICE + "wordprocessingml.document",
    ".xlsm": _OFFICE + "spreadsheetml.sheet",
    ".txt": "text/plain",
    ".xml": "application/xml",
}
_ENDING = re.compile(r"\.[a-z0-9]{2,5}\Z")


class FileKind(StrEnum):
    PDF = "pdf"
    WORD = "word"
    SHEET = "sheet"
    OLD_OFFICE = "old-office"
    ARCHIVE = "archive"
    PACKAGE = "package"
    """A document of another office, or another kind of Office, packed as an archive."""
    PICTURE = "picture"
    HTML = "html"
    TEXT = "text"
    RTF = "rtf"
    OTHER = "other"


def kind_of(content: bytes) -> tuple[FileKind, str]:
    """The kind, and the media type by content; that is empty where the content does not tell."""
    found = media_type(content, "")
    if found == "application/pdf" or b"%PDF-" in content[:_PDF_REACH]:
        return FileKind.PDF, found or "application/pdf"
    if found.startswith("image/svg"):
        return FileKind.HTML, found
    by_type = {
        _OFFICE + "wordprocessingml.document": FileKind.WORD,
        _OFFICE + "spreadsheetml.sheet": FileKind.SHEET,
        "text/html": FileKind.HTML,
        "application/rtf": FileKind.RTF,
    }
    if found in by_type:
        return by_type[found], found
    if content.startswith(b"PK\x03\x04"):
        return (FileKind.ARCHIVE if found == "application/zip" else FileKind.PACKAGE), found
    for types, kind in ((_PICTURES, FileKind.PICTURE), (_OLD_OFFICE, FileKind.OLD_OFFICE), (_TEXTS, FileKind.TEXT)):
        if found in types:
            return kind, found
    return (FileKind.TEXT if not found and is_text(content) else FileKind.OTHER), found


def is_text(content: bytes) -> bool:
    """Whether these bytes are text of some charset."""
    sample = content[:_SAMPLE]
    if sample.startswith(_MARKS):
        return True
    return bool(sample) and len(sample) - len(sample.translate(None, _CONTROLS)) <= len(sample) // 200


def differs_from_name(name: str, kind: FileKind, found: str) -> str:
    """The media type by content where the name promises another; empty where it keeps its promise, or makes none."""
    ending = _ENDING.search(name.strip().lower())
    promised = _BY_NAME.get(ending[0], "") if ending else ""
    if not promised or found == promised or (kind is FileKind.PDF and promised == "application/pdf"):
        return ""
    if not found:
        known = "text/plain" if kind is FileKind.TEXT else "application/octet-stream"
        return known if promised in _TELLING else ""
    both_pictures = all(one.startswith("image/") and one != "image/svg+xml" for one in (promised, found))
    both_texts = kind is FileKind.TEXT and promised.startswith(("text/", "message/", "application/xml"))
    # A locked document of any kind, or an old one whose streams were not seen.
    in_ole = found == "application/x-ole-storage" and promised in (*_OLD_OFFICE, *_DOCUMENTS)
    return "" if both_pictures or both_texts or in_ole else found
