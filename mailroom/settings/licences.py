"""The table [licences] of agency.toml: how papers are released, delivered and published."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mailroom.settings.section import Secret, Section


class LicencesSection(Section):
    release: Literal["one-person", "two-person"] = Field(
        "two-person",
        description="Whether somebody other than who submitted a paper must approve it (two-person), or may do both.",
    )
    authority: str = Field(
        "", description="Position of ผู้อนุญาต, as the public licence database names it; the agency's name when empty."
    )
    largest_enclosure_mb: Annotated[float, Field(gt=0, le=50)] = Field(
        10, description="A larger document is not mailed; its holder gets a one-time link instead."
    )
    link_days: Annotated[int, Field(ge=1, le=90)] = Field(7, description="So many days a one-time link can be used.")
    remind_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        (60, 30, 7), description="Holders are reminded so many days before their licence lapses; [] for never."
    )
    renew_by: Literal["deemed", "entered"] = Field(
        "deemed",
        description="Whether a renewal is in time by when it counts as received (deemed), or by when it entered the "
        "system (entered); decide with your legal officer (R16).",
    )
    thai_digits: bool = Field(False, description="Whether papers print their numbers and dates in Thai digits.")
    emblem: Path | None = Field(
        None, description="Drawing at the head of papers, the garuda or the agency's own: an SVG or PNG file."
    )
    publish_to: Path | None = Field(
        None, description="Folder into which the public licence database is written as static files after each change."
    )
    ckan_url: str = Field("", description="Address of a CKAN site (GD Catalog) to which the data set may be pushed.")
    ckan_organisation: str = Field("", description="Name of the agency's organisation at that site.")
    ckan_key: Secret | None = Field(None, description='Key for that site: { env = "NAME" } or { file = "PATH" }.')
