"""services.toml and agencies.toml."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from mailroom.settings.channel import ChannelName
from mailroom.settings.section import Section


class DocumentSection(Section):
    name: str = Field(description="Name of the document, as the public manual has it.")


class LicenceFieldSection(Section):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="Short name: small letters, digits, underscores."
    )
    label: str = Field(description="What the licence prints before it, in Thai.")
    label_en: str = Field("", description="The same in English.")
    required: bool = Field(False, description="Whether a licence without it cannot be submitted.")
    public: bool = Field(True, description="Whether it is published unless the agency decides otherwise (R107).")


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
    licence_name: str = Field("", description="Title of the licence as printed; the name of the service when empty.")
    must_display: bool = Field(
        True, description="Whether a law requires the licence to be displayed, so that it is published too (R30)."
    )
    months: Annotated[int, Field(ge=0, le=1200)] = Field(
        12, description="How many months a licence holds; 0 when it does not lapse."
    )
    renewal_by_payment: bool = Field(False, description="Whether payment alone renews it (R73).")
    conditions: tuple[str, ...] = Field((), description="Conditions that every licence of this kind prints.")
    fields: tuple[LicenceFieldSection, ...] = Field(
        (), description='Items that only this licence shows: [{ key = "seats", label = "จำนวนที่นั่ง" }].'
    )


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
