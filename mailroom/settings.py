"""TOML to frozen settings; an unknown key stops the start.

Every field carries its description: `mailroom init` writes them as comments and docs/configuration.md is
generated from them, so that neither can drift.
"""

import os
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from mailroom.domain.agency import BUDDHIST_ERA
from mailroom.domain.errors import ConfigurationError


class Section(BaseModel):
    """A table of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, str_strip_whitespace=True)


class Secret(Section):
    """A secret is named here, never written here: `{ env = "NAME" }` or `{ file = "PATH" }`."""

    env: str | None = Field(None, description="Name of the environment variable that holds the secret.")
    file: Path | None = Field(None, description="File that holds the secret on its first line; mode 0600.")

    @model_validator(mode="before")
    @classmethod
    def _never_in_clear(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError('a secret must not stand in the file; write { env = "NAME" } or { file = "PATH" }')  # noqa: TRY004
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("name exactly one of env and file")
        return self

    def reveal(self) -> str:
        """The secret itself. Raises ConfigurationError, naming where it was looked for."""
        if self.env is not None:
            value = os.environ.get(self.env)
            if not value:
                raise ConfigurationError(f"the environment variable {self.env} is not set; set it to the secret")
            return value
        assert self.file is not None  # noqa: S101 - _one_source has seen to it
        try:
            return self.file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"the secret file {self.file} cannot be read ({error}); check path and mode"
            ) from error


class PlaceSection(Section):
    tambon: str = Field("", description="ตำบล / แขวง.")
    amphoe: str = Field("", description="อำเภอ / เขต.")
    changwat: str = Field("", description="จังหวัด.")


class AgencySection(Section):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = Field(
        description="Short name of the agency in tables and file names: small letters, digits and hyphens. Never change it."
    )
    name: Annotated[str, Field(min_length=1)] = Field(description="Name of the agency in Thai, as letters show it.")
    name_en: str = Field("", description="Name in English.")
    aliases: tuple[str, ...] = Field((), description="Other names by which citizens call the agency.")
    letter_prefix: str = Field(
        "", description="Letter code of the agency's own official letters, for example อท 52301."
    )
    phone: str = Field("", description="Telephone for asking whether a message was received (R35).")
    place: PlaceSection = Field(default_factory=PlaceSection, description="Where the agency is.")


def _common_era(day: date) -> date:
    """A year of the Buddhist era would lie 543 years ahead: no mail would ever be answered. Raises ValueError."""
    if day.year > _LAST_YEAR:
        raise ValueError(
            f"{day.year} is a year of the Buddhist era; write that of the common era, "
            f"{day.year - BUDDHIST_ERA}-{day.month:02}-{day.day:02}"
        )
    return day


_LAST_YEAR = 2400
Day = Annotated[date, AfterValidator(_common_era)]
"""A day of the common era. A field of the name `date` would hide the type besides."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HolidayEntry(Section):
    date: Day = Field(description="The day.")
    name: str = Field("", description="Its name.")


class HoursSection(Section):
    timezone: Literal["Asia/Bangkok"] = Field("Asia/Bangkok", description="Time zone of the agency.")
    days: tuple[Weekday, ...] = Field(
        ("mon", "tue", "wed", "thu", "fri"), description="Working days (R17: confirm them)."
    )
    open: time = Field(time(8, 30), description="Opening time.")
    close: time = Field(time(16, 30), description="Closing time.")
    close_inclusive: bool = Field(False, description="Whether exactly closing time still counts for that day.")
    holidays: Literal["TH", "none"] = Field("TH", description="National list of holidays to follow.")
    extra_holidays: tuple[HolidayEntry, ...] = Field(
        (), description='Days off by cabinet resolution or of the agency: { date = 2026-01-02, name = "…" }.'
    )
    working_dates: tuple[Day, ...] = Field(
        (), description="Days that the agency works although the lists say otherwise."
    )

    @field_validator("open", "close", mode="before")
    @classmethod
    def _clock_time(cls, value: object) -> object:
        if isinstance(value, str):
            try:
                return time.fromisoformat(value)
            except ValueError as error:
                raise ValueError('write a time of day as "08:30"') from error
        return value

    @model_validator(mode="after")
    def _opens_before_closing(self) -> Self:
        if self.open >= self.close:
            raise ValueError("open must be earlier than close")
        if not self.days:
            raise ValueError("name at least one working day")
        return self


class StorageSection(Section):
    data_dir: Path = Field(
        Path("data"), description="Folder for archive and database; relative to this file. A local disk."
    )
    database: str = Field("", description='Database address. Default: "sqlite:///" inside data_dir.')

    @field_validator("database")
    @classmethod
    def _supported(cls, value: str) -> str:
        if value and not value.startswith("sqlite:///"):
            raise ValueError('only "sqlite:///PATH" is supported')
        return value


class RegisterSection(Section):
    year_by: Literal["deemed", "entered"] = Field(
        "deemed", description="Which time gives an entry its year: deemed receipt (R15) or entry into the system (R14)."
    )


class AnswersSection(Section):
    per_sender_per_day: Annotated[int, Field(ge=1)] = Field(
        20,
        description="Most letters that one address gets within 24 hours; what exceeds it is registered without a letter.",
    )
    official_letters: bool = Field(True, description="Whether letters from other agencies get an acknowledgement.")


ChannelName = Literal["email", "line"]
"""Channels that an agency of the starting level may announce (R112)."""


class AnnouncementSection(Section):
    effective_on: Day = Field(description="Day from which the head's announcement of channels is in force (R20).")
    channels: tuple[ChannelName, ...] = Field(
        ("email",), description="Announced channels, read by this program or not."
    )
    line_id: Annotated[str, Field(pattern=r"^(@\S+)?$")] = Field(
        "", description="Id of the LINE Official Account, with its @, where LINE is announced (R113)."
    )
    number: str = Field("", description="Number of the announcement, as letters quote it.")
    url: str = Field("", description="Where the announcement is published.")

    @model_validator(mode="after")
    def _line_can_be_found(self) -> Self:
        if "line" in self.channels and not self.line_id:
            raise ValueError('LINE is announced: add line_id = "@…", so that a notice can name it')
        return self


class WebSection(Section):
    host: str = Field("127.0.0.1", description="Address to listen on; keep it behind a reverse proxy with TLS.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="Port to listen on.")
    base_url: str = Field("", description="Address of the queue as browsers see it. Default: http://host:port.")
    session_idle_minutes: Annotated[int, Field(ge=1)] = Field(
        30, description="A clerk is signed out after so long without use."
    )
    session_hours: Annotated[int, Field(ge=1)] = Field(
        10, description="A clerk is signed out after so long in any case."
    )


class DaemonSection(Section):
    poll_seconds: Annotated[int, Field(ge=5, le=3600)] = Field(
        60, description="Longest time between two looks at a mailbox, whether or not the server announces new mail."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")


class Settings(Section):
    """agency.toml. Tables of channels are validated by the channel that they name."""

    agency: AgencySection = Field(description="Who the agency is.")
    hours: HoursSection = Field(default_factory=HoursSection, description="Working days and hours (R15, R17).")
    storage: StorageSection = Field(default_factory=StorageSection, description="Where everything is kept.")
    register_: RegisterSection = Field(
        default_factory=RegisterSection, alias="register", description="The register of letters received."
    )
    answers: AnswersSection = Field(default_factory=AnswersSection, description="Limits of automatic letters.")
    announcement: AnnouncementSection | None = Field(
        None, description="The head's announcement of channels. Leave it out until one is in force (R20)."
    )
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict, description="One table for each channel in use.")
    web: WebSection = Field(default_factory=WebSection, description="The clerks' queue.")
    daemon: DaemonSection = Field(default_factory=DaemonSection, description="The daemon.")


class ChannelSection(Section):
    """The table of a channel: what the core must know of any of them."""

    @property
    def public_address(self) -> str:
        """The address that citizens write to."""
        raise NotImplementedError

    @property
    def all_addresses(self) -> frozenset[str]:
        """Every address of our own, lower-case."""
        raise NotImplementedError

    @property
    def officers(self) -> frozenset[str]:
        """Addresses of officers who pass citizens' messages on, lower-case."""
        return frozenset()

    @property
    def begins_on(self) -> date | None:
        """From which day on messages are processed and answered; None when no day is set."""
        return None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `mailroom doctor` tried."""

    what: str
    ok: bool
    text: str
    """What works, or what does not and the remedy."""


class DocumentSection(Section):
    name: str = Field(description="Name of the document, as the public manual has it.")


class ServiceSection(Section):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = Field(
        description="Short name: small letters, digits, hyphens."
    )
    name: str = Field(description="Name of the service in Thai.")
    name_en: str = Field("", description="Name in English.")
    law: str = Field("", description="Law on which it rests.")
    unit: str = Field("", description="Unit that is responsible.")
    days: Annotated[int, Field(ge=0)] = Field(30, description="Period of decision in days (R63, R78).")
    fee: Annotated[float, Field(ge=0)] = Field(0, description="Fee in baht.")
    words: tuple[str, ...] = Field((), description="What citizens call it, in their own everyday words.")
    documents: tuple[DocumentSection, ...] = Field((), description='Documents required: [{ name = "…" }] (R63).')
    licence: bool = Field(True, description="Whether the result is a licence.")
    channels: tuple[ChannelName, ...] = Field(("email", "line"), description="Channels on which it may be asked for.")


class ServicesFile(Section):
    """services.toml: the public manual, คู่มือสำหรับประชาชน, in machine form."""

    service: tuple[ServiceSection, ...] = ()

    @model_validator(mode="after")
    def _distinct_keys(self) -> Self:
        keys = [service.key for service in self.service]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"two services have the key {key}; give each its own")
        return self


class OtherAgencySection(Section):
    name: str = Field(description="Name of the agency that is directly responsible (R19).")
    words: tuple[str, ...] = Field((), description="What citizens write about when they mean it.")
    email: str = Field("", description="Its central mailbox.")
    url: str = Field("", description="Its web page.")
    phone: str = Field("", description="Its telephone.")


class AgenciesFile(Section):
    """agencies.toml: other agencies, for redirects. Without email, url or phone a clerk decides."""

    agency: tuple[OtherAgencySection, ...] = ()
