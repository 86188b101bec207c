"""A text in its normalised spelling, and where each of its characters stands in the text as it is shown."""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import lru_cache

from mailroom.stages import lazy
from mailroom.stages.normalise import PILES, normalised, to_arabic_digits, without_piles

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_RESPELLED = lazy.pattern(
    f"\u0e4d[{_INVISIBLE}]*(?:[\u0e48-\u0e4b][{_INVISIBLE}]*)?\u0e32"
    f"|\u0e40[{_INVISIBLE}]*\u0e40"
    f"|\r(?:[{_INVISIBLE}]*\n)?"
    f"|(?:[^\\S\n\r ]|\x20(?=[{_INVISIBLE}]*[^\\S\n\r]))(?:[{_INVISIBLE}]*[^\\S\n\r])*"
    f"|[{_INVISIBLE}]+"
)
"""Pieces that `normalised` writes with another number of characters."""
_STEADY = "\x00-\u02ff\u0e01-\u0e37\u0e3f-\u0e47\u0e4c-\u0e5b"
"""Characters that NFC leaves alone and in their place, whatever precedes them."""
_COMPOSED = lazy.pattern(f"(?s:.)(?:[^\\w{_STEADY}]|[\u1160-\u11ff])+|[^{_STEADY}]")
"""A letter with its marks, or with the vowel and the end of a Korean syllable: NFC never reaches beyond one."""


class _Shift:
    """Pieces of a text that were replaced by others, in order."""

    def __init__(self) -> None:
        self._starts, self._ends = array("q"), array("q")
        self._old_starts, self._old_ends = array("q"), array("q")

    def add(self, start: int, end: int, old_start: int, old_end: int) -> None:
        self._starts.append(start)
        self._ends.append(end)
        self._old_starts.append(old_start)
        self._old_ends.append(old_end)

    def start(self, at: int) -> int:
        """Where what begins at `at` began before; the beginning of a piece where it lies within one."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return at
        if at < self._ends[index]:
            return self._old_starts[index]
        return self._old_ends[index] + at - self._ends[index]

    def end(self, at: int) -> int:
        """Where what ends at `at` ended before; the end of a piece where it lies within one."""
        index = bisect_left(self._starts, at) - 1
        if index < 0:
            return at
        if at <= self._ends[index]:
            return self._old_ends[index]
        return self._old_ends[index] + at - self._ends[index]


class Plain:
    """`text` is what `normalised` makes of `shown`. Linear in its length; never fails, also on lone surrogates."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self._shifts: list[_Shift] = []
        text = shown
        if not unicodedata.is_normalized("NFC", shown):
            text = self._replaced(_COMPOSED, self._replaced(PILES, shown, without_piles), _composed)
        self.text = to_arabic_digits(self._replaced(_RESPELLED, text, _spelt))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in `shown` of a piece of `text` that is not empty."""
        for shift in reversed(self._shifts):
            start, end = shift.start(start), shift.end(end)
        return start, end

    def _replaced(self, pattern: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
        shift, taken, length = _Shift(), 0, 0
        pieces: list[str] = []
        for match in pattern.finditer(text):
            old = match[0]
            new = change(old)
            if new == old:
                continue
            start, end = match.span()
            pieces += (text[taken:start], new)
            length += start - taken
            # Marks that change their order or their letter are one piece, too.
            if len(new) != len(old) or len(new) > 1:
                shift.add(length, length + len(new), start, end)
            length += len(new)
            taken = end
        if not pieces:
            return text
        self._shifts.append(shift)
        return "".join((*pieces, text[taken:]))


@lru_cache(4096)
def _composed(piece: str) -> str:
    return unicodedata.normalize("NFC", piece)


@lru_cache(4096)
def _spelt(piece: str) -> str:
    return normalised(piece)
