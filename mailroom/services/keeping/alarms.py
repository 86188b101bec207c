"""What is wrong with the copies, as codes for health and banner, and what is shown of the last drill."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from mailroom.domain.backup import BackupRun, Drill
from mailroom.ports import Books, Clock, KeepingBook
from mailroom.services.keeping.fixity import RUNS_LOOKED_AT, still_damaged
from mailroom.services.keeping.schedule import CHECK_PARTS, still_wrong

BACKUP_LATE = timedelta(hours=26)
DRILL_LATE = timedelta(days=8)
FIXITY_LATE = timedelta(days=2)
"""Since the last night's part; and no segment may wait longer than a week and this."""
SEGMENT_LATE = timedelta(days=7) + FIXITY_LATE
LEDGER_LIMIT = 1000


def keeping_codes(books: Books, clock: Clock, targets: Sequence[str]) -> list[str]:
    """`backup-late`, `backup-failed`, `backup-damaged`, `drill-late`, `drill-failed`, `fixity-late`: only of targets that are configured.

    `archive-damaged` and `fence-missing` are told wherever they are known.
    """
    now = clock.now()
    with books.look() as uow:
        keeping = uow.keeping
        codes = {code for target in targets for code in _of_target(keeping, target, now)}
        if targets and _fixity_late(keeping, targets, now):
            codes.add("fixity-late")
        if still_damaged(keeping.fixities(RUNS_LOOKED_AT)):
            codes.add("archive-damaged")
        if keeping.fence_missing():
            codes.add("fence-missing")
    return [code for code in CODES if code in codes]


def last_drill(books: Books) -> dict[str, Any] | None:
    """Of the latest drill what anybody at the desk may know; None before the first."""
    with books.look() as uow:
        drills = uow.keeping.drills(1)
    if not drills:
        return None
    drill = drills[0]
    return {
        "at": drill.at.isoformat(),
        "target": drill.target,
        "seconds": round(drill.seconds),
        "messages": drill.messages,
        "differences": len(drill.differences),
    }


def _of_target(keeping: KeepingBook, target: str, now: datetime) -> Iterator[str]:
    runs = keeping.backups(target, LEDGER_LIMIT)
    ended = [run for run in runs if run.ended_at]
    made = [run for run in ended if not run.error]
    if not made or now - made[0].started_at > BACKUP_LATE:
        yield "backup-late"
    if ended and ended[0].error:
        yield "backup-failed"
    if still_wrong(keeping.checks(target, 2 * CHECK_PARTS)):
        yield "backup-damaged"
    drill = _drill_of(keeping, target)
    if drill is not None and not drill.passed:
        yield "drill-failed"
    since = drill.at if drill else _first(made)
    if since and now - since > DRILL_LATE:
        yield "drill-late"


def _drill_of(keeping: KeepingBook, target: str) -> Drill | None:
    return next((one for one in keeping.drills(LEDGER_LIMIT) if one.target == target), None)


def _first(made: Sequence[BackupRun]) -> datetime | None:
    return made[-1].started_at if made else None


def _fixity_late(keeping: KeepingBook, targets: Sequence[str], now: datetime) -> bool:
    """Before the first copy there is nothing to be late with: `backup-late` says that."""
    runs = keeping.fixities(1)
    if runs:
        read = keeping.read_at().values()
        return now - runs[0].at > FIXITY_LATE or any(now - at > SEGMENT_LATE for at in read)
    begun = [first for name in targets if (first := _first(keeping.backups(name, LEDGER_LIMIT)))]
    return bool(begun) and now - min(begun) > FIXITY_LATE


CODES = (
    "fence-missing",
    "archive-damaged",
    "backup-damaged",
    "backup-failed",
    "backup-late",
    "drill-failed",
    "drill-late",
    "fixity-late",
)
"""Worst first; each has words in the clerks' banner and a line in docs/backup.md."""
