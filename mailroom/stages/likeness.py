"""How alike the words of messages are: cosines of their pieces of four characters, weighed by how rare each piece is.

Greetings, closings and particles do not count. Loads numpy.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mailroom.stages import lazy
from mailroom.stages.normalise import normalised
from mailroom.stages.quoting import bare_subject, split_body

SHORTEST = 25
"""Characters without which words are too few to compare: a shorter text is like many."""
LONGEST = 20_000
"""Characters that are compared."""
BUCKETS = 1 << 18
_PIECE = 4
_OFFSET, _PRIME, _SPREAD = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
"""Of the hash FNV-1a, by characters instead of bytes, and what mixes its bits (Knuth)."""
_KEEP = np.uint64(64 - 18)

_GREETING = lazy.pattern(
    r"^\s*(?:(?:กราบ)?เรียน ?(?:ท่าน|คุณ|นายก|ผู้|ปลัด|หัวหน้า|เจ้าหน้าที่|ประธาน|กอง|สำนัก)|dear\b|to whom)[^\n]{0,60}\n",
    re.I | re.M,
)
"""A line by itself."""
_OPENING = lazy.pattern(
    r"^\s*(?:(?:กราบ)?สวัสดี|หวัดดี|ดีครับ|ดีค่ะ|hello\b|hi\b|good (?:morning|afternoon))(?:ตอน(?:เช้า|บ่าย|เย็น))?(?:ครับ|ค่ะ|คะ)?",
    re.I | re.M,
)
"""Before what is said in the same line."""
_CLOSING = lazy.pattern(
    r"^\s*(?:จึงเรียนมาเพื่อ|ขอแสดงความ(?:นับถือ|เคารพ)|ด้วยความ(?:เคารพ|นับถือ)|ขอบ(?:พระ)?คุณ|ขอบใจ|(?:best |kind )?regards|sincerely|thank)[^\n]{0,80}$",
    re.I | re.M,
)
_PARTICLES = lazy.pattern(r"นะ?(?:ครับผม|ครับ|คับ|ค่ะ|คะ(?!แ))|ครับผม|ครับ|คับ|ค่ะ|คะ(?=\s|$)|จ้า|[^\w\u0e30-\u0e4e]+|_+")


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Distinct pieces of one text, ascending, and how often each stands in it."""

    buckets: NDArray[np.int32]
    counts: NDArray[np.float32]


def own_words(subject: str, text: str) -> str:
    """What is compared: the sender's own words without courtesy, spaces and signs. Empty where they are too few."""
    body = split_body(text[:LONGEST])
    said = normalised(body.own or body.quoted)
    for courtesy in (_GREETING, _CLOSING, _OPENING):
        said = courtesy.sub(" ", said)
    head = bare_subject(subject)
    whole = said if head and head in said else f"{head} {said}"
    bare = _PARTICLES.sub("", whole.casefold())
    return bare if len(bare) >= SHORTEST else ""


def pieces_of(words: str) -> Pieces:
    """Of a text of at least four characters. Deterministic, on every machine."""
    points = np.frombuffer(words.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    many = len(points) - _PIECE + 1
    piece = np.full(many, _OFFSET)
    for step in range(_PIECE):
        piece = (piece ^ points[step : step + many]) * _PRIME
    hashed = (piece * _SPREAD) >> _KEEP
    buckets, counts = np.unique(hashed, return_counts=True)
    return Pieces(buckets.astype(np.int32), counts.astype(np.float32))


class Likeness:
    """Compares each of some texts with those before it."""

    def __init__(self, texts: Sequence[Pieces]) -> None:
        lengths = np.array([len(one.buckets) for one in texts], dtype=np.int64)
        self._starts = np.concatenate(([0], np.cumsum(lengths)))
        buckets = np.concatenate([np.empty(0, np.int32), *(one.buckets for one in texts)])
        counts = np.concatenate([np.empty(0, np.float32), *(one.counts for one in texts)])
        rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
        holders = np.bincount(buckets, minlength=BUCKETS)
        rarity = (np.log((1 + len(texts)) / (1 + holders)) + 1).astype(np.float32)
        weights = (1 + np.log(counts)) * rarity[buckets]
        norms = np.sqrt(np.bincount(rows, weights * weights, minlength=len(texts))).astype(np.float32)
        weights /= norms[rows]
        by_bucket = np.argsort(buckets, kind="stable")
        self._buckets, self._weights = buckets, weights
        self._held_rows, self._held_weights = rows[by_bucket], weights[by_bucket]
        self._held_from = np.concatenate(([0], np.cumsum(holders)))

    def before(self, row: int) -> NDArray[np.float64]:
        """Cosines of a text with each of those before it, in order: 0 to 1."""
        own = slice(self._starts[row], self._starts[row + 1])
        buckets = self._buckets[own]
        begins, ends = self._held_from[buckets], self._held_from[buckets + 1]
        places = _ranges(begins, ends)
        shares = self._held_weights[places] * np.repeat(self._weights[own], ends - begins)
        return np.bincount(self._held_rows[places], shares, minlength=row)[:row].astype(np.float64)

    def likest(self, row: int, most: int) -> list[tuple[int, float]]:
        """Of the texts before it the likest, with their cosines, the likest first; of equal ones the earlier."""
        scores = self.before(row)
        return [(int(at), float(scores[at])) for at in np.argsort(-scores, kind="stable")[:most]]


def _ranges(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """All whole numbers of some ranges, one range after the other."""
    lengths = ends - begins
    shifts = np.repeat(begins - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.arange(lengths.sum(), dtype=np.int64) + shifts
