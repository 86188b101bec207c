"""What can be printed: which characters a font has, and a text reduced to them, visibly."""

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from mailroom.domain.errors import ConfigurationError

SUBSTITUTES = "□◊?"
"""What stands for a character that no font of ours has; the first that the fonts have."""

_ODD = re.compile(
    "[^ -~\u0e01-\u0e3a\u0e3f-\u0e4c\u0e4f-\u0e5b]|\u0e40\u0e40|[\u0e48-\u0e4c][\u0e31\u0e34-\u0e3a\u0e47]"
)
"""Texts without any of these need no look at each character."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPELLINGS = (
    (re.compile("([\u0e48-\u0e4c])([\u0e31\u0e34-\u0e3a\u0e47])"), r"\2\1"),
    (re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32|([\u0e48-\u0e4b])\u0e4d\u0e32"), "\\1\\2\u0e33"),
    (re.compile("\u0e40\u0e40"), "\u0e41"),
)
_SHAPELESS = frozenset({"Cc", "Cf"})
_MARKS = frozenset({"Mn", "Me"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})


def coverage(fonts: Path) -> frozenset[int]:
    """Code points that every TrueType font of a folder has.

    Raises ConfigurationError when the folder holds no usable font.
    """
    files = sorted(fonts.glob("*.ttf"))
    if not files:
        raise ConfigurationError(f"{fonts}: no fonts (*.ttf) there; install mailroom again")
    try:
        sets = [frozenset(_code_points(file.read_bytes())) for file in files]
    except (OSError, struct.error, IndexError) as error:
        raise ConfigurationError(f"{fonts}: a font cannot be read ({error}); install mailroom again") from error
    return reduce(frozenset.intersection, sets)


def printable(text: str, known: frozenset[int]) -> str:
    """The text in characters that the fonts have.

    Line ends, tabs and odd spaces become a space. Characters that turn the direction of writing could make a page say
    something else than what was approved: they become a visible substitute, and so does any character without a glyph.
    Others without a shape vanish. Thai is spelt as its fonts expect it: a tone mark after its vowel, one code for ำ
    and แ.
    """
    substitute = next((mark for mark in SUBSTITUTES if ord(mark) in known), "?")
    if not _ODD.search(text) and known.issuperset(map(ord, text)):
        return text
    spelt = _respelt(unicodedata.normalize("NFC", text))
    return "".join(_shown(character, known, substitute) for character in spelt)


def _respelt(text: str) -> str:
    for wrong, right in _SPELLINGS:
        text = wrong.sub(right, text)
    return text


def _shown(character: str, known: frozenset[int], substitute: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\n\r\v\f\x85" or category in _SPACES:
        return " " if character != "\xa0" else character
    if character in _TURNING:
        return substitute
    if category in _SHAPELESS:
        return ""
    if ord(character) in known:
        return character
    return "" if category in _MARKS else substitute


def _code_points(font: bytes) -> Iterator[int]:
    """Reads the format 4 subtables of `cmap` (ISO/IEC 14496-22 section 5.2.1): the Basic Multilingual Plane."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for index in range(count):
        (offset,) = struct.unpack_from(">I", font, cmap + 8 + 8 * index)
        if struct.unpack_from(">H", font, cmap + offset)[0] == 4:
            yield from _segments(font, cmap + offset)


def _table(font: bytes, tag: bytes) -> int:
    """Where a table of the font begins."""
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return int(offset)
    raise IndexError(f"no table {tag.decode()}")


def _segments(font: bytes, start: int) -> Iterator[int]:
    """Code points of one format 4 subtable that have a glyph other than the empty one."""
    (doubled,) = struct.unpack_from(">H", font, start + 6)
    ends = start + 14
    starts, deltas, ranges = (ends + doubled * step + 2 for step in (1, 2, 3))
    for at in range(0, doubled, 2):
        last, first, delta, jump = (
            struct.unpack_from(">H", font, base + at)[0] for base in (ends, starts, deltas, ranges)
        )
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code if jump == 0 else struct.unpack_from(">H", font, ranges + at + jump + 2 * (code - first))[0]
            if glyph and (glyph + delta) % 0x10000:
                yield code
