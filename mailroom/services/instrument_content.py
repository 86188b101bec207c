"""What clerks say of an announcement or order: from the configuration, from a file, from a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from mailroom.domain.agency import Agency, OfficeHours
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.instrument import ChannelRule, Instrument, InstrumentKind, Signatory
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.services.instrument_text import wording
from mailroom.settings.instrument import InstrumentFile
from mailroom.stages.thai import written_date

LAST_YEAR = 2400
"""A later year in ISO 8601 was meant as พ.ศ."""
ORDINARY_DAYS = frozenset(range(1, 6))
"""Monday to Friday."""
KEPT = frozenset({"signatory", "replaces", "withdrawn"})
"""Details that the program writes; no form or file sets them."""
ITEMS: Mapping[InstrumentKind, tuple[str, ...]] = MappingProxyType(
    {
        InstrumentKind.CHANNELS: ("hours", "more"),
        InstrumentKind.SYSTEM: ("system", "uses", "responsible", "signatures", "backup", "more"),
        InstrumentKind.DISPLAY: ("licences", "ways", "seconds", "more"),
    }
)
"""Further items of the text by kind, in their order. A line is a point; in a table it is `this | that`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that can be said of an instrument before it is submitted."""

    number: str = ""
    title: str = ""
    dated: date | None = None
    effective_on: date | None = None
    rules: tuple[ChannelRule, ...] = ()
    phones: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    signatory: str = ""
    """User name of the approver who will sign it."""
    outside_signatory: Signatory | None = None
    """Who signed it, where that happened outside of this system."""


class Suggestions:
    """What the configuration already knows."""

    def __init__(
        self,
        *,
        agency: Agency,
        catalogue: Catalogue,
        texts: Texts,
        config: Path,
        hours: OfficeHours | None = None,
        in_use: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`in_use`: channel and address of every channel in use; `config` holds `templates/pdf`; `texts` are Thai."""
        self._agency = agency
        self._catalogue = catalogue
        self._texts = texts
        self._config = config
        self._hours = hours
        self._in_use = in_use

    def content(self, kind: InstrumentKind, signatory: str = "") -> Content:
        """A first draft of a kind."""
        is_channels = kind is InstrumentKind.CHANNELS
        return Content(
            title=wording(self._config, kind)["title"].replace("{agency}", self._agency.name),
            rules=tuple(self._rule(channel, address) for channel, address in self._in_use) if is_channels else (),
            phones=(self._agency.phone,) if is_channels and self._agency.phone else (),
            details=tuple((item, text) for item in ITEMS[kind] if (text := self._item(kind, item))),
            signatory=signatory,
        )

    def _rule(self, channel: str, address: str) -> ChannelRule:
        """A channel for the services that may be asked for on it; for all of them without naming each."""
        offered = tuple(one.key for one in self._catalogue.services if channel in one.channels)
        everything = len(offered) == len(self._catalogue.services)
        return ChannelRule(channel=channel, address=address, services=() if everything else offered)

    def _item(self, kind: InstrumentKind, item: str) -> str:
        if kind is InstrumentKind.DISPLAY and item == "licences":
            shown = (one for one in self._catalogue.services if one.licence and one.must_display)
            return "\n".join(f"{one.licence_name or one.name} | {one.law}".rstrip(" |") for one in shown)
        if item == "hours":
            return self._working_hours()
        return self._said(f"{kind}-{item}")

    def _working_hours(self) -> str:
        """In words where they are those of an ordinary office; a clerk says it where they are not."""
        hours = self._hours
        if hours is None or hours.days != ORDINARY_DAYS:
            return ""
        words = self._texts.label("instrument-drafts", "channels-hours")
        return words.replace("{open}", f"{hours.open:%H.%M}").replace("{close}", f"{hours.close:%H.%M}")

    def _said(self, key: str) -> str:
        words = self._texts.tables.get("instrument-drafts", {}).get(key, "")
        return words.strip().replace("{agency}", self._agency.name)


def details_of(details: Sequence[tuple[str, str]], **changes: str) -> tuple[tuple[str, str], ...]:
    """Details with some set; an empty one is left out."""
    return tuple((key, text) for key, text in (dict(details) | changes).items() if text.strip())


def content_of(instrument: Instrument) -> Content:
    """What was said of an instrument, to be changed or exported."""
    details = dict(instrument.details)
    signatory = details.get("signatory", "")
    return Content(
        number=instrument.number,
        title=instrument.title,
        dated=instrument.dated,
        effective_on=instrument.effective_on,
        rules=instrument.rules,
        phones=instrument.phones,
        details=instrument.details,
        signatory=signatory,
        outside_signatory=None if signatory else instrument.signatory,
    )


def read_day(text: str) -> date | None:
    """A day as a person types it, in Thai or as 2026-01-31; None for nothing. Raises RefusedActionError."""
    text = text.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        if (written := written_date(text)) is None:
            raise RefusedActionError("instrument-day-unreadable", text[:40]) from None
        return written
    if day.year > LAST_YEAR:
        raise RefusedActionError("instrument-day-unreadable", text)
    return day


def with_file(kind: InstrumentKind, content: Content, file: InstrumentFile) -> Content:
    """Content with what a file says in its place. Only announcements of channels have titles of their own."""
    said = {
        name: getattr(file, name)
        for name in ("number", "title", "dated", "effective_on", "phones", "signatory")
        if getattr(file, name) is not None and (name != "title" or kind is InstrumentKind.CHANNELS)
    }
    if file.rule is not None:
        said["rules"] = tuple(ChannelRule(**rule.model_dump()) for rule in file.rule)
    if file.signed_outside is not None:
        said |= {"outside_signatory": Signatory(**file.signed_outside.model_dump()), "signatory": ""}
    written = {key: text for key, text in file.details.items() if key not in KEPT}
    return replace(content, **said, details=details_of(content.details, **written))
