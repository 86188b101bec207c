"""The journal off this machine, for the daemon and for one pass."""

import structlog

from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.domain.errors import ChannelError
from mailroom.services.journal.claims import settle_lost

log = structlog.get_logger(__name__)

TICK_SECONDS = 20
"""So long at most a number is known at the desk alone, when no letter tells of it."""


def chores(house: House) -> list[HouseChore]:
    """What the daemon does for it."""
    if house.journal is None:
        return []
    return [HouseChore("journal", TICK_SECONDS, lambda: finish(house))]


def finish(house: House) -> bool:
    """What no page tells is told, and what no mailbox holds is void. Never letters."""
    if house.journal is None:
        return False
    try:
        house.journal.flush()
    except ChannelError as error:
        log.warning("journal.late", error=type(error).__name__, reason=str(error))
    settle_lost(house.books, house.clock, [(one.inbox.channel, one.inbox.account) for one in house.watches])
    return False
