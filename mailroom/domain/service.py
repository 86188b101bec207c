"""The catalogue of services and the directory of other agencies."""

from dataclasses import dataclass, field

from mailroom.domain.primer import Primer


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """One item of the checklist of the public manual (R63)."""

    name: str


@dataclass(frozen=True, slots=True)
class LicenceField:
    """An item that only licences of one service show."""

    key: str
    label: str
    label_en: str = ""
    required: bool = False
    public: bool = True
    """Whether it is published unless the agency decides otherwise (R107)."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the public manual, คู่มือสำหรับประชาชน, in machine form (R63)."""

    key: str
    name: str
    name_en: str = ""
    law: str = ""
    unit: str = ""
    days: int = 30
    """Working days for the decision; 30 where no period is set (R78)."""
    fee: float = 0.0
    words: tuple[str, ...] = ()
    """What citizens call it. The largest lever of the classifier on the first day."""
    documents: tuple[RequiredDocument, ...] = ()
    licence: bool = False
    channels: tuple[str, ...] = ("email", "line")
    licence_name: str = ""
    """Title of the licence as printed; the service's name where it is empty."""
    must_display: bool = True
    """A law requires the licence to be displayed, so that it must be published as well (R30)."""
    months: int = 12
    """How long a licence holds; 0 where it does not lapse."""
    renewal_by_payment: bool = False
    """Payment alone renews it (R73)."""
    conditions: tuple[str, ...] = ()
    """Conditions that every licence of this kind prints."""
    fields: tuple[LicenceField, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherAgency:
    """An agency that is directly responsible for matters that are not ours (R19)."""

    name: str
    words: tuple[str, ...] = ()
    email: str = ""
    url: str = ""
    phone: str = ""

    @property
    def reachable(self) -> bool:
        """A notice must name a channel of the responsible agency (R19)."""
        return bool(self.email or self.url or self.phone)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What we do, and who does what we do not."""

    services: tuple[Service, ...] = ()
    agencies: tuple[OtherAgency, ...] = ()
    primer: Primer | None = field(default=None, compare=False)
    """What was learned of them before delivery."""

    def service(self, key: str | None) -> Service | None:
        return next((s for s in self.services if s.key == key), None)

    def agency(self, name: str | None) -> OtherAgency | None:
        return next((a for a in self.agencies if a.name == name), None)
