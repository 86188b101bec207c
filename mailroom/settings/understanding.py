"""Tables of agency.toml about reading attachments, finding requests that come twice, and learning from clerks."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from mailroom.settings.section import Section


class AttachmentsSection(Section):
    """How attachments are read. All of it in a process of its own, under limits."""

    read: bool = Field(True, description="Whether the text of attachments is read, for clerks and for their search.")
    ocr: bool = Field(
        False,
        description="Whether pictures and scanned pages are read with Tesseract (Debian: tesseract-ocr, "
        "tesseract-ocr-tha). Slow: seconds for each page.",
    )
    seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        30.0,
        description="Processor time that each step of reading one attachment may cost: its words, its codes, and OCR of "
        "one page, which needs two seconds.",
    )
    memory_mb: Annotated[int, Field(ge=256, le=8192)] = Field(
        1024, description="Memory that reading one attachment may use, in megabytes."
    )
    clamav: Path | None = Field(
        None, description="Socket of clamd, for example /var/run/clamav/clamd.ctl; without one no virus is looked for."
    )


class MatchingSection(Section):
    """Requests that come twice, by two channels or in new words. They are proposed to a clerk, and never merged."""

    days: Annotated[int, Field(ge=0, le=365)] = Field(
        30, description="Each request or complaint is compared with those of so many days before it; 0 compares none."
    )


class LearningSection(Section):
    """What is done by itself, and when a clerk is asked instead."""

    primer: bool = Field(
        True,
        description="Whether the model that comes with the program has a say. It knows services and agencies by key and "
        "name as they are shipped, and has no opinion of others.",
    )
    automatic: bool = Field(
        True, description="Whether a model trained on the clerks' corrections may take over where it proved better."
    )
    error_redirect: Annotated[float, Field(gt=0, le=0.2)] = Field(
        0.01, description="Share of automatic redirects to another agency that may be wrong."
    )
    error_service: Annotated[float, Field(gt=0, le=0.5)] = Field(
        0.05, description="Share of automatically found services that may be wrong."
    )
    audit_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.05, description="Share of what went automatically that a clerk decides once more without seeing the answer."
    )
    audit_per_day: Annotated[int, Field(ge=0)] = Field(
        20, description="At least so many a day, where there are so many."
    )
    retrain_after: Annotated[int, Field(ge=1)] = Field(
        50, description="After so many new corrections a model is trained; each night in any case."
    )
