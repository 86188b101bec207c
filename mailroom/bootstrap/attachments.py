"""Reading attachments, joined."""

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House


def chores(_house: House) -> list[HouseChore]:
    """None yet."""
    return []
