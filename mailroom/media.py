"""Tells what an attachment is from its bytes: what citizens send by own signatures, the rest by puremagic."""

import re

import puremagic

_HEAD = 4096
_ZIP_TAIL = 64 << 10
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"#!", "text/x-script"),
    (b"BM", "image/bmp"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"<?xml", "application/xml"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_EXECUTABLE = frozenset(
    "application/x-msdownload application/x-elf application/x-mach-binary application/x-ms-shortcut text/x-script "
    "text/html image/svg+xml application/hta".split()
)
_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"hevc": "image/heic", b"heim": "image/heic", b"mif1": "image/heif",
    b"msf1": "image/heif", b"avif": "image/avif", b"qt  ": "video/quicktime", b"M4A ": "audio/mp4",
    b"3gp4": "video/3gpp", b"3gp5": "video/3gpp",
}  # fmt: skip
_OFFICE = "application/vnd.openxmlformats-officedocument."
_IN_ZIP: tuple[tuple[bytes, str], ...] = (
    (b"word/", _OFFICE + "wordprocessingml.document"),
    (b"xl/", _OFFICE + "spreadsheetml.sheet"),
    (b"ppt/", _OFFICE + "presentationml.presentation"),
)
_IN_OLE: tuple[tuple[bytes, str], ...] = (
    (b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t", "application/msword"),
    (b"W\0o\0r\0k\0b\0o\0o\0k", "application/vnd.ms-excel"),
    (b"P\0o\0w\0e\0r\0P\0o\0i\0n\0t", "application/vnd.ms-powerpoint"),
    (b"_\0_\0s\0u\0b\0s\0t\0g\0", "application/vnd.ms-outlook"),
)
_ODF = re.compile(rb"mimetype(application/[a-z0-9.+-]{1,80})")
_HTML = re.compile(rb"[\s\xef\xbb\xbf]*<(?:!doctype\s+html|html|head|body|script)\b", re.I)
_SVG = re.compile(rb"[^<]*(?:<\?xml[^>]*>)?\s*(?:<!--.{0,500}?-->\s*)?<svg\b", re.I | re.S)
_CONFIDENT = 0.5
_SIGNATURE_BYTES = 4
"""Shorter signatures of the library occur by chance."""
EXTENSIONS = {
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/tiff": ".tif",
    "image/heic": ".heic", "image/heif": ".heif", "image/webp": ".webp", "image/bmp": ".bmp", "text/plain": ".txt",
    "text/html": ".html", "text/csv": ".csv", "text/calendar": ".ics", "text/vcard": ".vcf", "application/rtf": ".rtf",
    "message/rfc822": ".eml", "message/delivery-status": ".txt", "application/zip": ".zip",
    "application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
    _OFFICE + "wordprocessingml.document": ".docx", _OFFICE + "spreadsheetml.sheet": ".xlsx",
    _OFFICE + "presentationml.presentation": ".pptx", "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods", "application/vnd.ms-tnef": ".dat",
    "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m", "application/pgp-signature": ".asc",
    "application/vnd.rar": ".rar", "application/x-7z-compressed": ".7z", "application/gzip": ".gz",
    "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "video/mp4": ".mp4", "video/quicktime": ".mov",
}  # fmt: skip
"""What a part without a name is called."""


def media_type(content: bytes, declared: str) -> str:
    """The type by content; the declared one where the content does not tell."""
    head = content[:_HEAD]
    return _by_signature(head, content) or _by_puremagic(head) or declared


def is_disguised(found: str, declared: str) -> bool:
    """Whether something that can be run, or that a browser runs, is declared as something else."""
    if found not in _EXECUTABLE or found == declared:
        return False
    honest = found.startswith("application/x-") and declared in (
        "application/octet-stream", "application/x-msdos-program", "application/x-executable", "application/exe",
        "application/x-dosexec", "application/vnd.microsoft.portable-executable",
    )  # fmt: skip
    return not (honest or (found.startswith(("text/", "image/svg")) and declared.startswith(("text/", "image/svg"))))


def _by_signature(head: bytes, content: bytes) -> str:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head.startswith(b"PK\x03\x04"):
        return _within_zip(head, content)
    found = next((kind for start, kind in _SIGNATURES if head.startswith(start)), "")
    if found == "application/x-ole-storage":
        return next((kind for name, kind in _IN_OLE if name in content), found)
    if found in ("", "application/xml"):
        return _markup(head) or found
    return found


def _markup(head: bytes) -> str:
    if _HTML.match(head):
        return "text/html"
    return "image/svg+xml" if _SVG.match(head) else ""


def _within_zip(head: bytes, content: bytes) -> str:
    odf = _ODF.search(head[:200])
    if odf:
        return odf.group(1).decode("ascii")
    directory = content[-_ZIP_TAIL:]
    if b"[Content_Types].xml" in head or b"[Content_Types].xml" in directory:
        for name, kind in _IN_ZIP:
            if name in head or name in directory:
                return kind
    return "application/zip"


def _by_puremagic(head: bytes) -> str:
    """What the library knows for sure. Text has no signature, so it is not asked about."""
    if not head or (b"\0" not in head and len(head.translate(None, bytes(range(0x80)))) < len(head) // 3):
        return ""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, IndexError):
        return ""
    sure = (match for match in found if match.mime_type and len(match.byte_match) >= _SIGNATURE_BYTES)
    return next((str(match.mime_type) for match in sure if match.confidence >= _CONFIDENT), "")
