"""Patterns of many alternatives, arranged so that a long text is searched for all of them quickly.

At every place of a text, `re` tries one alternative after the other. Arranged by their first characters, nearly all
places are dismissed by one look, and at the others a few alternatives are left: a fifth of the time, the same matches.
"""

import re
from collections.abc import Iterator

from mailroom.stages import lazy

_PIECE = lazy.pattern(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.S)
"""One character of a pattern, an escaped one, or a whole class."""
_REPEATED = lazy.pattern(r"[*+{]|\?[?+]")
_PLAIN_CLASS = lazy.pattern(r"\[((?:\\n|[^\\^\]-])+)\](?![?*+{])")
_PLAIN = lazy.pattern(r"(?:\\(?:\W|n)|[^\\.^$*+?{}\[\]()|])(?![?*+{])", re.S)


def any_of(pattern: str) -> re.Pattern[str]:
    """A pattern that finds what the given one finds, sooner, made at first use. It may hold no capturing groups.

    At that use ValueError is raised when an alternative begins with anything but characters, a plain class, or a group
    of such.
    """
    return lazy.lazily(_arranged, pattern)


def _arranged(pattern: str) -> re.Pattern[str]:
    by_first: dict[str, list[str]] = {}
    for alternative in _split(pattern):
        for plain in _spelled_out(alternative):
            first = _PLAIN.match(plain)
            if first is None:
                raise ValueError(f"the alternative {alternative!r} begins with no character; let it begin with one")
            character = first[0] if first[0] == r"\n" else re.escape(first[0][-1])
            by_first.setdefault(character, []).append(plain[first.end() :])
    # Alternatives that begin with different characters never compete, so only those of one group keep their order.
    return re.compile("|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in by_first.items()))


def _split(pattern: str) -> list[str]:
    """The alternatives that stand side by side at the outermost level."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _spelled_out(alternative: str) -> Iterator[str]:
    """One alternative for each way in which this one can begin."""
    if alternative.startswith("(?:"):
        inside, after = _first_group(alternative)
        if not _REPEATED.match(after):
            starts = [*_split(inside), *([""] if after.startswith("?") else [])]
            for start in starts:
                yield from _spelled_out(start + after.removeprefix("?"))
            return
    if match := _PLAIN_CLASS.match(alternative):
        for piece in _PIECE.findall(match[1]):
            yield (piece if len(piece) > 1 else re.escape(piece)) + alternative[match.end() :]
    else:
        yield alternative


def _first_group(alternative: str) -> tuple[str, str]:
    """What stands inside the group with which an alternative begins, and what follows it."""
    depth = at = 0
    for piece in _PIECE.findall(alternative):
        depth += (piece == "(") - (piece == ")")
        at += len(piece)
        if not depth:
            break
    return alternative[3 : at - 1], alternative[at:]
