"""Undoes transfer encodings (RFC 2045, 6), leniently and in bounded memory."""

import binascii

import pybase64

from mailroom.stages.defects import Defects

_FOREIGN = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_PLAIN = frozenset(("", "7bit", "8bit", "binary"))
_MISSPELT = {
    "base-64": "base64", "base 64": "base64", "b": "base64", "x-base64": "base64",
    "quotedprintable": "quoted-printable", "quoted printable": "quoted-printable", "qp": "quoted-printable",
    "q": "quoted-printable", "uuencode": "x-uuencode", "x-uue": "x-uuencode", "uue": "x-uuencode",
    "8-bit": "8bit", "7-bit": "7bit", "8 bit": "8bit", "7 bit": "7bit",
}  # fmt: skip


def encoding_of(value: bytes, defects: Defects) -> str:
    """The transfer encoding that a header names; an unknown one is a defect, and the content is taken as it is."""
    name = value.partition(b"(")[0].partition(b";")[0].strip(b" \t\0\"'").decode("ascii", "replace").lower()
    name = _MISSPELT.get(name, name)
    if name in _PLAIN:
        return ""
    if name in ("base64", "quoted-printable", "x-uuencode"):
        return name
    defects.add("transfer-encoding-unknown", name)
    return ""


def undone(raw: bytes | bytearray, start: int, end: int, encoding: str, defects: Defects) -> bytes:
    """The content from `start` to `end` without its transfer encoding.

    Damaged encoding is a defect; what can be saved is.
    """
    if encoding == "base64":
        return _base64(raw, start, end, defects)
    with memoryview(raw) as view, view[start:end] as content:
        if encoding == "quoted-printable":
            return binascii.a2b_qp(content)
        return uudecoded(bytes(content), defects) if encoding == "x-uuencode" else bytes(content)


def _base64(raw: bytes | bytearray, start: int, end: int, defects: Defects) -> bytes:
    """All letters; those that follow a padding were joined to the part, and are kept."""
    padding = raw.find(b"=", start, end)
    if padding < 0 or not raw[padding:end].strip(b"= \t\r\n"):
        try:
            with memoryview(raw) as view, view[start:end] as content:
                decoded = pybase64.b64decode(content)
        except binascii.Error:
            pass
        else:
            if len(decoded) != _at_most(raw, start, end, padding) and len(decoded) != _expected(raw, start, end):
                defects.add("base64-damaged")
            return decoded
    defects.add("base64-damaged")
    return _forced(bytes(raw[start:end]).translate(None, _FOREIGN))


def _at_most(raw: bytes | bytearray, start: int, end: int, padding: int) -> int:
    """No less than `_expected`, and equal to it where all lines but the last are of one length, as they mostly are.

    It looks at the places where such lines end, and so at one byte of eighty. Where the content has this length,
    it has the expected one too, which lies between.
    """
    first = raw.find(b"\n", start, end)
    others = raw.count(b"=", padding, end) if padding >= 0 else 0
    rest = start
    if first >= 0:
        step = first - start + 1
        ends = raw[first:end:step]
        rest = first + (len(ends) - 1) * step + 1
        others += ends.count(b"\n") + (raw[first - 1 : rest : step].count(b"\r") if step > 1 else 0)
    return (end - start - others - _white(raw, rest, end)) * 3 // 4


def _expected(raw: bytes | bytearray, start: int, end: int) -> int:
    """How many bytes there would be if every character but white space and padding were a letter."""
    return (end - start - raw.count(b"=", start, end) - _white(raw, start, end)) * 3 // 4


def _white(raw: bytes | bytearray, start: int, end: int) -> int:
    line_ends = raw.count(b"\n", start, end) + raw.count(b"\r", start, end)
    return line_ends + raw.count(b" ", start, end) + raw.count(b"\t", start, end)


def _forced(letters: bytes) -> bytes:
    """What base64 letters mean without regard to padding; a lone letter at the end of a run means nothing."""
    pieces: list[bytes] = []
    for run in letters.split(b"="):
        whole = len(run) & ~3
        with memoryview(run) as view, view[:whole] as groups:
            pieces.append(binascii.a2b_base64(groups))
        if len(run) - whole > 1:
            pieces.append(binascii.a2b_base64(run[whole:].ljust(4, b"=")))
    return b"".join(pieces)


def uudecoded(lines: bytes, defects: Defects) -> bytes:
    """The content of uuencoded lines, with or without `begin` and `end`."""
    decoded: list[bytes] = []
    for line in lines.splitlines():
        if line.startswith(b"begin ") and not decoded:
            continue
        if line == b"end":
            break
        if line:
            decoded.append(_uuline(line, defects))
    return b"".join(decoded)


def _uuline(line: bytes, defects: Defects) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        defects.add("uuencode-damaged")
    try:
        # Some encoders write more than the line's own count of bytes; the count is what matters.
        return binascii.a2b_uu(line[: ((line[0] - 32 & 63) * 4 + 5) // 3])
    except binascii.Error:
        return b""
