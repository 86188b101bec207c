"""Which copies are let go: by our own ledger, in Thai days, and never the proven ones."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from mailroom.domain.agency import BANGKOK
from mailroom.domain.backup import BackupCheck, BackupRun, Difference, Drill, FixityRun
from mailroom.services.keeping.fixity import part_for, still_damaged
from mailroom.services.keeping.keep_plan import Keep, let_go
from mailroom.services.keeping.schedule import (
    CHECK_PARTS,
    backup_due,
    drill_due,
    fixity_due,
    part_due,
    slot,
    still_wrong,
)

NOON = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)


def run(point: str, at: datetime, **changes: object) -> BackupRun:
    made = BackupRun(target="disk", started_at=at, ended_at=at + timedelta(minutes=5), point=point)
    return replace(made, **changes)  # type: ignore[arg-type]


def daily(count: int, until: datetime = NOON) -> list[BackupRun]:
    return [run(f"d{ago}", until - timedelta(days=ago)) for ago in range(count)]


def gone(runs: list[BackupRun], keep: Keep) -> set[str]:
    return {one.point for one in let_go(runs, keep)}


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        (Keep(3, 0, 0, 0), {"d0", "d1", "d2"}),
        # 1 March 2026 is a Sunday: the weeks end on d0, d7, d14.
        (Keep(1, 3, 0, 0), {"d0", "d7", "d14"}),
        (Keep(1, 0, 3, 0), {"d0", "d1", "d29"}),
        (Keep(1, 0, 0, 2), {"d0", "d60"}),
        (Keep(2, 2, 2, 2), {"d0", "d1", "d7", "d60"}),
    ],
)
def test_the_latest_of_each_day_week_month_and_year_stays(keep: Keep, kept: set[str]) -> None:
    """By table; what one rule keeps, no other lets go."""
    runs = daily(90)
    assert {one.point for one in runs} - gone(runs, keep) == kept


def test_a_year_changes_at_midnight_in_thailand() -> None:
    """17:30 UTC on 31 December is the new year's first copy, not the old one's last."""
    old = run("old", datetime(2025, 12, 31, 16, 30, tzinfo=UTC))
    new = run("new", datetime(2025, 12, 31, 17, 30, tzinfo=UTC))
    assert gone([new, old], Keep(1, 0, 0, 2)) == set()
    assert gone([new, old], Keep(1, 0, 0, 1)) == {"old"}
    assert gone([new, old], Keep(2, 0, 0, 0)) == set()


def test_the_newest_and_the_last_two_verified_always_stay() -> None:
    """However old: a copy that nobody has tried is not worth the one that was."""
    runs = daily(40)
    for index in (35, 36, 37):
        runs[index] = replace(runs[index], verified_at=NOON)
    left = {one.point for one in runs} - gone(runs, Keep(1, 0, 0, 0))
    assert left == {"d0", "d35", "d36"}


def test_only_our_own_whole_copies_are_let_go_and_where_copies_stop_none_is() -> None:
    """Failed, unfinished and forgotten runs are none; days without a copy count for nothing."""
    failed = run("f", NOON - timedelta(days=50), error="no answer")
    unfinished = run("u", NOON - timedelta(days=51), ended_at=None)
    forgotten = run("g", NOON - timedelta(days=52), forgotten_at=NOON)
    assert gone([*daily(2), failed, unfinished, forgotten], Keep(1, 0, 0, 0)) == {"d1"}
    sparse = [run(f"s{one}", NOON - timedelta(days=100 * one)) for one in range(5)]
    assert gone(sparse, Keep(5, 0, 0, 0)) == set()


def test_a_daily_time_is_one_of_thailand() -> None:
    """02:00 in Thailand is 19:00 UTC of the day before."""
    assert slot(datetime(2026, 1, 5, 18, 59, tzinfo=UTC), time(2)) == datetime(2026, 1, 5, 2, tzinfo=BANGKOK)
    assert slot(datetime(2026, 1, 5, 19, 0, tzinfo=UTC), time(2)) == datetime(2026, 1, 6, 2, tzinfo=BANGKOK)
    assert slot(datetime(2026, 1, 5, 19, 0, tzinfo=UTC), time(2), 7) == datetime(2026, 1, 4, 2, tzinfo=BANGKOK)


def test_a_copy_is_due_once_a_day_and_an_hour_after_one_that_failed() -> None:
    """The first one at once; a failure is not repeated every five minutes."""
    now = datetime(2026, 1, 5, 20, 0, tzinfo=UTC)
    assert backup_due([], now, time(2))
    assert not backup_due([run("a", now - timedelta(minutes=30))], now, time(2))
    assert backup_due([run("a", now - timedelta(hours=2))], now, time(2))
    bad = run("", now - timedelta(minutes=30), error="no answer")
    assert not backup_due([bad, run("a", now - timedelta(days=1))], now, time(2))
    assert backup_due([bad, run("a", now - timedelta(days=1))], now + timedelta(minutes=31), time(2))


def test_a_drill_is_due_weekly_and_daily_after_a_failed_one() -> None:
    """The weekday is one of Thailand; a night's part of the archive comes nightly."""
    sunday = datetime(2026, 1, 10, 20, 0, tzinfo=UTC)
    good = Drill(target="disk", point="a", at=sunday - timedelta(days=3), seconds=1, messages=1, bytes=1)
    assert drill_due([], sunday, time(2), 7)
    assert drill_due([good], sunday, time(2), 7)
    assert not drill_due([good], sunday - timedelta(days=1), time(2), 7)
    bad = replace(good, at=sunday - timedelta(hours=1), differences=(Difference("message", "differs"),))
    assert not drill_due([bad], sunday, time(2), 7)
    assert drill_due([bad], sunday + timedelta(hours=23), time(2), 7)
    assert fixity_due(
        [FixityRun(at=sunday - timedelta(days=1), seconds=1, segments=(), records=0, bytes=0)], sunday, time(2)
    )


@pytest.mark.parametrize("count", [1, 6, 7, 8, 50])
def test_every_segment_is_read_within_seven_days(count: int) -> None:
    """Simulated over a month in which new segments come: none waits longer, and no night reads everything."""
    names = [f"{number:06}" for number in range(count)]
    read_at: dict[str, datetime] = {}
    for night in range(30):
        now = NOON + timedelta(days=night)
        part = part_for(names, read_at, now)
        assert len(part) <= 2 * (len(names) // 7 + 1)
        read_at |= dict.fromkeys(part, now)
        if night >= 7:
            assert all(now - read_at[name] < timedelta(days=7) for name in names[:count])
        names.append(f"{len(names):06}") if night % 5 == 0 else None


def test_damage_counts_until_the_segment_is_read_whole() -> None:
    """A later night that read other segments does not hide it."""
    bad = FixityRun(at=NOON, seconds=1, segments=("1",), records=0, bytes=0, damaged=(Difference("1", "torn"),))
    other, good = replace(bad, segments=("2",), damaged=()), replace(bad, damaged=())
    assert set(still_damaged([other, bad])) == {"1"}
    assert still_damaged([good, other, bad]) == {}


def check(part: int, at: datetime, of: int = CHECK_PARTS, *, bad: bool = False) -> BackupCheck:
    found = (Difference("pack", "damaged"),) if bad else ()
    return BackupCheck(target="disk", part=part, of=of, at=at, differences=found)


def test_every_night_another_part_is_read_and_after_the_last_the_first() -> None:
    """One in a night; a check by hand takes no part's place."""
    at = time(2, 0)
    assert part_due([], NOON, at) == 1
    assert part_due([check(1, NOON)], NOON, at) is None
    assert part_due([check(1, NOON)], NOON + timedelta(days=1), at) == 2
    assert part_due([check(1, NOON, of=1), check(3, NOON)], NOON + timedelta(days=1), at) == 4
    assert part_due([check(CHECK_PARTS, NOON)], NOON + timedelta(days=1), at) == 1


def test_damage_in_a_copy_is_told_until_that_part_or_the_whole_was_read_without_a_fault() -> None:
    """Other parts say nothing about it."""
    bad = check(4, NOON, bad=True)
    assert still_wrong([bad])
    assert still_wrong([check(5, NOON), bad])
    assert not still_wrong([check(4, NOON), check(5, NOON), bad])
    assert not still_wrong([check(5, NOON), check(1, NOON, of=1), bad])
    assert still_wrong([check(1, NOON, of=1, bad=True), check(4, NOON)])
    assert not still_wrong([])
