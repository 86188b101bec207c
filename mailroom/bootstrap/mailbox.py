"""The mailbox as a second archive, for the daemon."""

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.bootstrap.parts import mailboxes

MEASURE_SECONDS = 6 * 3600


def chores(house: House) -> list[HouseChore]:
    """How full each mailbox is."""
    known = mailboxes(house.configuration, house.books, house.clock)
    return [HouseChore("mailbox", MEASURE_SECONDS, known.watch)] if known.spaces else []
