"""What a count of wrong answers proves of their share, and the confidence from which answers may be given.

Bounds are those of Clopper and Pearson: exact, one-sided, at 95 %.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LEVEL = 0.95
_STEPS = 60
"""Halvings of an interval: beyond what a float tells apart."""
_TERMS, _ENOUGH, _TINY = 400, 1e-14, 1e-300


def upper_bound(wrong: int, of: int, level: float = LEVEL) -> float:
    """The share of wrong answers is at most this; 1 where nothing was counted."""
    return 1.0 if wrong >= of else _quantile(level, wrong + 1, of - wrong)


def lower_bound(wrong: int, of: int, level: float = LEVEL) -> float:
    """The share of wrong answers is at least this; 0 where nothing was counted."""
    return 0.0 if wrong <= 0 or of <= 0 else _quantile(1 - level, wrong, of - wrong + 1)


@lru_cache(maxsize=64)
def least_needed(target: float, wrong: int = 0, level: float = LEVEL) -> int:
    """So many answers, of which `wrong` are wrong, show that no more than `target` are."""
    low, high = wrong, max(2, wrong + 1)
    while upper_bound(wrong, high, level) > target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upper_bound(wrong, middle, level) <= target else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Certified:
    """From which confidence on answers may be given, and what shows it."""

    threshold: float
    answered: int
    wrong: int
    bound: float
    """No greater share of such answers is wrong."""


def certified_threshold(confidences: Sequence[float], right: Sequence[bool], target: float) -> Certified | None:
    """The loosest confidence at which the share of wrong answers is bounded by `target`; None where none is.

    A fixed sequence of tests, from strict to loose, that ends at the first failure, so that no number of tests makes the
    promise weaker. It begins with as many answers as can show anything at all.
    """
    ranked = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    found, rank, need = None, 0, least_needed(target)
    while need <= len(ranked):
        threshold = ranked[need - 1][0]
        while rank < len(ranked) and ranked[rank][0] >= threshold:
            rank += 1
        wrong = sum(not good for _, good in ranked[:rank])
        bound = upper_bound(wrong, rank)
        if bound > target:
            break
        found = Certified(threshold, rank, wrong, bound)
        need = max(rank + 1, min(len(ranked), math.ceil(rank * 1.05))) if rank < len(ranked) else rank + 1
    return found


def chance_of(better: int, worse: int) -> float:
    """How likely so many differences to the better, or more, are if both are equally good (one-sided sign test)."""
    if better <= 0:
        return 1.0
    return _beta(0.5, better, worse + 1)


def _quantile(share: float, a: int, b: int) -> float:
    """Where the distribution Beta(a, b) has this share below."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta(middle, a, b) < share else (low, middle)
    return high


def _beta(x: float, a: int, b: int) -> float:
    """The regularised incomplete beta function, by its continued fraction on the side where that is short."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: int, b: int) -> float:
    """Evaluated from front to back, after Lentz."""
    c, d = 1.0, 1 / (_away(1 - (a + b) * x / (a + 1)))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            value *= d * c
            step = d * c
        if abs(step - 1) < _ENOUGH:
            break
    return value


def _away(value: float) -> float:
    """Not so near to nothing that it could not be divided by."""
    return value if abs(value) > _TINY else _TINY
