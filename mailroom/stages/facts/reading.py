"""What the finders of facts share: the text, what of it is spoken for, and what they hand over."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mailroom.domain.fact import Doubt, FactKind

BEFORE = 40
"""So many characters before a number tell what it is."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fact with its place in the normalised text."""

    kind: FactKind
    value: str
    start: int
    end: int
    doubt: Doubt = Doubt.NONE


class Reading:
    """One normalised text. What a finder took, no later finder reads as something else."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._taken = bytearray(len(text))

    def is_free(self, start: int, end: int) -> bool:
        return self._taken.find(1, start, end) < 0

    def take(self, start: int, end: int) -> None:
        self._taken[start:end] = b"\x01" * (end - start)

    def taking(self, found: Iterable[Found]) -> Iterator[Found]:
        """Those of which nothing was taken before; they are taken now."""
        for one in found:
            if self.is_free(one.start, one.end):
                self.take(one.start, one.end)
                yield one

    def before(self, at: int, reach: int = BEFORE) -> str:
        """What stands before a place, in its line."""
        return self.text[max(0, at - reach) : at].rpartition("\n")[2]

    def after(self, at: int, reach: int = BEFORE) -> str:
        """What stands after a place, in its line."""
        return self.text[at : at + reach].partition("\n")[0]


Finder = Callable[[Reading], Iterator[Found]]
