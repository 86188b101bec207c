"""The agency's calendar: working days and hours from the settings, national holidays from a library (R15, R17)."""

from collections.abc import Container
from dataclasses import dataclass
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
    return OfficeHours(
        open=section.open,
        close=section.close,
        days=frozenset(WEEKDAYS[day] for day in section.days),
        holidays=_Holidays(
            frozenset(entry.date for entry in section.extra_holidays),
            national_until=today.year + YEARS_AHEAD if section.holidays == "TH" else None,
        ),
        working_dates=frozenset(section.working_dates),
        close_inclusive=section.close_inclusive,
    )


@dataclass(frozen=True, slots=True)
class _Holidays(Container[date]):
    """Asks for national holidays when it is asked for a day: a pass that finds no mail needs none."""

    extra: frozenset[date]
    national_until: int | None
    """The last year; None where the national list does not count."""

    def __contains__(self, day: object) -> bool:
        return day in self.extra or (self.national_until is not None and day in national_holidays(self.national_until))


@cache
def national_holidays(last_year: int) -> frozenset[date]:
    """Days on which Thai government offices are closed, substitution days included."""
    import holidays  # The list of all countries is long.

    days = holidays.country_holidays(
        "TH", years=range(FIRST_YEAR, last_year + 1), categories=("public", "government"), language="th"
    )
    return frozenset(day for day, name in days.items() if not _worked(name))


def _worked(name: str) -> bool:
    """Whether every holiday that falls on a day is one on which offices work."""
    return all(any(word in part for word in WORKED) for part in name.split(";"))
