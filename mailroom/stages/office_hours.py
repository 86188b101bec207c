"""When a message is deemed received, by the agency's working days and hours (R14 to R17)."""

from datetime import UTC, date, datetime, timedelta

from mailroom.domain.agency import OfficeHours

_LONGEST_CLOSURE = timedelta(days=400)
"""A calendar without a working day for over a year is a mistake, not a holiday."""


def is_working_day(on: date, hours: OfficeHours) -> bool:
    """Whether the agency works on a day. `working_dates` outweighs weekday and holiday list."""
    if on in hours.working_dates:
        return True
    return on.isoweekday() in hours.days and on not in hours.holidays


def next_working_day(after: date, hours: OfficeHours) -> date:
    """The first working day later than a day. Raises ValueError when there is none within 400 days."""
    day = after + timedelta(days=1)
    while not is_working_day(day, hours):
        day += timedelta(days=1)
        if day - after > _LONGEST_CLOSURE:
            raise ValueError(f"no working day within 400 days after {after}; mend the working days of the agency")
    return day


def working_days_after(start: date, count: int, hours: OfficeHours) -> date:
    """The day on which a period of `count` working days ends; the day `start` itself is not counted."""
    day = start
    for _ in range(count):
        day = next_working_day(day, hours)
    return day


def is_open(at: datetime, hours: OfficeHours) -> bool:
    """Whether an instant falls within working hours: from opening on, until before closing.

    Exactly closing time counts only where `close_inclusive` says so. There is no lunch break (R15 names none).
    """
    local = at.astimezone(hours.zone)
    if not is_working_day(local.date(), hours):
        return False
    clock = local.time()
    return hours.open <= clock < hours.close or (hours.close_inclusive and clock == hours.close)


def deemed_received(at: datetime, hours: OfficeHours) -> datetime:
    """When the law deems received what entered the system at `at` (R15). Aware in, aware UTC out.

    Within working hours: that instant. Before opening on a working day: that day's opening.
    Otherwise: the opening of the next working day.
    """
    if is_open(at, hours):
        return at.astimezone(UTC)
    local = at.astimezone(hours.zone)
    day = local.date()
    if not (is_working_day(day, hours) and local.time() < hours.open):
        day = next_working_day(day, hours)
    return datetime.combine(day, hours.open, tzinfo=hours.zone).astimezone(UTC)


def last_safe_moment(last_day: date, hours: OfficeHours) -> datetime:
    """The last minute at which something must enter the system to be deemed received by the end of a day (R16).

    It lies on the last working day up to that day, which may be days earlier. Aware, UTC. Raises ValueError when there
    was no working day within 400 days.
    """
    day = last_day
    while not is_working_day(day, hours):
        day -= timedelta(days=1)
        if last_day - day > _LONGEST_CLOSURE:
            raise ValueError(f"no working day within 400 days before {last_day}; mend the working days of the agency")
    close = datetime.combine(day, hours.close, tzinfo=hours.zone).astimezone(UTC)
    return close if hours.close_inclusive else close - timedelta(minutes=1)
