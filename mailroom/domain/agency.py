"""The agency itself: who it is, when it works, which channels its head announced."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

BUDDHIST_ERA = 543

BANGKOK: tzinfo = timezone(timedelta(hours=7), "+07:00")
"""Thailand has kept UTC+7 without daylight saving since 1920; no tz database can be wrong or missing."""


@dataclass(frozen=True, slots=True)
class Agency:
    """Whose mail room this is."""

    key: str
    name: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    letter_prefix: str = ""
    phone: str = ""
    place: str = ""
    """Tambon, amphoe and changwat in one line, as letters print it."""
    base_url: str = ""
    central_address: str = ""
    """The central mailbox, as letters name it (R42)."""
    addresses: frozenset[str] = frozenset()
    """Every address of our own, lower-case. Mail from them is our own mail."""
    officer_addresses: frozenset[str] = frozenset()
    """Addresses of officers who pass citizens' mail on to the central mailbox, lower-case."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The working days and hours by which receipt is deemed (R15, R17). All times in `zone`."""

    open: time
    close: time
    days: frozenset[int]
    """ISO weekdays, Monday is 1."""
    holidays: Container[date] = frozenset()
    working_dates: frozenset[date] = frozenset()
    """Days worked although weekday or holiday list says otherwise."""
    close_inclusive: bool = False
    """Whether a message at exactly closing time still counts for that day."""
    zone: tzinfo = BANGKOK


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRule:
    """One line of the channel table: a channel for a unit and some services, for a time (R36)."""

    channel: str
    """`email`, `line`, or another that this program does not read (`web`, `other`)."""
    address: str
    """E-mail address, LINE id with its @, or web address."""
    unit: str = ""
    services: tuple[str, ...] = ()
    """Keys of services; empty for all."""
    starts_on: date | None = None
    ends_on: date | None = None

    def covers(self, service: str | None, day: date) -> bool:
        """Whether the rule lets in a request for this service on this day; an unknown service is not shut out."""
        if (self.starts_on and day < self.starts_on) or (self.ends_on and day > self.ends_on):
            return False
        return not self.services or service is None or service in self.services


@dataclass(frozen=True, slots=True)
class Announcement:
    """The head's announcement of channels (R20, R34). Without one, every channel in use is proper."""

    effective_on: date
    channels: tuple[str, ...]
    number: str = ""
    url: str = ""
    line_id: str = ""
    """Id of the LINE Official Account, with its @ (R113)."""
    rules: tuple[ChannelRule, ...] = ()
    """The channel table, where an instrument in the books announces it; the configuration names channels alone."""
    phones: tuple[str, ...] = ()
    """For asking whether something was received (R35); empty where the announcement names none."""
    dated: date | None = None
    """The day it was signed, where that is not part of the number."""

    def in_force(self, at: datetime) -> bool:
        return at.astimezone(BANGKOK).date() >= self.effective_on

    def rules_for(self, service: str | None, day: date) -> tuple[ChannelRule, ...]:
        """The lines that let in a request for this service on this day, in their order."""
        return tuple(rule for rule in self.rules if rule.covers(service, day))


def buddhist_year(at: datetime) -> int:
    """The พ.ศ. year of an instant in Thailand, whatever the host's zone (R51)."""
    return at.astimezone(BANGKOK).year + BUDDHIST_ERA
