"""What the daemon does every so often beside the mail."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HouseChore:
    """Something that is done every so many seconds, in a thread. `run` says whether letters came of it."""

    name: str
    seconds: int
    run: Callable[[], bool]
