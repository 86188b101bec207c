"""Bytes of a mail from its pieces: nothing is added, folded or mended on the way."""

import base64
import quopri
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from textwrap import dedent

CRLF = b"\r\n"
OFFICE = "saraban@baantuayang.example"

_CODEC = {"windows-874": "cp874", "x-windows-874": "cp874"}
"""Names that mail uses and Python does not know."""

Header = tuple[str, str | bytes]


def lines(text: str) -> str:
    """A text written in Python, with the line ends of the wire."""
    return dedent(text).strip().replace("\n", "\r\n") + "\r\n"


def base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", CRLF)


def quoted(content: bytes) -> bytes:
    """Quoted-printable (RFC 2045 section 6.7) of text whose lines end in CRLF."""
    return quopri.encodestring(content.replace(CRLF, b"\n")).replace(b"\n", CRLF)


def word(text: str, charset: str = "utf-8", *, raw: bytes | None = None) -> str:
    """One B encoded word (RFC 2047); `raw` gives its bytes where they are not those that the label says."""
    content = text.encode(_CODEC.get(charset, charset)) if raw is None else raw
    return f"=?{charset}?B?{base64.b64encode(content).decode('ascii')}?="


def q_word(content: bytes, charset: str) -> str:
    """One Q encoded word, every byte escaped."""
    return f"=?{charset}?Q?{''.join(f'={byte:02X}' for byte in content)}?="


def split_words(text: str, charset: str = "utf-8", *, size: int = 20) -> str:
    """Encoded words cut every `size` bytes, in mid-character too, as careless mailers do."""
    content = text.encode(charset)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return "\r\n ".join(word("", charset, raw=piece) for piece in pieces)


def entity(headers: Sequence[Header], body: bytes) -> bytes:
    """Headers, an empty line, the body. A value in str is written as UTF-8, one in bytes as it is."""
    fields = [
        name.encode("ascii") + b": " + (value.encode() if isinstance(value, str) else value) for name, value in headers
    ]
    return CRLF.join([*fields, b"", body])


def text_part(text: str, charset: str = "utf-8", *, subtype: str = "plain", label: str | None = None) -> bytes:
    """A base64 text part; `label` is the charset it claims to be in, where that differs."""
    content_type = f"text/{subtype}; charset={label or charset}"
    return entity(
        [("Content-Type", content_type), ("Content-Transfer-Encoding", "base64")],
        base64_lines(lines(text).encode(charset)),
    )


def file_part(
    content: bytes, media_type: str, disposition: str | bytes, *, more: Sequence[Header] = (), name: str = ""
) -> bytes:
    """A base64 leaf. `disposition` is the whole Content-Disposition; `name`, ASCII, repeats it in Content-Type."""
    content_type = f'{media_type}; name="{name}"' if name else media_type
    headers = [("Content-Type", content_type), ("Content-Transfer-Encoding", "base64")]
    return entity([*headers, ("Content-Disposition", disposition), *more], base64_lines(content))


def attachment(content: bytes, media_type: str, name: str) -> bytes:
    """A leaf whose name is written as RFC 2231 asks."""
    return file_part(content, media_type, f"attachment; {extended('filename', name)}")


def extended(parameter: str, value: str, charset: str = "utf-8") -> str:
    """One extended parameter (RFC 2231 section 4)."""
    escaped = "".join(f"%{byte:02X}" for byte in value.encode(_CODEC.get(charset, charset)))
    return f"{parameter}*={charset}''{escaped}"


def multipart(parts: Sequence[bytes], *, boundary: str, subtype: str = "mixed", parameters: str = "") -> bytes:
    """A multipart entity with its Content-Type header; boundaries are fixed, so that bytes never change."""
    cut = b"--" + boundary.encode("ascii")
    body = b"".join(cut + CRLF + part.removesuffix(CRLF) + CRLF for part in parts) + cut + b"--" + CRLF
    return entity([("Content-Type", f'multipart/{subtype}; boundary="{boundary}"{parameters}')], body)


def received(at: datetime, *, hop: str = "mx.baantuayang.example", queue: str = "4A1B2C") -> Header:
    """The trace of the last hop (RFC 5321 section 4.4), dated as the mailbox dates the arrival."""
    return (
        "Received",
        f"from relay.example (relay.example [192.0.2.25])\r\n\tby {hop} with ESMTPS id {queue};\r\n\t{format_datetime(at)}",
    )


def mail(
    *,
    sender: str | bytes,
    subject: str | bytes | None,
    at: datetime,
    identifier: str,
    content: bytes,
    to: str = OFFICE,
    more: Sequence[Header] = (),
    return_path: str | None = None,
) -> bytes:
    """A whole mail as the mailbox holds it. `content` is an entity: its own headers, an empty line, its body.

    The return path is the address of `sender` unless given; empty for the null sender.
    """
    back = _address(sender) if return_path is None else return_path
    headers: list[Header] = [
        ("Return-Path", f"<{back}>"),
        received(at),
        ("From", sender),
        ("To", to),
        *([] if subject is None else [("Subject", subject)]),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{identifier}>"),
        *more,
        ("MIME-Version", "1.0"),
    ]
    return entity(headers, b"").removesuffix(CRLF) + content


def _address(sender: str | bytes) -> str:
    text = sender.decode("ascii", "ignore") if isinstance(sender, bytes) else sender
    return text.rpartition("<")[2].partition(">")[0]


def named(name: str, address: str, charset: str = "utf-8") -> str:
    """A From value with an encoded display name."""
    return f"{word(name, charset)} <{address}>"
