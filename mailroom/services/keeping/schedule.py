"""When what is due. Pure; days and hours are those of Thailand."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from mailroom.domain.agency import BANGKOK
from mailroom.domain.backup import BackupCheck, BackupRun, Drill, FixityRun

AGAIN = timedelta(hours=1)
"""A copy that failed is tried again after so long."""
CHECK_PARTS = 28
"""Everything that a target holds is read once in so many nights, a part of it each night."""
DRILL_AGAIN = timedelta(hours=22)
"""A drill that found differences is repeated daily, with the newest copy."""


def slot(now: datetime, at: time, weekday: int | None = None) -> datetime:
    """The latest moment not after `now` at that time of day, on that ISO weekday when one is given."""
    local = now.astimezone(BANGKOK)
    day = local.date() if local.time() >= at else local.date() - timedelta(days=1)
    if weekday is not None:
        day -= timedelta(days=(day.isoweekday() - weekday) % 7)
    return datetime.combine(day, at, BANGKOK)


def backup_due(runs: Sequence[BackupRun], now: datetime, at: time) -> bool:
    """Of one target, latest first: no copy since the last slot, and none tried just now. The first comes at once."""
    made = next((run for run in runs if run.ended_at and not run.error), None)
    if made is not None and made.started_at >= slot(now, at):
        return False
    return not runs or runs[0].started_at <= now - AGAIN


def drill_due(drills: Sequence[Drill], now: datetime, at: time, weekday: int) -> bool:
    """Of one target, latest first. The first drill comes with the first copy."""
    if not drills:
        return True
    latest = drills[0]
    return latest.at < slot(now, at, weekday) or (not latest.passed and now - latest.at >= DRILL_AGAIN)


def part_due(checks: Sequence[BackupCheck], now: datetime, at: time) -> int | None:
    """Which of the parts is read now; of one target, latest first. None when this night's was read."""
    nightly = next((one for one in checks if one.of == CHECK_PARTS), None)
    if nightly is None:
        return 1
    return nightly.part % CHECK_PARTS + 1 if nightly.at < slot(now, at) else None


def still_wrong(checks: Sequence[BackupCheck]) -> bool:
    """Whether what was found wrong with a target's copies was read since without a fault; latest first.

    A reading of the whole says more than those of parts before it.
    """
    seen: set[tuple[int, int]] = set()
    for one in checks:
        if (one.part, one.of) not in seen and one.differences:
            return True
        if one.of == 1:
            return False
        seen.add((one.part, one.of))
    return False


def fixity_due(runs: Sequence[FixityRun], now: datetime, at: time) -> bool:
    """Nightly."""
    return not runs or runs[0].at < slot(now, at)
