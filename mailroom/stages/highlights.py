"""Where words of a reason stand in a text, with a little of what is around them."""

from collections.abc import Iterable
from dataclasses import dataclass

_AROUND = 28
"""Characters before and after."""
_GAP = "…"
"""Of a phrase of the catalogue: other words stand between its parts."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a text; `marked` is what counted."""

    before: str
    marked: str
    after: str


def excerpts(text: str, phrases: Iterable[str]) -> tuple[Excerpt, ...]:
    """Of each phrase its first place in a normalised, lower-case text, in order of place; blanks do not count.

    A phrase that stands nowhere so is left out: it may have been found in another spelling, or in the name of a file.
    """
    places = [place for place, character in enumerate(text) if not character.isspace()]
    joined = "".join(text[place] for place in places)
    found: dict[int, int] = {}
    for phrase in phrases:
        for part in phrase.split(_GAP):
            wanted = "".join(part.split()).casefold()
            start = joined.find(wanted) if wanted else -1
            if start >= 0:
                first, last = places[start], places[start + len(wanted) - 1] + 1
                found[first] = max(last, found.get(first, 0))
    return tuple(excerpt(text, first, last) for first, last in sorted(found.items()))


def excerpt(text: str, start: int, end: int) -> Excerpt:
    """The piece from `start` to before `end`, in one line."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    cut_before, cut_after = "…" if start > _AROUND else "", "…" if end + _AROUND < len(text) else ""
    return Excerpt(_line(cut_before + before), _line(text[start:end]), _line(after + cut_after))


def _line(text: str) -> str:
    return text.replace("\n", " ")
