"""When an answer is no longer given without a clerk, and what is drawn to find out."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from mailroom.stages.certified import least_needed, lower_bound, upper_bound

WINDOW = 600
"""So many audited answers are looked back on."""
LEAST = 20
"""Of fewer nothing is concluded: one error in the first hour would have a clerk asked for weeks."""

Drawn = TypeVar("Drawn")


def asks(asks_now: bool, wrong: int, of: int, target: float) -> bool:
    """Whether a clerk is asked from now on, by the last audited answers.

    At first, while too few were audited to prove anything good, an answer is given until more wrong ones than may be are
    proven. Then the bound has to hold; and where it was broken it must hold again before answers are given again.
    """
    if asks_now:
        return upper_bound(wrong, of) > target
    if of < max(LEAST, least_needed(target)):
        return of >= LEAST and lower_bound(wrong, of) > target
    return upper_bound(wrong, of) > target


def sample(
    redirects: Sequence[tuple[str, Drawn]],
    services: Sequence[tuple[str, Drawn]],
    share: float,
    at_least: int,
    seed: str,
) -> tuple[list[Drawn], list[Drawn]]:
    """What is audited of one day: redirects, and services found. Each comes with the digest of its message.

    A share of all, at least so many where there are so many; half of it redirects, which do more harm when they are
    wrong, as far as there are any. By digest and seed: nobody chooses, and everybody can draw again.
    """
    count = len(redirects) + len(services)
    wanted = min(count, max(at_least, math.ceil(share * count)))
    of_redirects = min(len(redirects), max(math.ceil(wanted / 2), wanted - len(services)))
    of_services = min(len(services), wanted - of_redirects)
    return _first(redirects, of_redirects, seed), _first(services, of_services, seed)


def _first(found: Iterable[tuple[str, Drawn]], count: int, seed: str) -> list[Drawn]:
    ordered = sorted(found, key=lambda one: hashlib.sha256(f"{seed} {one[0]}".encode()).digest())
    return [one for _, one in ordered[:count]]


def seed_of(agency: str, day: date) -> str:
    return f"{agency} {day.isoformat()}"
