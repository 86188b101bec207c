"""When to try a letter again after a temporary failure."""

import hashlib
from datetime import datetime, timedelta

from mailroom.domain.outbox import OutboxItem

FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=4)
GIVE_UP = timedelta(days=5)
"""The customary life of mail in a queue (RFC 5321 section 4.5.4.1)."""
_SPREAD = 0.2
"""Each delay is lengthened by up to this share, so that letters of one outage do not all come back at once."""


def next_attempt(item: OutboxItem, now: datetime, *, retry_after: float | None = None) -> datetime | None:
    """The instant of the next attempt; None once five days have passed since the letter was owed.

    Doubles from 5 minutes to 4 hours, with a share that depends on item and attempt alone. `retry_after` is the
    other side's own delay in seconds: it may lengthen the wait, to 4 hours at most, and never shortens it.
    """
    wait = min(FIRST * 2 ** min(max(item.attempts - 1, 0), 10), LONGEST) * (1 + _SPREAD * _share(item))
    if retry_after is not None:
        wait = max(wait, min(timedelta(seconds=max(retry_after, 0)), LONGEST))
    due = now + wait
    return None if due - item.created_at > GIVE_UP else due


def _share(item: OutboxItem) -> float:
    digest = hashlib.sha256(f"{item.id}/{item.attempts}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
