"""Reads the parameters of Content-Type and Content-Disposition (RFC 2045, 2183, 2231), and what clients make of them."""

import re
from urllib.parse import unquote_to_bytes

from channels.email.reading.charsets import decode
from channels.email.reading.limits import PARAMETERS
from channels.email.reading.words import decoded
from mailroom.stages.defects import Defects

_VALUE_BYTES = 64 << 10
_PARAMETER = re.compile(rb"([^\s=;\"()]{1,80})\s{0,20}=\s{0,20}(?:\"((?:[^\"\\]|\\.)*+)(?:\"|$)|([^;]*))", re.S)
_BREAK = re.compile(rb"[;\s(]")
_QUOTED_PAIR = re.compile(rb"\\(.)", re.S)
_COMMENT = re.compile(rb"\s*\([^()]*\)")
_ESCAPED_LETTER = re.compile(rb"(?:%[89A-Fa-f][0-9A-Fa-f]){2}")
_SECTION = re.compile(r"([^*]+)\*(\d{1,5})(\*?)")


class Parameters:
    """The value before the first semicolon, lower-case, and the parameters by lower-case name."""

    def __init__(self, value: bytes, defects: Defects) -> None:
        self._defects = defects
        self._raw: dict[str, bytes] = {}
        self.repeated: set[str] = set()
        self.value = ""
        if not value:
            return
        if value.startswith(b"=?"):
            value = decoded(value[:_VALUE_BYTES], defects).encode("utf-8", "replace")
        # Some clients forget the semicolon, so white space ends the value too.
        head = _BREAK.split(value[:200], maxsplit=1)[0]
        rest = value[len(head) : _VALUE_BYTES]
        self.value = head.strip(b"\0\"'").lower().decode("ascii", "replace")
        if rest:
            self._read(rest)

    def _read(self, rest: bytes) -> None:
        for count, found in enumerate(_PARAMETER.finditer(rest)):
            if count >= PARAMETERS:
                self._defects.add("parameters-limit")
                return
            name, quoted, bare = found.groups()
            key = name.lower().decode("ascii", "replace")
            content = _QUOTED_PAIR.sub(_unescaped, quoted) if quoted is not None else _COMMENT.sub(b"", bare).strip()
            if self._raw.setdefault(key, content) != content:
                self.repeated.add(key)

    def ascii(self, name: str) -> bytes:
        """A parameter that is a token, such as boundary or charset; RFC 2231 forms of it are read too."""
        plain = self._raw.get(name)
        if plain is not None:
            return plain
        return self._text(name).encode("utf-8", "replace") if self._has_extended(name) else b""

    def text(self, name: str) -> str:
        """A parameter for people, such as a file name, in whichever form it comes; RFC 2231 goes first."""
        if self._has_extended(name):
            return self._text(name)
        plain = self._raw.get(name, b"")
        return decoded(_without_escapes(plain), self._defects)

    def _has_extended(self, name: str) -> bool:
        return any(key.startswith(name + "*") for key in self._raw)

    def _text(self, name: str) -> str:
        """RFC 2231: one extended value, or sections put in order; sections after a gap are left out."""
        whole = self._raw.get(name + "*")
        if whole is not None:
            charset, content = _announced(whole)
            return decode(unquote_to_bytes(content), charset, self._defects)
        sections = self._sections(name)
        charset, joined = "", b""
        for number in range(len(sections)):
            if number not in sections:
                self._defects.add("parameter-gap", name)
                break
            content, extended = sections[number]
            if number == 0 and extended:
                charset, content = _announced(content)
            joined += unquote_to_bytes(content) if extended else content
        if not charset and b"=?" in joined:
            return decoded(joined, self._defects)
        return decode(joined, charset, self._defects)

    def _sections(self, name: str) -> dict[int, tuple[bytes, bool]]:
        sections: dict[int, tuple[bytes, bool]] = {}
        for key, content in self._raw.items():
            found = _SECTION.fullmatch(key)
            if found and found.group(1) == name:
                sections.setdefault(int(found.group(2)), (content, bool(found.group(3))))
        return sections


def _without_escapes(value: bytes) -> bytes:
    """Some web mail writes the escapes of RFC 2231 into an ordinary value: undone where they make UTF-8 letters."""
    if not _ESCAPED_LETTER.search(value):
        return value
    plain = unquote_to_bytes(value)
    try:
        plain.decode("utf-8")
    except UnicodeDecodeError:
        return value
    return plain


def _unescaped(found: re.Match[bytes]) -> bytes:
    """A backslash escapes quotes and itself only: clients on Windows write paths with single ones."""
    return found.group(1) if found.group(1) in b'"\\' else found.group()


def _announced(value: bytes) -> tuple[str, bytes]:
    """Charset and percent-encoded content of charset'language'content."""
    charset, mark, rest = value.partition(b"'")
    if not mark:
        return "", value
    _, mark, content = rest.partition(b"'")
    return (charset.decode("ascii", "replace"), content) if mark else ("", value)
