"""Periods of open incidents, as codes for the health page (R100-R102)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailroom.domain.breach import Breach

EXCUSE_SOON = timedelta(days=3)
"""So long before the fifteen days are over it is told."""


def breach_codes(breaches: list[Breach], now: datetime) -> list[str]:
    """Each code once, whatever the number of incidents."""
    return list(dict.fromkeys(code for one in breaches for code in _codes(one, now)))


def _codes(breach: Breach, now: datetime) -> Iterator[str]:
    """From the first hour on, since 72 of them may hold a week-end; at the very end of a period it is still in time."""
    if breach.is_due:
        yield "breach-72h" if now <= breach.notify_by else "breach-72h-late"
        if now > breach.excuse_by:
            yield "breach-15d-late"
        elif now > breach.excuse_by - EXCUSE_SOON:
            yield "breach-15d"
    if breach.is_untold:
        yield "breach-people"
