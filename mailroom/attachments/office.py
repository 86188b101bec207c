"""Documents and workbooks of Office: their words, and what in them acts or reaches outside."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time

import openpyxl
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.package import Package

from mailroom.attachments.archives import entries_of, is_bomb, is_locked
from mailroom.attachments.found import PICTURES, Found
from mailroom.domain.attachment_reading import ReadingState

_PARTS_OF_WORDS = re.compile(r"/word/(?:header|footer|footnotes|endnotes)\d*\.xml\Z")
_TEXT, _TAB, _FIELD = qn("w:t"), qn("w:tab"), qn("w:instrText")
_LINES = frozenset((qn("w:p"), qn("w:br"), qn("w:cr"), qn("w:tr")))
_DDE = re.compile(r"\bDDE(?:AUTO)?\b", re.I)
_SHEETS, _ROWS, _COLUMNS = 30, 10_000, 60

_PICTURE = re.compile(r"(?:word|xl)/media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|webp)\Z", re.I)
_PICTURE_BYTES = 30 << 20
_XML = re.compile(r"\.(?:xml|rels|vml)\Z", re.I)
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)
"""Office writes no DTD, and ISO/IEC 29500-2 forbids it: only who wants entities unfolded has one."""
_PROLOGUE = 65_536
_RELATION = re.compile(rb"<(?:\w{1,20}:)?Relationship\b[^<>]{0,4000}>", re.I)
_OUTSIDE = re.compile(rb"TargetMode\s*=\s*[\"']External", re.I)
_HARMLESS = re.compile(rb"Type\s*=\s*[\"'][^\"']{0,300}/hyperlink[\"']", re.I)
_TARGET = re.compile(rb"Target\s*=\s*[\"']([^\"']{0,300})", re.I)
_MEMBERS = (
    (re.compile(r"(?:^|/)vbaProject\.bin\Z|(?:^|/)macrosheets/", re.I), "macros"),
    (re.compile(r"(?:^|/)activeX/", re.I), "active-x"),
    (re.compile(r"(?:^|/)embeddings/.{0,200}\.(?:bin|exe|ole)\Z", re.I), "embedded-objects"),
    (re.compile(r"(?:^|/)externalLinks/", re.I), "external-links"),
)

_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OLD_MACROS = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR"))


def read_word(content: bytes, found: Found) -> None:
    if not _may_unfold(content, found):
        return
    package = Package.open(io.BytesIO(content))
    main = package.main_document_part
    others = [part for part in package.iter_parts() if _PARTS_OF_WORDS.search(part.partname)]
    for part in (main, *others):
        for piece in _words(part, found):
            if not found.say(piece):
                return


def _words(part: Part, found: Found) -> Iterator[str]:
    """The words of a part in order; deleted ones are not among them, and fields show what they showed last."""
    element = getattr(part, "element", None)
    root = parse_xml(part.blob) if element is None else element
    for node in root.iter():
        if node.tag == _TEXT:
            yield node.text or ""
        elif node.tag == _TAB:
            yield "\t"
        elif node.tag in _LINES:
            yield "\n"
        elif node.tag == _FIELD and _DDE.search(node.text or ""):
            found.find("external-links", "DDE")
    yield "\n"


def read_sheets(content: bytes, found: Found) -> None:
    """Cells as they were last shown, by rows; sheets apart by a line with their name."""
    if not _may_unfold(content, found):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # On what it leaves out, which is of no use here.
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        found.pages = len(workbook.worksheets)
        for sheet in workbook.worksheets[:_SHEETS]:
            found.say(f"[{sheet.title}]\n")
            for row in sheet.iter_rows(max_row=_ROWS, max_col=_COLUMNS, values_only=True):
                cells = [_cell(value) for value in row]
                line = " | ".join(filter(None, cells))
                if line and not found.say(f"{line}\n"):
                    return


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and not value.time():
        value = value.date()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return value.isoformat() if isinstance(value, date | time) else str(value).strip()


def _may_unfold(content: bytes, found: Found) -> bool:
    """Look through the members. False, with its state set, where it is no document that a program should unfold."""
    entries = entries_of(content)
    if is_locked(entries):
        found.stop(ReadingState.ENCRYPTED, "encrypted")
    elif is_bomb(entries):
        found.stop(ReadingState.TOO_LARGE, "archive-bomb")
    else:
        for one in entries:
            for pattern, code in _MEMBERS:
                if pattern.search(one.filename):
                    found.find(code)
        found.has_pictures = any(_PICTURE.match(one.filename) for one in entries)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_at_markup(archive, entries, found)
    return found.state is None


def _look_at_markup(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], found: Found) -> None:
    for one in entries:
        if not _XML.search(one.filename):
            continue
        with archive.open(one) as member:
            beginning = member.read(_PROLOGUE)
            if _DECLARED.search(beginning):
                return found.stop(ReadingState.DAMAGED, "xml-entities", one.filename)
            if one.filename.endswith(".rels"):
                _look_at_relations(beginning + member.read(4 << 20), found)
    return None


def _look_at_relations(markup: bytes, found: Found) -> None:
    """Templates, pictures and objects that would be fetched on opening. A link that waits to be followed is none."""
    for relation in _RELATION.findall(markup):
        if _OUTSIDE.search(relation) and not _HARMLESS.search(relation):
            target = _TARGET.search(relation)
            found.find("external-links", target[1].decode("utf-8", "replace") if target else "")


def pictures_in(content: bytes) -> Iterator[bytes]:
    """Pictures of a document, in the order of its directory, so many as OCR may read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        wanted = [one for one in archive.infolist() if _PICTURE.match(one.filename) and one.file_size < _PICTURE_BYTES]
        for one in wanted[:PICTURES]:
            yield archive.read(one)


def read_package(content: bytes, found: Found) -> None:
    """Slides, and documents of other offices: not read, but looked through for what acts."""
    if _may_unfold(content, found):
        found.has_pictures = False
        found.stop(ReadingState.UNSUPPORTED)


def read_old_office(content: bytes, found: Found) -> None:
    """The formats before 2007 are not read: too much code, too old. What acts in them is told."""
    if _LOCKED in content:
        found.stop(ReadingState.ENCRYPTED, "encrypted")
        return
    if any(name in content for name in _OLD_MACROS):
        found.find("macros")
    found.stop(ReadingState.UNSUPPORTED)


def read_rtf(content: bytes, found: Found) -> None:
    """Not read either; it carries objects in the clear."""
    if b"\\objdata" in content or b"\\objupdate" in content:
        found.find("embedded-objects")
    if re.search(rb"\\\*\\template\s{0,5}\S{0,5}http", content):
        found.find("external-links")
    found.stop(ReadingState.UNSUPPORTED)
