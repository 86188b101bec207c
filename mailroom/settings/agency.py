"""Tables of agency.toml that say who the agency is and how it works."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from mailroom.settings.section import ClockTime, Day, Section, Weekday


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


class HolidayEntry(Section):
    date: Day = Field(description="The day.")
    name: str = Field("", description="Its name.")


class HoursSection(Section):
    timezone: Literal["Asia/Bangkok"] = Field("Asia/Bangkok", description="Time zone of the agency.")
    days: tuple[Weekday, ...] = Field(
        ("mon", "tue", "wed", "thu", "fri"), description="Working days (R17: confirm them)."
    )
    open: ClockTime = Field(time(8, 30), description="Opening time.")
    close: ClockTime = Field(time(16, 30), description="Closing time.")
    close_inclusive: bool = Field(False, description="Whether exactly closing time still counts for that day.")
    holidays: Literal["TH", "none"] = Field("TH", description="National list of holidays to follow.")
    extra_holidays: tuple[HolidayEntry, ...] = Field(
        (), description='Days off by cabinet resolution or of the agency: { date = 2026-01-02, name = "…" }.'
    )
    working_dates: tuple[Day, ...] = Field(
        (), description="Days that the agency works although the lists say otherwise."
    )

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
