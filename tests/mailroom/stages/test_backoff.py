"""When a letter is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailroom.domain.decision import Letter
from mailroom.domain.outbox import OutboxItem
from mailroom.stages.backoff import next_attempt

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ITEM = OutboxItem(
    id="ab12", message_id=1, channel="email", letter=Letter.HELD, to="a@b.c", subject="s", text="t", created_at=NOW, due_at=NOW, attempts=1
)  # fmt: skip


def wait(attempts: int, retry_after: float | None = None) -> timedelta:
    due = next_attempt(replace(ITEM, attempts=attempts), NOW, retry_after=retry_after)
    assert due is not None
    return due - NOW


def test_delays_grow_from_minutes_to_hours() -> None:
    """Five minutes at first, doubling, four hours at most, each up to a fifth longer."""
    for attempts, least in ((1, 5), (2, 10), (3, 20), (4, 40), (7, 240), (50, 240), (10_000, 240)):
        assert timedelta(minutes=least) <= wait(attempts) <= timedelta(minutes=least * 1.2)


def test_the_delay_depends_on_item_and_attempt_alone() -> None:
    """The same attempt waits the same time; another letter waits another."""
    assert wait(3) == wait(3)
    assert next_attempt(replace(ITEM, id="cd34"), NOW) != next_attempt(ITEM, NOW)


def test_the_other_side_may_ask_for_more_time_but_not_for_less() -> None:
    """Its own delay lengthens the wait, to four hours at most."""
    assert wait(1, retry_after=3600) == timedelta(hours=1)
    assert wait(1, retry_after=1) == wait(1)
    assert wait(1, retry_after=1e9) == timedelta(hours=4)
    assert wait(1, retry_after=-5) == wait(1)


def test_after_five_days_it_is_given_up() -> None:
    """A letter is tried for five days, then shown to a clerk."""
    now, item = NOW, ITEM
    tries = 0
    while due := next_attempt(item, now):
        now, item, tries = due, item.claimed(), tries + 1
    assert timedelta(days=4, hours=19) < now - NOW <= timedelta(days=5)
    assert 25 < tries < 45
