"""Deemed receipt by working days and hours (R14 to R17)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from mailroom.domain.agency import BANGKOK, OfficeHours
from mailroom.stages.office_hours import deemed_received, is_open, is_working_day, next_working_day, working_days_after

HOURS = OfficeHours(
    open=time(8, 30),
    close=time(16, 30),
    days=frozenset({1, 2, 3, 4, 5}),
    holidays=frozenset({date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 4, 6), date(2026, 3, 3)}),
    working_dates=frozenset({date(2026, 2, 7)}),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


@pytest.mark.parametrize(
    ("entered", "deemed"),
    [
        ("2026-01-09 08:29:59.999999", "2026-01-09 08:30"),  # Friday, before opening
        ("2026-01-09 08:30", "2026-01-09 08:30"),
        ("2026-01-09 12:15", "2026-01-09 12:15"),  # no lunch break
        ("2026-01-09 16:29:59", "2026-01-09 16:29:59"),
        ("2026-01-09 16:30:00", "2026-01-12 08:30"),
        ("2026-01-09 23:59", "2026-01-12 08:30"),
        ("2026-01-10 10:00", "2026-01-12 08:30"),  # Saturday
        ("2026-01-11 03:00", "2026-01-12 08:30"),  # Sunday
        ("2026-04-03 17:00", "2026-04-07 08:30"),  # Friday evening before a Monday holiday
        ("2026-04-06 10:00", "2026-04-07 08:30"),  # Monday holiday
        ("2026-03-03 09:00", "2026-03-04 08:30"),  # a holiday within the week
        ("2025-12-31 20:00", "2026-01-05 08:30"),  # New Year bridge: the number is of the new year
        ("2025-12-30 16:30", "2026-01-05 08:30"),
        ("2025-12-30 16:29", "2025-12-30 16:29"),
        ("2026-02-06 18:00", "2026-02-07 08:30"),  # Saturday worked by order
        ("2026-02-07 09:00", "2026-02-07 09:00"),
    ],
)
def test_a_message_is_deemed_received_at_the_next_working_time(entered: str, deemed: str) -> None:
    """Within working hours at once; before opening that day; otherwise when the next working day opens."""
    assert deemed_received(at(entered), HOURS) == at(deemed)


def test_the_time_is_utc_whatever_the_zone_of_the_input() -> None:
    """Instants compare and come out in UTC."""
    entered = datetime(2026, 1, 9, 1, 0, tzinfo=UTC)
    found = deemed_received(entered, HOURS)
    assert (found, found.tzinfo) == (datetime(2026, 1, 9, 1, 30, tzinfo=UTC), UTC)
    assert deemed_received(entered.astimezone(BANGKOK), HOURS).tzinfo is UTC


def test_exactly_closing_time_counts_where_the_agency_says_so() -> None:
    """`close_inclusive` includes the closing instant and not a microsecond more."""
    generous = replace(HOURS, close_inclusive=True)
    assert deemed_received(at("2026-01-09 16:30:00"), generous) == at("2026-01-09 16:30:00")
    assert deemed_received(at("2026-01-09 16:30:00.000001"), generous) == at("2026-01-12 08:30")


def test_deeming_twice_changes_nothing() -> None:
    """A deemed time lies within working hours."""
    for day in range(1, 29):
        for hour in (0, 8, 12, 16, 23):
            once = deemed_received(datetime(2026, 1, day, hour, 45, tzinfo=BANGKOK), HOURS)
            assert is_open(once, HOURS)
            assert deemed_received(once, HOURS) == once


def test_working_days_are_counted_without_the_first() -> None:
    """A period of three working days from Thursday ends on Tuesday."""
    assert working_days_after(date(2026, 1, 8), 3, HOURS) == date(2026, 1, 13)
    assert working_days_after(date(2026, 1, 8), 0, HOURS) == date(2026, 1, 8)
    assert next_working_day(date(2025, 12, 30), HOURS) == date(2026, 1, 5)


def test_a_worked_date_outweighs_weekday_and_holiday() -> None:
    """The agency's own order comes first."""
    worked = replace(HOURS, working_dates=frozenset({date(2026, 1, 1), date(2026, 1, 3)}))
    assert is_working_day(date(2026, 1, 1), worked)
    assert is_working_day(date(2026, 1, 3), worked)


def test_a_calendar_without_working_days_is_a_mistake() -> None:
    """A calendar that never opens is refused instead of being searched for ever."""
    with pytest.raises(ValueError, match="no working day within 400 days"):
        deemed_received(at("2026-01-09 20:00"), replace(HOURS, days=frozenset(), working_dates=frozenset()))
