"""Lists the files inside winmail.dat (MS-OXTNEF), as Outlook sends them to everyone."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.reading.limits import EMBEDDED
from mailroom.stages.defects import Defects

_SIGNATURE = 0x223E9F78
_HEADER = 6
_ATTACHMENT_LEVEL = 2
_REND_DATA, _TITLE, _DATA, _PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_LONG_FILENAME = 0x3707
_UNICODE, _STRING8 = 0x001F, 0x001E
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_COUNTED = (0x000D, 0x0102, _STRING8, _UNICODE)
_MAX_PROPERTIES = 200


@dataclass(slots=True)
class EmbeddedFile:
    """A file within a part. `charset` is that of the raw name, empty when it is not known."""

    name: bytes
    content: bytes
    charset: str = ""


def read_tnef(content: bytes, defects: Defects) -> list[EmbeddedFile]:
    """The files within, at most `limits.EMBEDDED`. Damage is a defect; what stands before it is kept."""
    files: list[EmbeddedFile] = []
    try:
        for identifier, start, end in _attributes(content):
            if identifier == _REND_DATA:
                if len(files) >= EMBEDDED:
                    defects.add("embedded-limit")
                    break
                files.append(EmbeddedFile(b"", b""))
            elif files:
                _take(files[-1], identifier, content, start, end)
    except (struct.error, ValueError):
        defects.add("tnef-damaged")
    return files


def _attributes(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Identifier and place of each attribute of an attachment. Raises ValueError where the lengths lie."""
    if len(content) < _HEADER or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        raise ValueError("no TNEF signature")
    position = _HEADER
    while position + 9 <= len(content):
        level, identifier, length = struct.unpack_from("<BII", content, position)
        start = position + 9
        if start + length + 2 > len(content):
            raise ValueError("an attribute is longer than its file")
        if level == _ATTACHMENT_LEVEL:
            yield identifier, start, start + length
        position = start + length + 2
    if position != len(content):
        raise ValueError("the last attribute is cut")


def _take(file: EmbeddedFile, identifier: int, content: bytes, start: int, end: int) -> None:
    if identifier == _DATA:
        file.content = content[start:end]
    elif identifier == _TITLE and not file.name:
        file.name = content[start:end].rstrip(b"\0")
    elif identifier == _PROPERTIES:
        named = _long_name(content[start:end])
        if named is not None:
            file.name, file.charset = named


def _long_name(properties: bytes) -> tuple[bytes, str] | None:
    """The long file name among MAPI properties; None when it is not there or stands behind what we do not read."""
    (count,) = struct.unpack_from("<I", properties)
    position = 4
    for _ in range(min(count, _MAX_PROPERTIES)):
        kind, identifier = struct.unpack_from("<HH", properties, position)
        position += 4
        if identifier >= 0x8000 or (kind not in _FIXED and kind not in _COUNTED):
            return None
        if kind in _FIXED:
            position += _FIXED[kind]
            continue
        _, length = struct.unpack_from("<II", properties, position)
        value = properties[position + 8 : position + 8 + length]
        if identifier == _LONG_FILENAME and kind == _UNICODE:
            return value.removesuffix(b"\0\0"), "utf-16-le"
        if identifier == _LONG_FILENAME:
            return value.rstrip(b"\0"), ""
        position += 8 + (length + 3 & ~3)
    return None
