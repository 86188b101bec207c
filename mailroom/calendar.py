"""The agency's calendar: working days and hours from the settings, national holidays from a library (R15, R17)."""

from datetime import date
from functools import cache

from mailroom.domain.agency import OfficeHours
from mailroom.settings import HoursSection

WEEKDAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}

WORKED = ("แรงงาน", "เด็กแห่งชาติ")
"""Days on the public list on which government offices work: Labour Day and Children's Day."""

FIRST_YEAR = 2015
YEARS_AHEAD = 5


def office_hours(section: HoursSection, today: date) -> OfficeHours:
    """Working hours with the holidays from 2015 until five years after `today`."""
    national = national_holidays(today.year + YEARS_AHEAD) if section.holidays == "TH" else frozenset()
    return OfficeHours(
        open=section.open,
        close=section.close,
        days=frozenset(WEEKDAYS[day] for day in section.days),
        holidays=national | {entry.date for entry in section.extra_holidays},
        working_dates=frozenset(section.working_dates),
        close_inclusive=section.close_inclusive,
    )


@cache
def national_holidays(last_year: int) -> frozenset[date]:
    """Days on which Thai government offices are closed, substitution days included."""
    import holidays  # Most commands ask for no holiday, and the list of all countries is long.

    days = holidays.country_holidays(
        "TH", years=range(FIRST_YEAR, last_year + 1), categories=("public", "government"), language="th"
    )
    return frozenset(day for day, name in days.items() if not _worked(name))


def _worked(name: str) -> bool:
    """Whether every holiday that falls on a day is one on which offices work."""
    return all(any(word in part for word in WORKED) for part in name.split(";"))
