"""Makes characters visible that would deceive a reader or break what stores and shows them."""

from mailroom.stages import lazy

_VISIBLE = {n: 0x2400 + n for n in range(0x20)} | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
_SEPARATORS = {0x2028: 0x2424, 0x2029: 0x2424}
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_IN_LINE = _VISIBLE | _SEPARATORS | _SURROGATES | {0x09: 0x20}
_IN_TEXT = (
    _VISIBLE | _SURROGATES | {0x09: 0x09, 0x0A: 0x0A, 0x0C: 0x0A, 0x0B: 0x0A, 0x85: 0x0A, 0x2028: 0x0A, 0x2029: 0x0A}
)
_UNSAFE_IN_LINE = lazy.pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNSAFE_IN_TEXT = lazy.pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MARK = "[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = lazy.pattern(f"({_MARK}{{8}}){_MARK}+")
BIDI = lazy.pattern("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str, limit: int) -> str:
    """Text for one line: no control characters (their pictures stand in), no line ends, runs of spaces as one.

    Marks piled on one letter are cut to eight; no longer than `limit` characters.
    """
    text = text[: 4 * limit]
    if not text.isprintable() and _UNSAFE_IN_LINE.search(text):
        text = text.translate(_IN_LINE)
    if not text.isascii():
        text = _PILE.sub(r"\1", text)
    return " ".join(text.split())[:limit].rstrip()


def many_lines(text: str) -> str:
    """Text for a page: line ends are `\\n`, other control characters are shown as their pictures."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").isprintable() and _UNSAFE_IN_TEXT.search(text):
        text = text.translate(_IN_TEXT)
    if not text.isascii():
        text = _PILE.sub(r"\1", text)
    return text


def with_bidi_shown(text: str) -> str:
    """Direction controls as `<U+202E>`, so that a name reads in the order in which it is stored."""
    return BIDI.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)
