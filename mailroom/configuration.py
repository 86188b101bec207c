"""One agency's configuration, read and validated as a whole: three files and the tables of its channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from channels import CHANNELS, ChannelSection
from mailroom.calendar import office_hours
from mailroom.domain.agency import BANGKOK, Agency, Announcement, OfficeHours
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.service import Catalogue, LicenceField, OtherAgency, RequiredDocument, Service
from mailroom.primer import FilePrimer
from mailroom.settings import AgenciesFile, Secret, Section, ServicesFile, Settings
from mailroom.settings_files import read_toml, validated
from mailroom.stages.instrument_checks import FREE_MAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the files say, in the core's own terms."""

    path: Path
    settings: Settings
    channels: Mapping[str, ChannelSection]
    agency: Agency
    catalogue: Catalogue
    announcement: Announcement | None

    @property
    def data_dir(self) -> Path:
        return (self.path.parent / self.settings.storage.data_dir).resolve()

    @property
    def database(self) -> str:
        return self.settings.storage.database or f"sqlite:///{self.data_dir / 'mailroom.db'}"

    @property
    def hours(self) -> OfficeHours:
        """Worked out when asked for: most commands need no calendar."""
        return office_hours(self.settings.hours, datetime.now(BANGKOK).date())

    @property
    def base_url(self) -> str:
        return self.agency.base_url

    def since(self, channel: str) -> datetime | None:
        """From when on a channel's mail is processed and answered: midnight in Thailand of the configured day."""
        day = self.channels[channel].begins_on
        return datetime.combine(day, time(), BANGKOK).astimezone(UTC) if day else None


def load(path: Path) -> Configuration:
    """Read and validate everything. Raises ConfigurationError naming file, key and remedy."""
    path = path.resolve()
    settings = validated(Settings, read_toml(path), source=path)
    channels = {name: _channel(name, table, path) for name, table in settings.channels.items()}
    if not channels:
        raise ConfigurationError(f"{path}: channels: no channel is configured; add [channels.email]")
    catalogue = _catalogue(path.parent, primed=settings.learning.primer)
    return Configuration(
        path=path,
        settings=settings,
        channels=channels,
        agency=_agency(settings, channels),
        catalogue=catalogue,
        announcement=_announcement(settings),
    )


def warnings(configuration: Configuration) -> list[str]:
    """What is allowed but worth a second look."""
    found = []
    for name, channel in configuration.channels.items():
        for address in sorted(channel.all_addresses):
            local, _, domain = address.partition("@")
            if domain in FREE_MAIL:
                found.append(f"channels.{name}: {address} is on a free mail service (R62)")
            if address == channel.public_address.lower() and not local.startswith("saraban"):
                found.append(f"channels.{name}.address: a central mailbox is to begin with saraban (R42)")
        found += [f"channels.{name}.{text}" for text in _unset_secrets(channel)]
    found += [f"signing.{text}" for text in _unset_secrets(configuration.settings.signing)]
    found += [f"licences.{text}" for text in _unset_secrets(configuration.settings.licences)]
    for target in configuration.settings.backup.target:
        found += [f"backup.target {target.name}: {text}" for text in _unset_secrets(target)]
    if not configuration.catalogue.services:
        found.append("services.toml: no service is listed; every request will be held for a clerk")
    return found


def _unset_secrets(section: Section, prefix: str = "") -> list[str]:
    """Secrets that are named but not there, each with its key."""
    found = []
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Secret):
            try:
                value.reveal()
            except ConfigurationError as error:
                found.append(f"{prefix}{name}: {error}")
        elif isinstance(value, Section):
            found += _unset_secrets(value, f"{prefix}{name}.")
    return found


def _channel(name: str, table: Mapping[str, object], path: Path) -> ChannelSection:
    if name not in CHANNELS:
        raise ConfigurationError(f"{path}: channels.{name}: unknown channel; known are: {', '.join(CHANNELS)}")
    return validated(CHANNELS[name].settings, table, source=path, prefix=f"channels.{name}")


def _agency(settings: Settings, channels: Mapping[str, ChannelSection]) -> Agency:
    section, web = settings.agency, settings.web
    place = section.place
    parts = (("ต.", place.tambon), ("อ.", place.amphoe), ("จ.", place.changwat))
    return Agency(
        key=section.key,
        name=section.name,
        name_en=section.name_en,
        aliases=section.aliases,
        letter_prefix=section.letter_prefix,
        phone=section.phone,
        place=" ".join(f"{mark}{name}" for mark, name in parts if name),
        base_url=(web.base_url or f"http://{web.host}:{web.port}").rstrip("/"),
        central_address=(channels.get("email") or next(iter(channels.values()))).public_address,
        addresses=frozenset().union(*(channel.all_addresses for channel in channels.values())),
        officer_addresses=frozenset().union(*(channel.officers for channel in channels.values())),
    )


def _announcement(settings: Settings) -> Announcement | None:
    section = settings.announcement
    if section is None:
        return None
    return Announcement(section.effective_on, section.channels, section.number, section.url, section.line_id)


def _catalogue(folder: Path, *, primed: bool) -> Catalogue:
    services, agencies = folder / "services.toml", folder / "agencies.toml"
    listed = validated(ServicesFile, read_toml(services) if services.exists() else {}, source=services)
    others = validated(AgenciesFile, read_toml(agencies) if agencies.exists() else {}, source=agencies)
    return Catalogue(
        services=tuple(
            Service(
                key=one.key,
                name=one.name,
                name_en=one.name_en,
                law=one.law,
                unit=one.unit,
                days=one.days,
                fee=one.fee,
                words=one.words,
                documents=tuple(RequiredDocument(document.name) for document in one.documents),
                licence=one.licence,
                channels=one.channels,
                licence_name=one.licence_name,
                must_display=one.must_display,
                months=one.months,
                renewal_by_payment=one.renewal_by_payment,
                conditions=one.conditions,
                fields=tuple(
                    LicenceField(item.key, item.label, item.label_en, item.required, item.public) for item in one.fields
                ),
            )
            for one in listed.service
        ),
        agencies=tuple(OtherAgency(one.name, one.words, one.email, one.url, one.phone) for one in others.agency),
        primer=FilePrimer() if primed else None,
    )
