"""A trained model: for each question a table of weights, which answers it tells apart, and how sure it must be.

Loads numpy: only where a model is at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mailroom.stages.calibration import probabilities
from mailroom.stages.features import Vector


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """One question."""

    classes: tuple[str, ...]
    """Sorted; the empty one says: none of them."""
    columns: NDArray[np.int64]
    """Ascending; a number of a text that is not among them says nothing."""
    weights: NDArray[np.float16]
    """A row for each column, a column for each class."""
    bias: NDArray[np.float32]
    temperature: float
    threshold: float | None
    """It answers from this probability on; None where no probability is enough."""

    def probabilities(self, seen: Vector) -> "NDArray[np.float64]":
        """Of each class."""
        return probabilities(self.scores(seen), self.temperature)

    def scores(self, seen: Vector) -> "NDArray[np.float64]":
        rows, values = self.rows(seen)
        return np.asarray(values @ self.weights[rows].astype(np.float64) + self.bias, dtype=np.float64)

    def rows(self, seen: Vector) -> "tuple[NDArray[np.int64], NDArray[np.float64]]":
        """Of the columns that a text has: their rows among the weights, and the values of the text."""
        if not len(self.columns):
            return np.empty(0, dtype=np.int64), np.empty(0)
        places = np.minimum(np.searchsorted(self.columns, seen.indices), len(self.columns) - 1)
        known = self.columns[places] == seen.indices
        return places[known], seen.values[known]

    def ranked(self, seen: Vector) -> list[tuple[str, float]]:
        """Classes with their probabilities, likeliest first."""
        found = self.probabilities(seen)
        order = np.argsort(-found, kind="stable").tolist()
        return [(self.classes[one], float(found[one])) for one in order]


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """All questions that one training answers, by name, and where they come from."""

    heads: Mapping[str, LinearHead]
    header: Mapping[str, Any]
    """`code`, `catalogue`, `examples` and what else the training says of itself."""
