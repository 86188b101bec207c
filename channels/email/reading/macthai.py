"""MacThai, the Thai script of classic Mac OS, for which Python has no codec."""

import codecs

# Apple keeps several drawn positions of each tone mark; all mean the same letter.
_TONES_LOW_LEFT = "\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
_HIGH = (
    "\u00ab\u00bb\u2026"
    + _TONES_LOW_LEFT  # 0x83
    + _TONES_LOW_LEFT  # 0x88
    + "\u201c\u201d\u0e4d\ufffd\u2022\u0e31\u0e47\u0e34\u0e35\u0e36\u0e37"  # 0x8D
    + _TONES_LOW_LEFT  # 0x98
    + "\u2018\u2019\ufffd\u00a0"  # 0x9D
    + "".join(map(chr, range(0x0E01, 0x0E3B)))  # 0xA1
    + "\u2060\u200b\u2013\u2014\u0e3f"  # 0xDB
    + "".join(map(chr, range(0x0E40, 0x0E4E)))  # 0xE0
    + "\u2122\u0e4f"  # 0xEE
    + "".join(map(chr, range(0x0E50, 0x0E5A)))  # 0xF0
    + "\u00ae\u00a9\ufffd\ufffd\ufffd\ufffd"  # 0xFA
)
TABLE = "".join(map(chr, range(128))) + _HIGH


def decode(content: bytes) -> str:
    """MacThai bytes as text; bytes without a meaning become U+FFFD."""
    return codecs.charmap_decode(content, "replace", TABLE)[0]
