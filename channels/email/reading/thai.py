"""Tells Thai bytes from others, and mends Thai that was decoded wrongly and encoded again."""

import re

_SAMPLE = 64 << 10
_BEGINNING = 4096
_THAI = re.compile("[\u0e01-\u0e5b]+")
_HIGH = bytes(range(0x80, 0x100))
_LETTERS = bytes([*range(0xA1, 0xDB), *range(0xDF, 0xFC)])
_CONSONANTS = bytes(range(0xA1, 0xCF))
_ASCII = bytes(range(0x80))
_RUNS = re.compile(rb"[\xa1-\xda\xdf-\xfb]{2,}")
_MARKS = re.compile(rb"[\xd1\xd4-\xda\xe7-\xee]")
# A vowel sign or tone mark stands on a consonant or on another mark; elsewhere it means nothing.
_STRAY_MARKS = re.compile(rb"(?<![\xa1-\xce\xd1\xd4-\xda\xe7-\xee])[\xd1\xd4-\xda\xe7-\xee]")


def looks_thai(content: bytes) -> bool:
    """Whether 8-bit bytes make sense as TIS-620: Thai letters in runs, marks on consonants, consonants enough."""
    sample = bytes(content[:_SAMPLE])
    high = sample.translate(None, _ASCII)
    letters = len(high) - len(high.translate(None, _LETTERS))
    if not letters or letters < 0.9 * len(high):
        return False
    consonants = len(high) - len(high.translate(None, _CONSONANTS))
    in_runs = sum(map(len, _RUNS.findall(sample)))
    stray, marks = len(_STRAY_MARKS.findall(sample)), len(_MARKS.findall(sample))
    return consonants >= 0.35 * letters and in_runs >= 0.7 * letters and stray <= 0.1 * marks


def count_thai(text: str) -> int:
    """How many characters of the Thai block a text has, as far as its beginning tells."""
    return sum(map(len, _THAI.findall(text, 0, _BEGINNING)))


def count_foreign(text: str) -> int:
    """How many characters of as much of the text are not ASCII."""
    beginning = text[:_BEGINNING]
    return len(beginning) - len(beginning.encode("ascii", "ignore"))


_CP1252_SPECIALS = bytes(b for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D))
_CP874_SPECIALS = bytes([0x80, 0x85, *range(0x91, 0x98)])
_TO_BYTE: dict[str, dict[int, int]] = {
    "cp1252": {ord(bytes([b]).decode("cp1252")): b for b in _CP1252_SPECIALS},
    "cp874": {ord(bytes([b]).decode("cp874")): b for b in (*_CP874_SPECIALS, *_LETTERS)},
}
# The third byte of a Thai character in UTF-8 is 0x80 to 0xBF; these are its looks in either wrong charset.
_THIRD = {
    "cp1252": "\u0080-\u00bf" + re.escape(_CP1252_SPECIALS.decode("cp1252")),
    "cp874": "\u0080-\u00a0\u0e01-\u0e1f" + re.escape(_CP874_SPECIALS.decode("cp874")),
}
_LEAD = {"cp1252": "\u00e0[\u00b8\u00b9]", "cp874": "\u0e40[\u0e18\u0e19]"}
_SURE = {name: re.compile(f"(?:{_LEAD[name]}[{_THIRD[name]}]){{3,}}") for name in _LEAD}
_EACH = {name: re.compile(f"(?:{_LEAD[name]}[{_THIRD[name]}])+") for name in _LEAD}
_LEAST_DOUBLED = 8
_LATIN_1 = re.compile("[\u00a1-\u00da\u00df-\u00fb]+")
_BEYOND_LATIN_1 = re.compile("[\u0152-\u2122]")
_ASSIGNED = re.compile("[\u0e01-\u0e3a\u0e3f-\u0e5b]+")


def mended(text: str) -> str:
    """Text whose UTF-8 Thai was once read as windows-1252 or as windows-874, put right; other text unchanged.

    So is TIS-620 that was read as Latin-1.

    Three such characters in a row are required, and every run must turn into assigned Thai letters only: ordinary
    Thai and ordinary French never do.
    """
    for name, lead in (("cp1252", "\u00e0\u00b8"), ("cp874", "\u0e40\u0e18")):
        if lead in text and _is_sure(text, name):
            return _EACH[name].sub(lambda run, name=name: _reread(run.group(), name), text)  # type: ignore[misc]
    return text if text.isascii() else _single_bytes_mended(text)


def _single_bytes_mended(text: str) -> str:
    """TIS-620 that was read as Latin-1 and encoded again: «ÊÇÑÊ´Õ». European words have accents one by one."""
    letters = _LATIN_1.findall(text, 0, _BEGINNING)
    if sum(map(len, letters)) < _LEAST_DOUBLED or max(map(len, letters)) < 4 or count_thai(text):
        return text
    try:
        content = text.encode("cp1252", "strict") if _BEYOND_LATIN_1.search(text) else text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    return content.decode("cp874", "replace") if looks_thai(content) else text


def _is_sure(text: str, name: str) -> bool:
    run = _SURE[name].search(text)
    return run is not None and _ASSIGNED.fullmatch(_reread(run.group(), name)) is not None


def _reread(run: str, name: str) -> str:
    table = _TO_BYTE[name]
    try:
        return bytes(table.get(ord(c), ord(c) & 0xFF) for c in run).decode("utf-8")
    except UnicodeDecodeError:
        return run
