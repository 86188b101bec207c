"""Announcements and orders for machines: the public files, and the export (docs/announcements.md)."""

from collections.abc import Sequence
from datetime import date, datetime

from mailroom.domain.agency import BANGKOK, Agency, Announcement, ChannelRule
from mailroom.domain.instrument import GazetteReference, Instrument
from mailroom.domain.service import Catalogue
from mailroom.ports import Json
from mailroom.services.announcements import Announced
from mailroom.stages.announced import channels_for, standing

SCHEMA = "mailroom/announcements/1"
"""Raised when a field changes its meaning; fields may be added without that."""
INTERNAL = frozenset({"signatory", "replaces"})
"""Details that concern the program alone."""


def instrument_json(
    instrument: Instrument, same_kind: Sequence[Instrument], catalogue: Catalogue, *, page: str, now: datetime
) -> dict[str, Json]:
    """One announcement or order. Days and times in ISO 8601, times with the offset of Thailand."""
    signatory = instrument.signatory
    details = {key: text for key, text in instrument.details if key not in INTERNAL}
    return {
        "code": instrument.code,
        "kind": str(instrument.kind),
        "state": str(instrument.state),
        "standing": str(standing(instrument, same_kind, now) or "") or None,
        "number": instrument.number or None,
        "title": instrument.title,
        "dated": _iso(instrument.dated),
        "effective_on": _iso(instrument.effective_on),
        "published_at": _moment(instrument.published_at),
        "signatory": {
            "name": signatory.name,
            "position": signatory.position,
            "capacity": signatory.capacity or None,
            "on_behalf": signatory.on_behalf or None,
        }
        if signatory
        else None,
        "gazette": gazette_json(instrument.gazette),
        "channels": [rule_json(rule, catalogue) for rule in instrument.rules],
        "phones": list(instrument.phones),
        "details": details,
        "page": page,
        "pdf": f"{page}/pdf" if instrument.document else None,
        "sha256": instrument.document,
    }


def channels_json(announced: Announced, agency: Agency, catalogue: Catalogue, now: datetime) -> dict[str, Json]:
    """Which channels are open today, by what announcement, and what was and will be announced."""
    current, instrument = announced.at(now), announced.instrument(now)
    source = "instrument" if instrument else "configuration" if current else None
    every = [
        instrument_json(one, announced.instruments, catalogue, page=announced.page(one), now=now)
        for one in announced.instruments
    ]
    return {
        "schema": SCHEMA,
        "agency": {"key": agency.key, "name": agency.name, "name_en": agency.name_en or None},
        "as_of": _moment(now),
        "source": source,
        "announcement": next((one for one in every if one["standing"] == "in-force"), None),
        "number": current.number if current else None,
        "effective_on": _iso(current.effective_on) if current else None,
        "page": current.url if current else None,
        "channels": [rule_json(rule, catalogue) for rule in _open_lines(current, agency, now)],
        "phones": list(current.phones) if current and current.phones else [agency.phone] if agency.phone else [],
        "history": list(every),
    }


def rule_json(rule: ChannelRule, catalogue: Catalogue) -> dict[str, Json]:
    """A line of the channel table; without services it is open for all of them."""
    return {
        "channel": rule.channel,
        "address": rule.address,
        "unit": rule.unit or None,
        "services": [
            {"key": key, "name": service.name if (service := catalogue.service(key)) else key} for key in rule.services
        ],
        "starts_on": _iso(rule.starts_on),
        "ends_on": _iso(rule.ends_on),
    }


def gazette_json(reference: GazetteReference | None) -> Json:
    if reference is None:
        return None
    return {
        "volume": reference.volume,
        "part": reference.part,
        "page": reference.page,
        "dated": reference.dated.isoformat(),
    }


def _open_lines(current: Announcement | None, agency: Agency, now: datetime) -> Sequence[ChannelRule]:
    """The lines of today; where the configuration announces, a line for each of its channels."""
    day = now.astimezone(BANGKOK).date()
    if current is None:
        return ()
    if current.rules:
        return current.rules_for(None, day)
    found_at = {"email": agency.central_address, "line": current.line_id}
    named = channels_for(current, None, day)
    return tuple(ChannelRule(channel=name, address=found_at.get(name, "")) for name in named)


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(BANGKOK).isoformat(timespec="seconds") if at else None
