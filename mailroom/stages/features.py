"""A text as numbers: hashed pieces of two to five characters within words, and beside them a clue by rules.

Thai needs no dictionary of words for this. Loads numpy: only where a model is at hand, or one is trained.
"""

import math
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mailroom.stages import lazy

FORM = 1
"""Changes with every change of what is made of a text: a model of another form fits no more."""
BUCKETS = 1 << 18
CLUES = 1 << 12
SIZE = BUCKETS + CLUES
LENGTHS = (2, 3, 4, 5)
"""Characters of a piece."""
_OFFSET, _PRIME, _SPREAD = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
"""Of the hash FNV-1a, by characters instead of bytes, and what mixes its bits (Knuth)."""
_HALF, _KEEP = np.uint64(32), np.uint64(64 - 18)
_WEB = lazy.pattern(r"\b(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_RUN = lazy.pattern(r"(.)\1{3,}")
_DIGITS = str.maketrans("123456789", "000000000")
_LOGS = np.array([0.0, *(1 + math.log(count) for count in range(1, 1025))])
"""Of a count its weight: what is said often says little more."""

Indices = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """What of all numbers is not zero: ascending indices, and a value for each."""

    indices: Indices
    values: Values


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Every piece of a text: its bucket, where it begins, and how long it is."""

    buckets: Indices
    starts: Indices
    lengths: Indices


def prepared(said: str) -> str:
    """Normalised text without what tells nothing of a matter: addresses, which digits, how often a letter is repeated.

    Words are apart by one blank. No number of a person or a house is left in it.
    """
    return readable(said).translate(_DIGITS)


def readable(said: str) -> str:
    """The same text with its digits, character by character."""
    return " ".join(_RUN.sub(r"\1\1\1", _WEB.sub(" ", said)).split())


def pieces(text: str) -> Pieces:
    """The pieces of a prepared text; a blank stands at both ends of each word, and none within a piece."""
    codes = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    blanks = np.concatenate(([0], np.cumsum(codes == ord(" "))))
    buckets, starts, lengths = [], [], []
    for length in LENGTHS:
        count = len(codes) - length + 1
        if count <= 0:
            break
        found = np.full(count, _OFFSET ^ np.uint64(length), dtype=np.uint64)
        for place in range(length):
            found = (found ^ codes[place : place + count]) * _PRIME
        at = np.flatnonzero(blanks[length - 1 : length - 1 + count] == blanks[1 : count + 1])
        buckets.append((((found ^ (found >> _HALF)) * _SPREAD) >> _KEEP)[at].astype(np.int64))
        starts.append(at - 1)
        lengths.append(np.full(len(at), length, dtype=np.int64))
    return Pieces(np.concatenate(buckets), np.concatenate(starts), np.concatenate(lengths))


def vector(found: Pieces, clue: str = "") -> Vector:
    """The pieces of a text, together of length one, and a clue beside them that is as strong."""
    indices, counts = np.unique(found.buckets, return_counts=True)
    values = _LOGS[np.minimum(counts, len(_LOGS) - 1)]
    # Rounded: machines add in another order, and the last digit differs.
    values = values / math.sqrt(max(1.0, round(float(values @ values), 9)))
    if not clue:
        return Vector(indices, values)
    return Vector(np.append(indices, BUCKETS + zlib.crc32(clue.encode()) % CLUES), np.append(values, 1.0))
