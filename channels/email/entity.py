"""What a letter holds, as a MIME entity: its words in two forms, and the documents that go with it."""

import base64
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from mailroom.domain.document import Enclosed
from mailroom.domain.errors import PermanentChannelError
from mailroom.domain.outbox import OutboxItem

_PIECE = 50
"""Characters of a file name in one parameter (RFC 2231 section 3); the line stays within 76."""

_MOST_NAME = 120
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ ()-]+")
_EDGES = re.compile(r"^[\s.]+|[\s.]+$")
"""Blanks of every kind, and dots: a name of nothing else is none."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"*/:<>?\\|]')


def entity(item: OutboxItem, enclosed: Sequence[bytes]) -> bytes:
    """Content headers, an empty line, and the content: CRLF, ASCII, no line beyond 76 characters.

    Documents are base64 of exactly their bytes. Raises PermanentChannelError when not every enclosure has its content.
    """
    if len(enclosed) != len(item.enclosures):
        raise PermanentChannelError(
            f"outbox item {item.id}: {len(enclosed)} of {len(item.enclosures)} documents are here"
        )
    words = _words(item)
    if not enclosed:
        return words
    parts = [words, *(_document(one, content) for one, content in zip(item.enclosures, enclosed, strict=True))]
    return _multipart("mixed", f"=_mixed_{item.id}", parts)


def _words(item: OutboxItem) -> bytes:
    text = _text("text/plain", item.text)
    if not item.html:
        return text
    return _multipart("alternative", f"=_{item.id}", [text, _text("text/html", item.html)])


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """Base64 lines hold no "_", and no boundary begins another: none can occur within a part."""
    begin = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
    line = f"--{boundary}\r\n".encode()
    pieces = [begin.encode()]
    for part in parts:
        pieces += [line, part]
    return b"".join((*pieces, f"--{boundary}--\r\n".encode()))


def _text(media_type: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\n", "\r\n")
    return _part([f"Content-Type: {media_type}; charset=utf-8"], lines.encode("utf-8", "replace"))


def _document(enclosed: Enclosed, content: bytes) -> bytes:
    """An attachment under its name; programs that do not know RFC 2231 read the ASCII name of the type."""
    media_type = enclosed.media_type if _TYPE.fullmatch(enclosed.media_type) else "application/octet-stream"
    name = _EDGES.sub("", _UNSAFE.sub("_", enclosed.name)) or "document"
    plain = _plain(name)
    return _part(
        [
            f'Content-Type: {media_type};\r\n name="{plain}"',
            "Content-Disposition: attachment;\r\n " + ";\r\n ".join(_file_name(name[:_MOST_NAME], plain)),
        ],
        content,
    )


def _plain(name: str) -> str:
    """The name in ASCII, its ending kept, short enough for a line."""
    stem, dot, ending = name.rpartition(".")
    stem = _NOT_PLAIN.sub("_", stem if dot else ending).strip("_ ")[: _PIECE - 10] or "document"
    return f"{stem}.{_NOT_PLAIN.sub('', ending)[:8]}" if dot else stem


def _file_name(name: str, plain: str) -> Iterator[str]:
    """The parameter, in pieces where its name is not plain (RFC 2231 sections 3 and 4)."""
    if name == plain:
        yield f'filename="{plain}"'
        return
    pieces, piece = [], "UTF-8''"
    for character in name:
        coded = quote(character, safe="-._")
        if len(piece) + len(coded) > _PIECE:
            pieces.append(piece)
            piece = ""
        piece += coded
    for number, text in enumerate([*pieces, piece]):
        yield f"filename*{number}*={text}"


def _part(headers: Sequence[str], content: bytes) -> bytes:
    head = "".join(f"{header}\r\n" for header in (*headers, "Content-Transfer-Encoding: base64"))
    return head.encode() + b"\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")
