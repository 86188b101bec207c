"""Tables of agency.toml about how long records are kept (R60) and about personal data (R98-R109)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mailroom.settings.section import Section


class RetentionClassSection(Section):
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")] = Field(description="Short name of the class.")
    name: str = Field(description="Its name in Thai, as lists show it.")
    years: Annotated[int, Field(ge=1)] | None = Field(
        None, description="So many years after the end of the year of closing; leave it out for records kept for good."
    )
    services: tuple[str, ...] = Field((), description="Keys of services whose cases belong to it.")


class RetentionSection(Section):
    """How long cases are kept (R60). Nothing is ever deleted by itself; confirm the classes with your legal officer."""

    default_years: Annotated[int, Field(ge=10)] = Field(
        10, description="Years of cases without a class of their own; ten at least (R60)."
    )
    archives_years: Annotated[int, Field(ge=1)] = Field(
        20, description="After so many years records are due to the National Archives (R60)."
    )
    class_: tuple[RetentionClassSection, ...] = Field(
        (), alias="class", description="One [[retention.class]] for each class."
    )

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [one.key for one in self.class_]
        if len(set(keys)) != len(keys):
            raise ValueError("two classes have the same key")
        return self


class PrivacySection(Section):
    """Who answers for personal data (R104)."""

    contact: str = Field("", description="Data protection officer or contact person, with telephone and e-mail.")
    purpose: str = Field("", description="Purpose and lawful basis, for the records of processing.")
