"""Pictures of a conversation, shown only where a browser can do no harm with them.

One of four types, known by its own first bytes and by what it was found to be when it came; of bounded size and number
of points; served under exactly that type, without sniffing, in a sandbox.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mailroom.domain.message import Attachment

LARGEST = 12 << 20
"""Bytes. The platform itself takes no larger picture."""
MOST_POINTS = 50_000_000
"""Width times height: a small file can unfold to more than a browser bears."""

Size = tuple[int, int]


def may_be_shown(file: Attachment) -> bool:
    """Whether it is worth asking for the picture; `picture_type` has the last word."""
    return file.media_type in _SIZES and 0 < file.size <= LARGEST


def picture_type(file: Attachment, content: bytes) -> str | None:
    """The media type under which the content may be shown; None where it must not be."""
    if not may_be_shown(file) or len(content) > LARGEST:
        return None
    try:
        size = _SIZES[file.media_type](content)
    except IndexError:
        return None
    return file.media_type if size and 0 < size[0] * size[1] <= MOST_POINTS else None


def _png(content: bytes) -> Size | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None
    return _number(content[16:20], "big"), _number(content[20:24], "big")


def _gif(content: bytes) -> Size | None:
    if content[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return _number(content[6:8], "little"), _number(content[8:10], "little")


def _webp(content: bytes) -> Size | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    match content[12:16]:
        case b"VP8X":
            return 1 + _number(content[24:27], "little"), 1 + _number(content[27:30], "little")
        case b"VP8L" if content[20] == 0x2F:
            packed = _number(content[21:25], "little")
            return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
        case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
            return _number(content[26:28], "little") & 0x3FFF, _number(content[28:30], "little") & 0x3FFF
    return None


def _jpeg(content: bytes) -> Size | None:
    """The size that the first frame header tells, found from marker to marker."""
    if content[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAMES:
            return _number(content[at + 7 : at + 9], "big"), _number(content[at + 5 : at + 7], "big")
        at += 1 if marker == 0xFF else 2 + max(2, _number(content[at + 2 : at + 4], "big"))
    return None


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame, with the size of the picture."""


def _number(some: bytes, order: str) -> int:
    return int.from_bytes(some, "big" if order == "big" else "little")


_SIZES: Mapping[str, Callable[[bytes], Size | None]] = MappingProxyType(
    {"image/png": _png, "image/gif": _gif, "image/webp": _webp, "image/jpeg": _jpeg}
)
