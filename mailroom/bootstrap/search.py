"""The full-text index, joined."""

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.services.indexing import Indexing

INDEX_SECONDS = 30
"""What stands in a text is found within a minute."""


def chores(house: House) -> list[HouseChore]:
    """The index follows the log."""
    return [HouseChore("search", INDEX_SECONDS, lambda: catch_up(house))]


def catch_up(house: House) -> bool:
    """Take in what is missing. No letters come of it."""
    Indexing(house.books, stopping=house.stopping.is_set).run()
    return False
