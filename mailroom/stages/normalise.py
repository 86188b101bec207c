"""One spelling for what looks alike, so that words are found however a keyboard or a client wrote them."""

import re
import unicodedata

_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_LOOKALIKES = (("\u0e4d\u0e32", "\u0e33"), ("\u0e40\u0e40", "\u0e41"))
"""Nikhahit with sara aa for sara am, and two sara e for sara ae: old keyboards and OCR write them so."""
_SARA_AM_WITH_TONE = re.compile("\u0e4d([\u0e48-\u0e4b])\u0e32")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_ALL_SPACES = re.compile(r"\s+")


def normalised(text: str) -> str:
    """The text in NFC, with Arabic digits, one spelling of each Thai vowel, and no invisible characters.

    Lines stay lines; every other run of white space becomes one space. Never fails, also on lone surrogates.
    """
    text = unicodedata.normalize("NFC", text)
    text = _INVISIBLE.sub("", text)
    text = _SARA_AM_WITH_TONE.sub("\\1\u0e33", text)
    for wrong, right in _LOOKALIKES:
        text = text.replace(wrong, right)
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_THAI_DIGITS)
    return _SPACES.sub(" ", text)


def compact(text: str) -> str:
    """Normalised, without white space and without case: Thai writes phrases with and without spaces alike."""
    return _ALL_SPACES.sub("", normalised(text)).casefold()


def to_arabic_digits(text: str) -> str:
    return text.translate(_THAI_DIGITS)
