"""A file that says what an announcement or order of the head is to contain; `mailroom announce draft --from` reads it."""

from typing import Annotated, Literal

from pydantic import Field

from mailroom.settings.section import Day, Section


class RuleSection(Section):
    channel: Literal["email", "line", "web", "other"] = Field(description="Which channel (R112).")
    address: Annotated[str, Field(min_length=1)] = Field(
        description="E-mail address, LINE id with its @, or web address."
    )
    unit: str = Field("", description="Unit whose channel it is; empty for the agency.")
    services: tuple[str, ...] = Field((), description="Keys of services.toml; empty for every service (R36).")
    starts_on: Day | None = Field(None, description="First day; empty for the day on which the announcement begins.")
    ends_on: Day | None = Field(None, description="Last day; empty for none.")


class OutsideSignatorySection(Section):
    """Who signed, where that happened outside of this system (R37)."""

    name: Annotated[str, Field(min_length=1)] = Field(description="Name as printed.")
    position: str = Field("", description="Position as printed.")
    capacity: str = Field("", description="รักษาราชการแทน or ปฏิบัติราชการแทน; empty for the head in person.")
    on_behalf: str = Field("", description="The position on whose behalf an acting head signed.")


class InstrumentFile(Section):
    """An announcement or order. What is left out keeps what the configuration suggests."""

    number: str | None = Field(None, description="Number as people quote it.")
    title: str | None = Field(None, description="Title, in Thai.")
    dated: Day | None = Field(None, description="The day it bears; the day of submission when left out.")
    effective_on: Day | None = Field(None, description="The day it takes effect; that of publication when left out.")
    phones: tuple[str, ...] | None = Field(None, description="For asking whether something was received (R35).")
    signatory: str | None = Field(None, description="User name of the approver who will sign it.")
    signed_outside: OutsideSignatorySection | None = Field(
        None, description="Who signed it, where that happened outside of this system."
    )
    details: dict[str, str] = Field(default_factory=dict, description="Further items of the text, by key.")
    rule: tuple[RuleSection, ...] | None = Field(None, description="Lines of the channel table.")
