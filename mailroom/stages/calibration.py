"""From the scores of a model to probabilities that can be believed. Loads numpy."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

_COLDEST, _HOTTEST = 0.02, 5.0
_STEPS = 50
_GOLDEN = (math.sqrt(5) - 1) / 2


def probabilities(scores: Scores, temperature: float) -> Scores:
    """Of each class, from scores in the last axis: softmax at a temperature."""
    shifted = (scores - scores.max(axis=-1, keepdims=True)) / temperature
    raised = np.exp(shifted)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float64)


def fitted_temperature(scores: Scores, truth: Sequence[int]) -> float:
    """The temperature at which what was true was likeliest; `scores` has a row for each message.

    One number that changes no order, so that it cannot learn anything by heart. Each truth counts a little less than
    for certain, the less the fewer there are (after Platt): else what was never wrong yet would be beyond any doubt.
    Found by golden section.
    """
    count, classes = scores.shape
    wished = np.full(scores.shape, 1 / (count + 2) / max(1, classes - 1))
    wished[np.arange(count), np.asarray(truth)] = 1 - 1 / (count + 2)

    def surprise(logarithm: float) -> float:
        likely = probabilities(scores, math.exp(logarithm))
        return -math.fsum((wished * np.log(np.maximum(likely, 1e-300))).sum(axis=1).tolist())

    low, high = math.log(_COLDEST), math.log(_HOTTEST)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = surprise(left), surprise(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = surprise(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = surprise(right)
    return round(math.exp((low + high) / 2), 4)


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """How far confidence and share of right answers lie apart, on average (expected calibration error)."""
    if not confidences:
        return 0.0
    apart = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [
            (one, good) for one, good in zip(confidences, right, strict=True) if low < one <= high or (one == low == 0)
        ]
        apart += abs(sum(one for one, _ in inside) - sum(good for _, good in inside))
    return apart / len(confidences)
