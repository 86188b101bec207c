"""Finding the same request twice, joined."""

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.services.matching import Matching

MATCH_SECONDS = 120


def chores(house: House) -> list[HouseChore]:
    """Nothing where no days are compared. Kept by the daemon: what was taken apart once is remembered."""
    days = house.configuration.settings.matching.days
    if not days:
        return []
    matching = Matching(
        books=house.books,
        clock=house.clock,
        agency=house.configuration.agency,
        days=days,
        stopping=house.stopping.is_set,
    )
    return [HouseChore("matches", MATCH_SECONDS, matching.run)]


def finish(house: House) -> None:
    """All that is new, for one full pass."""
    for one in chores(house):
        one.run()
