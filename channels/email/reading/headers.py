"""Finds the header fields of a message or part, tolerant of what breaks them, linear in their length."""

import re
from collections.abc import Iterator
from functools import lru_cache

from channels.email.reading.limits import FIELD_BYTES, HEADER_BYTES, HEADER_FIELDS
from mailroom.stages.defects import Defects

Raw = bytes | bytearray | memoryview
_NAME = re.compile(rb"[!-9;-~]{1,200}")
_WHOLE_FIELD = re.compile(rb"([!-9;-~]{1,200}+)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_BLANK_LINE = re.compile(rb"\n\r?\n")

_REPEATED_CR = re.compile(rb"\r++\n")


class Headers:
    """The fields of one header block, by lower-case name, in their order; values raw and unfolded."""

    def __init__(self) -> None:
        self._fields: dict[str, list[bytes]] = {}

    def add(self, name: str, value: bytes) -> None:
        self._fields.setdefault(name, []).append(value)

    def all(self, name: str) -> list[bytes]:
        return self._fields.get(name, [])

    def first(self, name: str) -> bytes:
        values = self._fields.get(name)
        return values[0] if values else b""

    def items(self) -> Iterator[tuple[str, list[bytes]]]:
        return iter(self._fields.items())

    def __bool__(self) -> bool:
        return bool(self._fields)


def read_headers(raw: bytes | bytearray, start: int, end: int, defects: Defects) -> tuple[Headers, int]:
    """The header block at `start`, and where the body begins. Nothing is read beyond `end`."""
    if raw.startswith((b"\r\n", b"\n"), start, end):
        return Headers(), start + (2 if raw.startswith(b"\r", start) else 1)
    found = _BLANK_LINE.search(raw, start, end)
    stop, body = (found.start(), found.end()) if found else (end, end)
    if stop - start > HEADER_BYTES:
        defects.add("header-limit", "bytes")
        stop = start + HEADER_BYTES
    headers, broken_at = _fields(bytes(raw[start:stop]), defects)
    if broken_at is not None:
        defects.add("header-unended")
        body = start + broken_at
    return headers, body


def _fields(block: bytes, defects: Defects) -> tuple[Headers, int | None]:
    """The fields, and where the block stops to be one: at a line that is no field with none behind it."""
    headers = _sound_fields(block)
    return (headers, None) if headers is not None else _broken_fields(block, defects)


def _sound_fields(block: bytes) -> Headers | None:
    """The fields of a block that is nothing but fields, as nearly all are; None for others, and for very many."""
    headers = Headers()
    position = 0
    for count, field in enumerate(_WHOLE_FIELD.finditer(block)):
        if field.start() != position or count >= HEADER_FIELDS:
            return None
        position = field.end()
        name, value = field.groups()
        if b"\n" in value:
            value = value.replace(b"\r\n", b"\n") if b"\r\r" not in value else _REPEATED_CR.sub(b"\n", value)
            value = value.replace(b"\n", b"")
        headers.add(_lower(name), value[:FIELD_BYTES].strip(b" \t\r"))
    return headers if position == len(block) else None


@lru_cache(1024)
def _lower(name: bytes) -> str:
    """Names are few, and come with every message."""
    return name.decode("ascii").lower()


def _broken_fields(block: bytes, defects: Defects) -> tuple[Headers, int | None]:
    headers = Headers()
    lines = block.split(b"\n")
    position = count = 0
    name, value = "", [b""]
    for n, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            value.append(line)
        else:
            _close(headers, name, value)
            name, first = _field(line)
            value = [first]
            if name:
                count += 1
            elif n + 1 == len(lines) and not line:
                break  # The block ends with a line end: its blank line is missing, and nothing stands in its place.
            elif line.startswith(b"--") or not _goes_on(lines, n):
                return headers, position
            elif line.strip():
                defects.add("header-malformed", line[:60].decode("ascii", "replace"))
            if count > HEADER_FIELDS:
                defects.add("header-limit", "fields")
                return headers, None
        position += len(line) + 1
    _close(headers, name, value)
    return headers, None


def _field(line: bytes) -> tuple[str, bytes]:
    """Name and value of a line that begins a field; an empty name when it does not."""
    name, colon, value = line.partition(b":")
    name = name.rstrip(b" \t")
    if not colon or not _NAME.fullmatch(name):
        return "", b""
    return name.decode("ascii").lower(), value


def _goes_on(lines: list[bytes], n: int) -> bool:
    """Whether the line after a broken one is a field again."""
    return n + 1 < len(lines) and bool(_field(lines[n + 1])[0])


def _close(headers: Headers, name: str, value: list[bytes]) -> None:
    if not name:
        return
    whole = value[0] if len(value) == 1 else b"".join(line.rstrip(b"\r") for line in value)
    headers.add(name, whole[:FIELD_BYTES].strip(b" \t\r"))
