"""Small files of the right type for names of attachments. Equal names give equal bytes; none of them does anything."""

import io
import struct
import zipfile
import zlib

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": _DOCX,
    "xlsx": _XLSX,
    "zip": "application/zip",
    "txt": "text/plain",
}
"""What a mail client declares, by ending; anything else is application/octet-stream."""
_RELATIONS = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "docx": (
        "word/document.xml",
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>',
    ),
    "xlsx": (
        "xl/workbook.xml",
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>',
    ),
}


def dummy(name: str) -> tuple[str, bytes]:
    """Declared type and content for the name of a file."""
    ending = name.rpartition(".")[2].lower()
    return TYPES.get(ending, "application/octet-stream"), _content(ending)


def _content(ending: str) -> bytes:
    if ending == "pdf":
        return _pdf()
    if ending in {"jpg", "jpeg", "png"}:
        return _picture(ending)
    if ending in _PARTS:
        return _office(ending)
    if ending == "zip":
        return _zipped({"readme.txt": b"-"})
    if ending in {"exe", "scr"}:
        return b"MZ" + bytes(62)
    return b"-\r\n"


def _pdf() -> bytes:
    """One empty page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%sendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def _picture(ending: str) -> bytes:
    """One grey pixel."""
    if ending == "png":
        header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0\x80")), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)
    from PIL import Image

    held = io.BytesIO()
    Image.new("L", (1, 1), 128).save(held, "JPEG")
    return held.getvalue()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _office(ending: str) -> bytes:
    """An empty document or workbook."""
    part, content = _PARTS[ending]
    main = f"{TYPES[ending]}.main+xml"
    types = f'<Types xmlns="{_RELATIONS}/content-types"><Override PartName="/{part}" ContentType="{main}"/></Types>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    relation = f'<Relationship Id="r1" Type="{office}" Target="{part}"/>'
    relations = f'<Relationships xmlns="{_RELATIONS}/relationships">{relation}</Relationships>'
    files = {"[Content_Types].xml": types, "_rels/.rels": relations, part: content}
    return _zipped({name: text.encode() for name, text in files.items()})


def _zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 6, 1, 9, 0, 0)), content)
    return held.getvalue()
