"""What every table of the configuration is, and values that several of them hold."""

import os
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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


def _clock_time(value: object) -> object:
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError as error:
            raise ValueError('write a time of day as "08:30"') from error
    return value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
"""A time of day in Thailand, written as a text."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
