"""The journal off this machine, joined."""

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House


def chores(house: House) -> list[HouseChore]:
    """What the daemon does for it."""
    return []
