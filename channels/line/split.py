"""Text in pieces that LINE takes, never cut where a reader of Thai would not cut it."""

import unicodedata
from collections.abc import Iterator
from itertools import islice

ELLIPSIS = "…"

_LEADING = frozenset("เแโใไ")
"""Vowels written before the consonant that they belong to."""

_TRAILING = frozenset("ะาำๅๆฯ")
"""Signs that stand beside the consonant before them, and begin nothing."""

_REPETITION = "ๆ"
_JOINER = "\u200d"
_EXTEND = frozenset({"Mn", "Me", "Mc"})
_SKIN = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_REGIONAL = range(0x1F1E6, 0x1F200)
_LONGEST_CLUSTER = 64
"""Characters; whoever piles up more marks on one letter has them cut."""


def units(text: str) -> int:
    """Length as LINE counts it: UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def clusters(text: str) -> Iterator[str]:
    """What a reader sees as one character (UAX 29), in order. LINE counts labels by it."""
    cluster = ""
    for c in text:
        if cluster and len(cluster) < _LONGEST_CLUSTER and _extends(cluster, c):
            cluster += c
            continue
        if cluster:
            yield cluster
        cluster = c
    if cluster:
        yield cluster


def unbreakable(text: str) -> Iterator[str]:
    """Stretches that a line of Thai is never broken in: clusters with the vowels written before and after them."""
    stretch, closed = "", True
    for cluster in clusters(text):
        joins = len(stretch) < _LONGEST_CLUSTER and (cluster[0] in _TRAILING or not closed)
        if stretch and not joins:
            yield stretch
            stretch = ""
        stretch += cluster
        closed = cluster[0] not in _LEADING
    if stretch:
        yield stretch


def shortened(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units; what was cut ends in an ellipsis."""
    if units(text) <= limit:
        return text
    return _head(text, limit - units(ELLIPSIS)).rstrip() + ELLIPSIS


def shortened_label(text: str, limit: int) -> str:
    """At most `limit` characters as readers count them; what was cut ends in an ellipsis."""
    seen = list(islice(clusters(text), limit + 1))
    if len(seen) <= limit:
        return text
    kept = _head("".join(seen[:limit]), units("".join(seen[: limit - 1])))
    return kept.rstrip() + ELLIPSIS


def split(text: str, limit: int, waste: float = 0.5) -> list[str]:
    """Pieces of at most `limit` UTF-16 units: at a paragraph, else a line, else a space, else between clusters.

    A border is taken where it leaves at most that share of a piece unused. White space at a cut is dropped; nothing
    else is.
    """
    pieces: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        cut = _cut(rest, limit, waste)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, limit: int, waste: float) -> int:
    """Where to cut; not before the sign of repetition, which may stand behind a space."""
    first = cut = _border(text, len(_head(text, limit)), waste)
    for _ in range(3):
        if text[cut : cut + 9].lstrip()[:1] != _REPETITION:
            return cut
        cut = len(_head(text, units(text[:cut].rstrip()) - 1)) or first
    return first


def _border(text: str, most: int, waste: float) -> int:
    """The best place at or before `most`."""
    for mark in ("\n\n", "\n", ". ", " "):
        # The white space itself may stand beyond the piece: it is dropped.
        found = text.rfind(mark, most - int(most * waste), most + len(mark))
        if found > 0:
            return min(found + (1 if mark == ". " else 0), most)
    return most


def _head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` UTF-16 units that ends between two stretches."""
    size = end = 0
    for stretch in unbreakable(text):
        size += units(stretch)
        if size > limit:
            break
        end += len(stretch)
    return text[:end]


def _extends(cluster: str, c: str) -> bool:
    """Whether a character belongs to the cluster before it."""
    if cluster[-1] == "\r":
        return c == "\n"
    if cluster[-1] == "\n":
        return False
    code = ord(c)
    if c in {_JOINER, "\u0e33", "\u0eb3"} or code in _SKIN or code in _TAGS or unicodedata.category(c) in _EXTEND:
        return True
    if cluster[-1] == _JOINER:
        return unicodedata.category(c) == "So"
    return code in _REGIONAL and len(cluster) == 1 and ord(cluster) in _REGIONAL
