"""Small real files: each is what its name says, made from nothing but the standard library, always the same bytes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ALWAYS = (2026, 1, 5, 9, 0, 0)


def pdf(title: str) -> bytes:
    """One A4 page with a line of ASCII on it."""
    page = f"BT /F1 18 Tf 72 760 Td ({title}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def png(red: int, green: int, blue: int, *, side: int = 24) -> bytes:
    """A square of one colour."""
    return painted([[(red, green, blue)] * side] * side)


Colour = tuple[int, int, int]


def painted(lines: Sequence[Sequence[Colour]]) -> bytes:
    """A PNG of these pixels, line by line."""
    rows = b"".join(b"\x00" + b"".join(map(bytes, line)) for line in lines)
    header = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def jpeg(grey: int) -> bytes:
    """Eight by eight pixels of one grey: the smallest whole baseline picture (ITU-T T.81).

    Each Huffman table holds one code of two bits: a DC difference of seven bits, and the end of the block.
    """
    head = b"\xff\xd8" + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    quantisation = _segment(0xDB, b"\x00" + bytes([8] * 64))
    frame = _segment(0xC0, b"\x08\x00\x08\x00\x08\x01\x01\x11\x00")
    dc = _segment(0xC4, b"\x00" + bytes([0, 1] + [0] * 14) + b"\x07")
    ac = _segment(0xC4, b"\x10" + bytes([0, 1] + [0] * 14) + b"\x00")
    scan = _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    # DC code 00, seven bits of a positive difference (64 to 127), AC code 00 for the end, ones to fill the bytes.
    bits = f"00{64 + grey % 64:07b}00".ljust(16, "1")
    return head + quantisation + frame + dc + ac + scan + int(bits, 2).to_bytes(2, "big") + b"\xff\xd9"


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def _package(main: str, media_type: str, parts: Mapping[str, str]) -> bytes:
    types = (
        f'{_XML}<Types xmlns="{_TYPES}"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{media_type}.main+xml"/></Types>'
    )
    root = (
        f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="{main}"/></Relationships>'
    )
    members = {"[Content_Types].xml": types, "_rels/.rels": root, **parts}
    return zipped({name: content.encode() for name, content in members.items()})


def docx(paragraphs: Sequence[str]) -> bytes:
    """A text document of plain paragraphs (ECMA-376)."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'{_XML}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    return _package("word/document.xml", DOCX, {"word/document.xml": document})


def xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of one sheet with texts in its cells (ECMA-376)."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = ("".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) for row in rows)
    sheet = "".join(f"<row>{row}</row>" for row in cells)
    book = f'<sheets><sheet name="1" sheetId="1" r:id="rId1" xmlns:r="{_OFFICE}"/></sheets>'
    links = (
        f'{_XML}<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/worksheet"'
        ' Target="worksheets/sheet1.xml"/></Relationships>'
    )
    return _package(
        "xl/workbook.xml",
        XLSX,
        {
            "xl/workbook.xml": f'{_XML}<workbook xmlns="{space}">{book}</workbook>',
            "xl/_rels/workbook.xml.rels": links,
            "xl/worksheets/sheet1.xml": f'{_XML}<worksheet xmlns="{space}"><sheetData>{sheet}</sheetData></worksheet>',
        },
    )


def tnef(name: str, content: bytes) -> bytes:
    """A winmail.dat with one attachment (MS-OXTNEF section 2.1): signature, key, then attributes with checksums."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    out += _attribute(2, 0x00069002, struct.pack("<HIIHH", 1, 0xFFFFFFFF, 0, 0, 0))
    out += _attribute(2, 0x00018010, name.encode("cp874") + b"\x00")
    return out + _attribute(2, 0x0006800F, content)


def _attribute(level: int, identifier: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, identifier, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def eicar() -> bytes:
    """The harmless test file that every virus scanner reports, put together here so that our own source is no find."""
    return b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"
