"""What the health endpoint and the clerks' banner say: silence is an alarm, and nothing here is personal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mailroom.ports import Books, Clock
from mailroom.services.keeping.alarms import last_drill


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthLimits:
    """Ages beyond which something is wrong."""

    poll: timedelta = timedelta(minutes=15)
    """Since the last successful look at a mailbox."""
    pending: timedelta = timedelta(minutes=15)
    """Of the oldest message in custody that is not decided."""
    unsent: timedelta = timedelta(minutes=60)
    """Of the oldest letter that is not sent; greylisting alone costs half an hour."""


FORETOLD = frozenset({"certificate-90", "certificate-30"})
"""Problems to come: a status that warned of them for months would hide one that is there."""


def health(
    books: Books, clock: Clock, limits: HealthLimits | None = None, *, others: Callable[[], Sequence[str]] = tuple
) -> dict[str, Any]:
    """Ages in seconds, counts, and `status`: `ok`, or `degraded` with the codes in `problems`.

    `others` gives codes of problems that the books know nothing of. Those of `FORETOLD` alone leave the status ok.

    `last_drill` says when a copy was last restored and compared, and with what result; None before the first drill.
    `heartbeat_age` is since any mailbox was last looked at, successfully or not; None before the first look.
    """
    limits, now = limits or HealthLimits(), clock.now()
    with books.look() as uow:
        states, ages = uow.accounts.states(), uow.health.ages()
    accounts = [
        {
            "channel": channel,
            "account": account,
            "last_success_age": _age(success, now),
            "last_attempt_age": _age(attempt, now),
            "failing": bool(error),
            "late": _beyond(_age(success, now), limits.poll, when_none=True),
        }
        for channel, account, success, attempt, error in states
    ]
    pending, unsent = _age(ages["oldest_pending_at"], now), _age(ages["oldest_unsent_at"], now)
    problems = [
        code
        for code, wrong in (
            ("poll-late", not accounts or any(account["late"] for account in accounts)),
            ("pending-old", _beyond(pending, limits.pending)),
            ("unsent-old", _beyond(unsent, limits.unsent)),
        )
        if wrong
    ]
    problems += others()
    return {
        "status": "ok" if FORETOLD.issuperset(problems) else "degraded",
        "problems": problems,
        "heartbeat_age": min((a for _, _, _, at, _ in states if (a := _age(at, now)) is not None), default=None),
        "accounts": accounts,
        "oldest_pending_age": pending,
        "oldest_unsent_age": unsent,
        "last_drill": last_drill(books),
        "counts": {name: ages[name] for name in ("pending", "unsent", "failed", "held")},
    }


def _age(at: object, now: datetime) -> int | None:
    return max(0, int((now - at).total_seconds())) if isinstance(at, datetime) else None


def _beyond(age: int | None, limit: timedelta, *, when_none: bool = False) -> bool:
    return when_none if age is None else age > limit.total_seconds()
