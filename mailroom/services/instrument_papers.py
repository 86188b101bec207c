"""From one announcement or order to what its template prints (docs/documents.md; R24, R27-R29, R34-R38)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from mailroom.domain.agency import Agency, ChannelRule
from mailroom.domain.instrument import Instrument, InstrumentKind, Signatory
from mailroom.domain.service import Catalogue, Service
from mailroom.domain.signature import Seal
from mailroom.domain.texts import Texts
from mailroom.ports import Json, Renderer
from mailroom.services.papers import ARABIC, THAI, Style
from mailroom.stages.codes import grouped
from mailroom.stages.normalise import to_arabic_digits
from mailroom.stages.thai import thai_date, to_thai_digits

TEMPLATES: Mapping[InstrumentKind, str] = MappingProxyType(
    {
        InstrumentKind.CHANNELS: "announcement-channels.v1",
        InstrumentKind.SYSTEM: "order-system.v1",
        InstrumentKind.DISPLAY: "announcement-display.v1",
    }
)
BLANK = "." * 40
"""Stands in a draft for what is not known yet."""


class InstrumentPapers:
    """Papers of one agency. Equal instruments give equal bytes."""

    def __init__(
        self,
        *,
        agency: Agency,
        catalogue: Catalogue,
        texts: Texts,
        renderer: Renderer,
        public_url: str,
        style: Style | None = None,
    ) -> None:
        """`public_url` is where the public pages begin, `texts` are the Thai ones."""
        self._agency = agency
        self._catalogue = catalogue
        self._texts = texts
        self._renderer = renderer
        self._url = public_url.rstrip("/")
        self._style = style or Style()

    @property
    def thai_digits(self) -> bool:
        return self._style.thai_digits

    def render(self, instrument: Instrument, at: datetime, *, draft: bool = False) -> bytes:
        """The unsigned PDF; a draft says on every page that it is one. Raises RenderingError."""
        return self._renderer.render(TEMPLATES[instrument.kind], self.printed(instrument, draft=draft), at=at)

    def place_of_signature(self, kind: InstrumentKind) -> Seal | None:
        """Where the signature can be clicked; None where the template leaves no place of its own."""
        return self._renderer.seal(TEMPLATES[kind])

    def address(self, instrument: Instrument) -> str:
        """Of the public page, as the QR holds it."""
        return f"{self._url}/announcements/{instrument.code}"

    def printed(self, instrument: Instrument, *, draft: bool = False) -> dict[str, Json]:
        """The data of the template. Addresses, codes and telephones keep Arabic digits: they are typed."""
        signatory, gazette = instrument.signatory, instrument.gazette
        common: dict[str, Json] = {
            "digits": THAI if self._style.thai_digits else ARABIC,
            "demo": self._style.demo,
            "draft": draft,
            **({"emblem": self._style.emblem} if self._style.emblem else {}),
            "agency": self._agency.name,
            "head": self._head(signatory),
            "number": self._figures(instrument.number),
            "title": self._figures(instrument.title),
            "dated": self._day(instrument.dated) or BLANK,
            "effective_on": self._effective(instrument.effective_on),
            "signer": _signer(signatory),
            "more": self._points(instrument, "more"),
            "qr": {"qr": self.address(instrument)},
            "code": grouped(instrument.code),
            "verify_at": self.address(instrument),
        }
        if gazette:
            common["gazette"] = {
                "volume": self._figures(gazette.volume),
                "part": self._figures(gazette.part),
                "page": self._figures(gazette.page),
                "dated": self._day(gazette.dated),
            }
        return common | self._own(instrument)

    def _own(self, instrument: Instrument) -> dict[str, Json]:
        """What only this kind prints."""
        if instrument.kind is InstrumentKind.CHANNELS:
            return {
                "channels": [self._line(rule, instrument.rules) for rule in instrument.rules],
                "phones": list(instrument.phones),
                "hours": self._item(instrument, "hours"),
            }
        if instrument.kind is InstrumentKind.SYSTEM:
            return {
                "system": self._item(instrument, "system"),
                "uses": self._points(instrument, "uses"),
                "responsible": self._pairs(instrument, "responsible", "person", "duty"),
                "signatures": self._pairs(instrument, "signatures", "document", "level"),
                "backup": self._item(instrument, "backup"),
            }
        return {
            "licences": self._pairs(instrument, "licences", "licence", "law"),
            "ways": self._points(instrument, "ways"),
            "seconds": self._item(instrument, "seconds") or self._figures("5"),
        }

    def _line(self, rule: ChannelRule, every: Sequence[ChannelRule]) -> dict[str, Json]:
        """One line of the channel table. What is for everything says so where another line is not."""
        some = any(one.services for one in every)
        services = (self._catalogue.service(key) or Service(key, key) for key in rule.services)
        names = ", ".join(one.name for one in services)
        return {
            "channel": self._texts.label("channels", rule.channel),
            "address": rule.address,
            "unit": self._figures(rule.unit),
            "services": names or (self._texts.label("instruments", "every-service") if some else ""),
            "period": self._period(rule),
        }

    def _period(self, rule: ChannelRule) -> str:
        first, last = self._day(rule.starts_on), self._day(rule.ends_on)
        key = f"{'from' if first else ''}{'to' if last else ''}"
        words = self._texts.label("instrument-periods", key) if key else ""
        return words.replace("{first}", first).replace("{last}", last)

    def _head(self, signatory: Signatory | None) -> str:
        """Whose power it is: of the head, also where somebody signs for the head (R37)."""
        if signatory is None:
            return BLANK
        return signatory.on_behalf or signatory.position or self._agency.name

    def _effective(self, on: date | None) -> str:
        return self._texts.label("instruments", "on-day").replace("{day}", self._day(on)) if on else ""

    def _item(self, instrument: Instrument, key: str) -> str:
        return self._figures(dict(instrument.details).get(key, ""))

    def _points(self, instrument: Instrument, key: str) -> list[Json]:
        return [line.strip() for line in self._item(instrument, key).splitlines() if line.strip()]

    def _pairs(self, instrument: Instrument, key: str, left: str, right: str) -> list[Json]:
        """Lines of the form `this | that`."""
        parted = (str(line).partition("|") for line in self._points(instrument, key))
        return [{left: first.strip(), right: second.strip()} for first, _, second in parted]

    def _figures(self, text: str) -> str:
        return to_thai_digits(text) if self._style.thai_digits else text

    def _day(self, on: date | None) -> str:
        return self._figures(thai_date(on)) if on else ""


def file_name(instrument: Instrument) -> str:
    """ASCII, and telling: `channels-1-2569.pdf`; by its code where it has no number."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", to_arabic_digits(instrument.number)).strip("-")
    return f"{instrument.kind}-{plain or instrument.code.lower()}.pdf"


def _signer(signatory: Signatory | None) -> dict[str, Json]:
    shown = signatory or Signatory(name=BLANK, position=BLANK)
    return {
        "name": shown.name,
        "position": shown.position,
        "capacity": shown.capacity,
        "on_behalf": shown.on_behalf,
    }
