"""Writes raw mails byte by byte, as good and bad clients do; nothing here uses the library that reads them."""

import base64
import binascii
import codecs
from dataclasses import dataclass

from channels.email.reading import macthai

THAI_SUBJECT = "ขอใบอนุญาต ที่ น้ำ ป้า กี่ ฐาน ญี่ปุ่น"
THAI_NAME = "นางสาวน้ำทิพย์ กี่ฐาน"
THAI_FILE = "คำขอ น้ำ ป้าญี่ปุ่น.pdf"
THAI_TEXT = "เรียน เจ้าหน้าที่\nขอยื่นคำขอที่ฐานทัพ น้ำท่วม ป้าไปญี่ปุ่น กี่วันจึงจะได้รับใบอนุญาต\nขอแสดงความนับถือ"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

_MAC_THAI = {character: byte for byte, character in reversed(list(enumerate(macthai.TABLE)))}


def encode(text: str, charset: str) -> bytes:
    """Text in a charset, by the name that mail gives it."""
    if charset == "mac-thai":
        return bytes(_MAC_THAI[character] for character in text)
    python = {"utf-8": "utf-8", "utf-16": "utf-16"}.get(charset, "cp874")
    return codecs.encode(text, python)


def b_words(content: bytes, label: str, cut: int) -> bytes:
    """Encoded words of at most `cut` bytes each, cut wherever that falls, also within a character."""
    pieces = [content[at : at + cut] for at in range(0, len(content), cut)]
    return b"\r\n ".join(b"=?%s?B?%s?=" % (label.encode(), base64.b64encode(piece)) for piece in pieces)


def q_words(content: bytes, label: str, cut: int) -> bytes:
    pieces = [content[at : at + cut] for at in range(0, len(content), cut)]
    return b"\r\n ".join(
        b"=?%s?Q?%s?=" % (label.encode(), b"".join(b"=%02X" % byte for byte in piece)) for piece in pieces
    )


def transfer(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content)
    if encoding == "quoted-printable":
        return binascii.b2a_qp(content)
    return content


@dataclass(frozen=True)
class Form:
    """How one mail is written."""

    charset: str
    label: str
    """What the mail says its charset is; empty for nothing."""
    encoding: str
    header: str
    """b, q, split (b, cut within characters), raw, 2231 (file name only; the rest as b)."""

    def __str__(self) -> str:
        return f"{self.charset}-as-{self.label or 'nothing'}-{self.encoding}-{self.header}"


def header(text: str, form: Form) -> bytes:
    content = encode(text, form.charset)
    label = form.label or "x-unknown"
    if form.header == "raw":
        return content
    if form.header == "q":
        return q_words(content, label, 18)
    return b_words(content, label, 17 if form.header == "split" else 45)


def file_name(form: Form) -> bytes:
    """The file name parameter."""
    content = encode(THAI_FILE, form.charset)
    if form.header == "2231":
        escaped = "".join(f"%{byte:02X}" for byte in content)
        half = len(escaped) // 6 * 3
        label = form.label or ""
        return f"filename*0*={label}''{escaped[:half]};\r\n filename*1*={escaped[half:]}".encode()
    return b'filename="' + header(THAI_FILE, form).replace(b"\r\n ", b" ") + b'"'


def written(form: Form) -> bytes:
    """A whole mail with text and one PDF."""
    declared = f"; charset={form.label}".encode() if form.label else b""
    text = encode(THAI_TEXT.replace("\n", "\r\n"), form.charset)
    return b"\r\n".join(
        [
            b"From: " + header(THAI_NAME, form) + b" <namthip@example.com>",
            b"To: saraban@agency.example",
            b"Subject: " + header(THAI_SUBJECT, form),
            b"Message-ID: <1@example.com>",
            b"Date: Sun, 22 Nov 2026 09:00:00 +0700",
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/mixed; boundary="=_x"',
            b"",
            b"--=_x",
            b"Content-Type: text/plain" + declared,
            b"Content-Transfer-Encoding: " + form.encoding.encode(),
            b"",
            transfer(text, form.encoding),
            b"--=_x",
            b"Content-Type: application/pdf",
            b"Content-Transfer-Encoding: base64",
            b"Content-Disposition: attachment; " + file_name(form),
            b"",
            base64.encodebytes(PDF),
            b"--=_x--",
            b"",
        ]
    )


def simple(*fields: bytes, body: bytes = b"text\r\n") -> bytes:
    """A mail of the given header fields, with a From and a Date where none is given."""
    lines = list(fields)
    for name, value in ((b"From", b"Somchai <somchai@example.com>"), (b"Date", b"Sun, 22 Nov 2026 09:00:00 +0700")):
        if not any(field.lower().startswith(name.lower() + b":") for field in fields):
            lines.append(name + b": " + value)
    return b"\r\n".join([*lines, b"", body])


def multipart(*parts: bytes, subtype: str = "mixed", boundary: str = "b1", close: bool = True) -> bytes:
    """A mail of parts, each with its own header."""
    content_type = f'Content-Type: multipart/{subtype}; boundary="{boundary}"'.encode()
    mark = b"--" + boundary.encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return simple(content_type, body=body + (mark + b"--\r\n" if close else b""))


def part(content_type: str, content: bytes, *fields: str) -> bytes:
    head = "\r\n".join([f"Content-Type: {content_type}", *fields])
    return head.encode() + b"\r\n\r\n" + content
