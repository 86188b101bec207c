"""What the head's instruments mean at an instant: which one holds, which channels it opens, which lines to name."""

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum

from mailroom.domain.agency import BANGKOK, Announcement, ChannelRule
from mailroom.domain.instrument import Instrument, InstrumentState
from mailroom.domain.service import Service


class Standing(StrEnum):
    """What becomes of a published instrument; before that its state says all."""

    UPCOMING = "upcoming"
    IN_FORCE = "in-force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


def began_at(instrument: Instrument) -> datetime | None:
    """When it took effect or will: on its effective day, but never before it was published (R20, R27).

    None where that cannot be said: it was never published, or withdrawn before its day.
    """
    if instrument.published_at is None or instrument.effective_on is None:
        return None
    began = max(datetime.combine(instrument.effective_on, time(), BANGKOK), instrument.published_at)
    return None if is_withdrawn(instrument, began) else began


def is_withdrawn(instrument: Instrument, by: datetime) -> bool:
    """Whether it was withdrawn by that instant."""
    return instrument.state is InstrumentState.WITHDRAWN and instrument.changed_at <= by


def latest(instruments: Sequence[Instrument], at: datetime) -> Instrument | None:
    """Of instruments of one kind the one that took effect last, withdrawn since or not."""
    begun = [(began, one.id, one) for one in instruments if (began := began_at(one)) and began <= at]
    return max(begun, key=lambda item: item[:2])[2] if begun else None


def holding(instruments: Sequence[Instrument], at: datetime) -> Instrument | None:
    """The one of one kind that held at that instant. What a later one replaced does not come back when that one goes."""
    last = latest(instruments, at)
    return last if last and not is_withdrawn(last, at) else None


def standing(instrument: Instrument, same_kind: Sequence[Instrument], at: datetime) -> Standing | None:
    """How a published instrument stands; None for one that was never published."""
    if instrument.published_at is None:
        return None
    if instrument.state is InstrumentState.WITHDRAWN:
        return Standing.WITHDRAWN
    began = began_at(instrument)
    if began is None or began > at:
        return Standing.UPCOMING
    last = latest(same_kind, at)
    return Standing.IN_FORCE if last and last.id == instrument.id else Standing.REPLACED


def as_announcement(instrument: Instrument, url: str) -> Announcement:
    """A published announcement of channels in the terms of decisions and letters; `url` is its public page."""
    channels = tuple(dict.fromkeys(rule.channel for rule in instrument.rules))
    return Announcement(
        effective_on=instrument.effective_on or date.max,
        channels=channels,
        number=instrument.number,
        url=url,
        line_id=next((rule.address for rule in instrument.rules if rule.channel == "line"), ""),
        rules=instrument.rules,
        phones=instrument.phones,
        dated=instrument.dated,
    )


def channels_for(announcement: Announcement, service: Service | None, day: date) -> tuple[str, ...]:
    """Channels on which a service may be asked for on a day; without a service, those on which anything may.

    A channel table alone decides; where the configuration announces channels, each service's own list narrows them.
    """
    if announcement.rules:
        rules = announcement.rules_for(service.key if service else None, day)
        return tuple(dict.fromkeys(rule.channel for rule in rules))
    if service is None:
        return announcement.channels
    return tuple(name for name in announcement.channels if name in service.channels)


def lines_to_name(announcement: Announcement, service: Service | None, day: date) -> tuple[ChannelRule, ...]:
    """The lines of the channel table that a letter names: those of the unit responsible first, then those for all.

    Without a service, lines for some services only are left out, unless there are no others.
    """
    lines = announcement.rules_for(service.key if service else None, day)
    if service is None:
        return tuple(line for line in lines if not line.services) or lines
    own = tuple(line for line in lines if line.unit and line.unit == service.unit)
    return (*own, *(line for line in lines if not line.unit)) or lines
