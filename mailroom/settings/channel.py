"""What the core must know of any channel, and the announcement of channels."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mailroom.settings.section import Day, Section

LONG_AGO = date(1970, 1, 1)

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


class ChatSection(ChannelSection):
    """The table of a channel that knows turns of a conversation."""

    quiet_seconds: Annotated[int, Field(ge=5, le=86_400)] = Field(
        120, description="After so long without a word what one person said becomes one submission, and is registered."
    )
    dialogue_minutes: Annotated[int, Field(ge=5, le=10_080)] = Field(
        60, description="A guided dialogue that is left half way is submitted as it stands after so long."
    )
    largest_content_mb: Annotated[float, Field(gt=0, le=1000)] = Field(
        200, description="Largest picture, video or file that is taken; of a larger one the entry says so."
    )

    @property
    def begins_on(self) -> date | None:
        """There is no backlog at such a channel: from the first delivery on everything is processed."""
        return LONG_AGO


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `mailroom doctor` tried."""

    what: str
    ok: bool
    text: str
    """What works, or what does not and the remedy."""
