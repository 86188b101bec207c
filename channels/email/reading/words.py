"""Decodes header text: encoded words (RFC 2047) and raw 8-bit bytes, as clients really write them."""

import binascii
import re

import pybase64

from channels.email.reading.charsets import canonical, decode
from mailroom.stages.defects import Defects

_WORD = re.compile(rb"=\?([^?\s]{0,100})\?([bBqQ])\?([^?]*)\?=")
_BLANK = b" \t\r\n"
_LABEL_BYTES = 100
_ALPHABET = bytes(range(256)).translate(None, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


def decoded(value: bytes, defects: Defects) -> str:
    """Header bytes, unfolded, as text. Control characters that were encoded are still in it."""
    if b"=?" not in value:
        return _plain(value, defects)
    if regular := _regular(value):
        return decode(regular[1], regular[0], defects)
    pieces: list[str] = []
    run: list[tuple[str, str, bytes]] = []
    end = 0
    for word in _WORD.finditer(value):
        gap = value[end : word.start()]
        if gap.strip(_BLANK) or (gap and not run):
            pieces += _joined(run, defects)
            pieces.append(_plain(gap, defects))
            run = []
        run.append((_label(word.group(1)), word.group(2).decode("ascii").lower(), word.group(3)))
        end = word.end()
    pieces += _joined(run, defects)
    pieces.append(_plain(value[end:], defects))
    return "".join(pieces)


def _regular(value: bytes) -> tuple[str, bytes] | None:
    """Charset and bytes where the value is nothing but base64 words of one charset, folded, as most are; else None."""
    pieces = value.split(b"?")
    charset, texts = pieces[1], pieces[3::4]
    count = len(texts)
    if len(pieces) != 4 * count + 1 or pieces[0] != b"=" or pieces[-1] != b"=" or charset.split() != [charset]:
        return None
    if len(charset) > _LABEL_BYTES or {*pieces[1::4]} != {charset} or {*pieces[2::4]} != {b"B"}:
        return None
    # Between two words stand the end of one, white space, and the beginning of the next.
    if any(len(gap) < 3 or gap.translate(None, _BLANK) != b"==" or gap[0] != gap[-1] for gap in pieces[4:-1:4]):
        return None
    if any(len(text) % 4 or text.endswith(b"=") for text in texts[:-1]):
        return None
    try:
        return _label(charset), pybase64.b64decode(b"".join(texts), validate=True)
    except binascii.Error:
        return None


def _plain(value: bytes, defects: Defects) -> str:
    if value.isascii():
        return value.decode("ascii")
    return decode(bytes(value), "", defects)


def _label(charset: bytes) -> str:
    """The charset without the language that RFC 2231 allows behind an asterisk."""
    return charset.partition(b"*")[0].decode("ascii", "replace")


def _joined(run: list[tuple[str, str, bytes]], defects: Defects) -> list[str]:
    """Adjacent words as text. Words of one charset are joined as bytes: clients cut within a Thai character."""
    texts: list[str] = []
    start = 0
    for n in range(1, len(run) + 1):
        if n == len(run) or canonical(run[n][0]) != canonical(run[start][0]):
            content = _content(run[start:n], defects)
            texts.append(decode(content, run[start][0], defects))
            start = n
    return texts


def _content(words: list[tuple[str, str, bytes]], defects: Defects) -> bytes:
    """The bytes of words of one charset. A base64 word that cannot end where it does goes on in the next."""
    content: list[bytes] = []
    pending = b""
    for _, encoding, text in words:
        if encoding == "q":
            content += [base64(pending, defects), _quoted(text)]
            pending = b""
            continue
        pending += text
        if len(pending.strip(_BLANK).rstrip(b"=")) % 4 != 1:
            content.append(base64(pending, defects))
            pending = b""
    return b"".join([*content, base64(pending, defects)])


def _quoted(text: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: binascii.unhexlify(found.group(1)), text.replace(b"_", b" "))


def base64(text: bytes, defects: Defects) -> bytes:
    """Base64 with any padding or none, and with foreign characters left out."""
    try:
        return pybase64.b64decode(text, validate=True)
    except binascii.Error:
        return _lenient_base64(text, defects)


def _lenient_base64(text: bytes, defects: Defects) -> bytes:
    letters = text.translate(None, _ALPHABET)
    if len(letters) % 4 == 1:
        defects.add("word-damaged")
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
