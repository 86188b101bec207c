"""Decodes text in any charset that a Thai mail client has written, also where its label is missing or lies.

Only real text charsets are known: a label never reaches Python's other codecs (zlib, idna, unicode_escape).
"""

import re
from functools import lru_cache

from channels.email.reading import macthai
from channels.email.reading.thai import count_foreign, count_thai, looks_thai, mended
from mailroom.stages.defects import Defects

_THAI = "cp874"
_WESTERN = "cp1252"
_MAC_THAI = "mac-thai"
_UNDECLARED = ""

# Labels without their punctuation. TIS-620 and ISO 8859-11 decode as windows-874, which contains both.
_LABELS: dict[str, str] = {
    **dict.fromkeys(("utf8", "utf8mb4", "unicode11utf8", "xunicode20utf8", "utf8sig", "csutf8"), "utf-8"),
    **dict.fromkeys(
        "tis620 tis62025330 tis62025331 tis6202529 tis6202533 xtis620 cstis620 isoir166 iso885911 iso8859112001 "
        "windows874 xwindows874 window874 win874 cp874 xcp874 ms874 ibm874 xibm874 874 thai windowsthai".split(),
        _THAI,
    ),
    **dict.fromkeys("macthai xmacthai macintoshthai xmacth".split(), _MAC_THAI),
    **dict.fromkeys(
        "usascii ascii ansix341968 iso646us us 7bit iso88591 latin1 l1 iso885915 latin9 windows1252 cp1252 1252 "
        "xansi ansi ibm819 cp819 iso885911987 isolatin1 westerneuropean".split(),
        _WESTERN,
    ),
    **dict.fromkeys(
        "unknown8bit xunknown unknown 8bit binary none default defaultcharset xuserdefined userdefined "
        "utf7 unicode11utf7 charset null".split(),
        _UNDECLARED,
    ),
    "utf16": "utf-16",
    "unicode": "utf-16",
    "ucs2": "utf-16",
    "iso10646ucs2": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf32": "utf-32",
    "ucs4": "utf-32",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
    **dict.fromkeys("gb2312 gbk gb18030 cp936 936 xgbk euccn hzgb chinese csgb2312 gb231280".split(), "gb18030"),
    "hzgb2312": "hz",
    "hz": "hz",
    **dict.fromkeys("big5 xbig5 cp950 950 big5eten csbig5 cnbig5".split(), "cp950"),
    "big5hkscs": "big5hkscs",
    **dict.fromkeys("shiftjis sjis xsjis ms932 windows31j cp932 932 csshiftjis mskanji".split(), "cp932"),
    "eucjp": "euc_jp",
    "xeucjp": "euc_jp",
    **dict.fromkeys("iso2022jp iso2022jp1 iso2022jp2 csiso2022jp iso2022jpms cp50220".split(), "iso2022_jp_2"),
    "iso2022jp3": "iso2022_jp_3",
    "iso2022jp2004": "iso2022_jp_2004",
    "iso2022kr": "iso2022_kr",
    **dict.fromkeys("euckr ksc56011987 ksc5601 cp949 949 uhc windows949 xwindows949 ksc56011989".split(), "cp949"),
    "johab": "johab",
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
    "macintosh": "mac_roman",
    "xmacroman": "mac_roman",
    **{f"iso8859{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 16)},
    "iso88598i": "iso8859_8",
    "latin2": "iso8859_2",
    "latin5": "iso8859_9",
    **{f"windows{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"cp{n}": f"cp{n}" for n in (437, 850, 852, 855, 858, 866, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
}
_NOT_ASCII_COMPATIBLE = frozenset(
    "utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be hz iso2022_jp_2 iso2022_jp_3 iso2022_jp_2004 iso2022_kr".split()
)
_PUNCTUATION = str.maketrans("", "", " -_.:()\"'/")
_LABEL_CHARACTERS = 60
# What the few Thai letters that are valid UTF-8 by chance turn into: "แบบ" in TIS-620 is one letter of Vietnamese.
_ASCII = re.compile("[\0-\x7f]+")
_CHANCE = re.compile("[\u0800-\u08ff\u1800-\u1fff]+")


def canonical(label: str) -> str | None:
    """Our name of a charset; empty when the label says nothing; None when it is not known."""
    if not label:
        return _UNDECLARED
    return None if len(label) > _LABEL_CHARACTERS else _known(label)


@lru_cache(256)
def _known(label: str) -> str | None:
    return _LABELS.get(label.lower().translate(_PUNCTUATION))


def decode(content: bytes, label: str, defects: Defects) -> str:
    """Bytes as text. Never raises; what cannot be decoded becomes U+FFFD, and a lying label is a defect."""
    charset = canonical(label)
    if charset is None:
        defects.add("charset-unknown", label)
        charset = _UNDECLARED
    if charset not in _NOT_ASCII_COMPATIBLE and content.isascii():
        return content.decode("ascii")
    text, used = _best(content, charset)
    if charset and used != charset:
        defects.add("charset-wrong", f"{label} is {used}")
    elif used != "utf-8" and not charset:
        defects.add("charset-undeclared", used)
    return _without_faults(text, defects)


def _without_faults(text: str, defects: Defects) -> str:
    repaired = mended(text)
    if repaired is not text and repaired != text:
        defects.add("charset-doubled")
    if "\N{REPLACEMENT CHARACTER}" in repaired:
        defects.add("charset-damaged")
    return repaired.removeprefix("\ufeff")


def _best(content: bytes, charset: str) -> tuple[str, str]:
    """The text, and the charset that made it."""
    if charset in (_UNDECLARED, _WESTERN):
        return _undeclared(content)
    if charset == "utf-8":
        return _utf8(content)
    if charset in (_THAI, _MAC_THAI):
        return _thai(content, charset)
    if charset.startswith(("utf-16", "utf-32")):
        return _wide(content, charset)
    return _foreign(content, charset)


def _strict(content: bytes, charset: str) -> str | None:
    try:
        return content.decode(charset)
    except (UnicodeError, ValueError):
        return None


def _undeclared(content: bytes) -> tuple[str, str]:
    """Without a label, or with one that clients write unasked: what the bytes themselves say."""
    text = _strict(content, "utf-8")
    if text is not None and not (_is_chance(text) and looks_thai(content)):
        return text, "utf-8"
    if looks_thai(content):
        return content.decode(_THAI, "replace"), _THAI
    damaged = content.decode("utf-8", "replace")
    if _is_mostly_utf8(damaged):
        return damaged, "utf-8"
    return content.decode(_WESTERN, "replace"), _WESTERN


def _is_chance(text: str) -> bool:
    letters = _ASCII.sub("", text[:64])
    return len(letters) <= 4 and _CHANCE.fullmatch(letters) is not None


def _is_mostly_utf8(damaged: str) -> bool:
    """Whether single bytes were lost in what is UTF-8 otherwise."""
    lost = damaged.count("\N{REPLACEMENT CHARACTER}")
    whole = len(damaged) - len(damaged.encode("ascii", "ignore")) - lost
    return whole > 2 * lost


def _utf8(content: bytes) -> tuple[str, str]:
    text = _strict(content, "utf-8")
    if text is not None:
        return text, "utf-8"
    damaged = content.decode("utf-8", "replace")
    if _is_mostly_utf8(damaged):
        return damaged, "utf-8"
    if looks_thai(content):
        return content.decode(_THAI, "replace"), _THAI
    return damaged, "utf-8"


def _thai(content: bytes, charset: str) -> tuple[str, str]:
    """A Thai label is right unless the bytes are UTF-8 that makes Thai: "แบบ" is valid UTF-8 too, by chance."""
    text = _strict(content, "utf-8")
    if text is not None and 2 * count_thai(text) > count_foreign(text):
        return text, "utf-8"
    if text is not None and not looks_thai(content) and not _is_chance(text):
        return text, "utf-8"
    return (macthai.decode(content) if charset == _MAC_THAI else content.decode(_THAI, "replace")), charset


def _wide(content: bytes, charset: str) -> tuple[str, str]:
    """UTF-16 and UTF-32; without a mark the side of the zero bytes, or of Thai's 0x0E, tells the order."""
    if b"\0" not in content and b"\x0e" not in content and _strict(content, "utf-8") is not None:
        return content.decode("utf-8"), "utf-8"
    if charset in ("utf-16", "utf-32") and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        step = 2 if charset == "utf-16" else 4
        sample = content[:4096]
        first, last = _zeros(sample[::step]), _zeros(sample[step - 1 :: step])
        return content.decode(f"{charset}-{'le' if last > first else 'be'}", "replace"), charset
    return content.decode(charset, "replace"), charset


def _zeros(sample: bytes) -> int:
    return sample.count(0) + sample.count(0x0E)


def _foreign(content: bytes, charset: str) -> tuple[str, str]:
    text = _strict(content, charset)
    if text is not None:
        return text, charset
    text = _strict(content, "utf-8")
    if text is not None:
        return text, "utf-8"
    if looks_thai(content):
        return content.decode(_THAI, "replace"), _THAI
    return content.decode(charset, "replace"), charset
