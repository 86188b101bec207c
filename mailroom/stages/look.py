"""One text as a model sees it, and which of its words speak most for an answer. Loads numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mailroom.stages.features import Pieces, Vector, pieces, prepared, readable, vector
from mailroom.stages.linear_model import LinearHead

SPANS = 3
_WIDTH = 8
"""Characters of the window whose weight is compared."""
_REACH = 16
"""A span grows by so many characters to each side at most, while they speak for the answer too."""
_LEAST = 0.25
"""A span that weighs less than this part of the strongest one is not told."""
_NEAR = 3
"""A word that begins or ends so near to a span belongs to it whole."""
_INSIDE = frozenset("ะัาำิีึืฺุู็่้๊๋์ํๅๆ")
"""What cannot begin a syllable."""
_BEFORE = frozenset("เแโใไ")
"""What cannot end one."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the text, from `start` to before `end`, and how much they weigh."""

    start: int
    end: int
    weight: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A text, prepared, with what a model sees of it."""

    text: str
    readable: str
    """The same text with its digits, for those who may see them."""
    found: Pieces
    vector: Vector

    def spans(self, model: LinearHead, answer: str, most: int = SPANS) -> tuple[Span, ...]:
        """The words that speak most for an answer against the likeliest other one, strongest first."""
        weights = self._weights(model, answer)
        spans: list[Span] = []
        while len(spans) < most and len(weights):
            sums = np.convolve(weights, np.ones(min(_WIDTH, len(weights))), mode="valid")
            start = int(np.argmax(sums))
            if sums[start] <= 0 or (spans and sums[start] < _LEAST * spans[0].weight):
                break
            first, last = self._grown(weights, start, min(start + _WIDTH, len(weights)))
            words = self.text[first:last].strip()
            if words:
                spans.append(Span(first, last, float(sums[start]), words))
            weights[first:last] = -np.inf if not words else np.minimum(weights[first:last], 0) - 1e6
        return tuple(spans)

    def _grown(self, weights: "NDArray[np.float64]", start: int, end: int) -> tuple[int, int]:
        """Without what speaks against it at its ends, with what speaks for it beside them, and no syllable cut."""
        while start < end - 1 and weights[start] <= 0:
            start += 1
        while end > start + 1 and weights[end - 1] <= 0:
            end -= 1
        least, most = max(0, start - _REACH), min(len(weights), end + _REACH)
        while start > least and weights[start - 1] > 0:
            start -= 1
        while end < most and weights[end] > 0:
            end += 1
        while start > 0 and (self.text[start] in _INSIDE or self.text[start - 1] in _BEFORE):
            start -= 1
        while end < len(self.text) and (self.text[end] in _INSIDE or self.text[end - 1] in _BEFORE):
            end += 1
        blank = self.text.rfind(" ", max(0, start - _NEAR - 1), start)
        start = blank + 1 if blank >= 0 else 0 if start <= _NEAR else start
        blank = self.text.find(" ", end, end + _NEAR + 1)
        end = blank if blank >= 0 else len(self.text) if end + _NEAR >= len(self.text) else end
        return start, end

    def _weights(self, model: LinearHead, answer: str) -> "NDArray[np.float64]":
        """Of each character: the weights of the pieces that cover it, shared among their characters."""
        place, scores = model.classes.index(answer), model.scores(self.vector)
        others = [one for one in range(len(scores)) if one != place]
        rows, values = model.rows(self.vector)
        speaks = model.weights[rows, place].astype(np.float64)
        if others:
            speaks -= model.weights[rows, max(others, key=lambda one: float(scores[one]))].astype(np.float64)
        known = np.zeros(len(self.vector.indices))
        known[np.searchsorted(self.vector.indices, model.columns[rows])] = speaks * values
        of_piece = known[np.searchsorted(self.vector.indices, self.found.buckets)] / self.found.lengths
        spread = np.zeros(len(self.text) + 8)
        for shift in range(int(self.found.lengths.max(initial=0))):
            inside = self.found.lengths > shift
            np.add.at(spread, self.found.starts[inside] + 1 + shift, of_piece[inside])
        return spread[1 : len(self.text) + 1]


def look(said: str, clue: str = "") -> Look:
    """`said` is normalised text, as of a MessageCase."""
    text = prepared(said)
    found = pieces(text)
    return Look(text, readable(said), found, vector(found, clue))
