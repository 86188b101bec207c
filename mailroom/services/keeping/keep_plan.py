"""Which of our own copies may be let go. Pure: the answer depends on our ledger alone, never on what a store says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.agency import BANGKOK
from mailroom.domain.backup import BackupRun

VERIFIED_KEPT = 2
"""So many copies that a drill has proven stay, however old they are."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Of so many days, weeks, months and years the latest copy is kept.

    Only those count in which there is a copy: where copies stop, no old one is let go.
    """

    daily: int = 14
    weekly: int = 8
    monthly: int = 24
    yearly: int = 10


def let_go(runs: Sequence[BackupRun], keep: Keep) -> list[BackupRun]:
    """Of the copies of one target those that nothing asks for, oldest first.

    The times are those at which we began the copies: a store into which somebody put points with forged times pushes
    none of ours out. The newest copy and the last two verified ones always stay.
    """
    held = sorted((run for run in runs if _is_held(run)), key=lambda run: run.started_at, reverse=True)
    kept = {run.point for run in held[:1]}
    kept |= {run.point for run in [one for one in held if one.verified_at][:VERIFIED_KEPT]}
    for bucket, count in zip(_BUCKETS, (keep.daily, keep.weekly, keep.monthly, keep.yearly), strict=True):
        kept |= _latest_of_each(held, bucket, count)
    return [run for run in reversed(held) if run.point not in kept]


def _is_held(run: BackupRun) -> bool:
    return bool(run.point and run.ended_at and not run.error and not run.forgotten_at)


def _latest_of_each(held: Sequence[BackupRun], bucket: Callable[[datetime], object], count: int) -> set[str]:
    """`held` is newest first: the first of a bucket is its latest."""
    latest: dict[object, str] = {}
    for run in held:
        latest.setdefault(bucket(run.started_at.astimezone(BANGKOK)), run.point)
    return set(list(latest.values())[:count])


_BUCKETS: tuple[Callable[[datetime], object], ...] = (
    lambda at: at.date(),
    lambda at: at.isocalendar()[:2],
    lambda at: (at.year, at.month),
    lambda at: at.year,
)
