"""Tables of agency.toml about backups (R61)."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mailroom.settings.section import ClockTime, Secret, Section, Weekday

_NAME = r"^[a-z0-9][a-z0-9-]{0,30}$"


class KeepSection(Section):
    daily: Annotated[int, Field(ge=1)] = Field(14, description="So many days keep their latest copy.")
    weekly: Annotated[int, Field(ge=0)] = Field(8, description="So many weeks keep theirs.")
    monthly: Annotated[int, Field(ge=0)] = Field(24, description="So many months keep theirs.")
    yearly: Annotated[int, Field(ge=0)] = Field(10, description="So many years keep theirs.")


class TargetSection(Section):
    name: Annotated[str, Field(pattern=_NAME)] = Field(description="Short name of the target.")
    kind: Literal["restic", "mirror"] = Field(
        description='"restic": encrypted and deduplicated, anywhere; "mirror": plain files on a second disk, from which '
        "the archive heals."
    )
    address: Annotated[str, Field(min_length=1)] = Field(
        description="Folder, or for restic also s3:https://HOST/BUCKET, sftp:USER@HOST:PATH, rest:https://HOST/."
    )
    password: Secret | None = Field(
        None, description="Password of the restic repository; without it nothing can be restored. Keep it on paper too."
    )
    environment: dict[str, Secret] = Field(
        default_factory=dict,
        description='What the target asks for besides: { AWS_ACCESS_KEY_ID = { file = "…" }, … }.',
    )
    append_only: bool = Field(False, description="The target keeps everything; old copies are let go by its owner.")
    keep: KeepSection = Field(default_factory=KeepSection, description="Which copies are kept.")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.kind == "restic" and self.password is None:
            raise ValueError('a restic target needs password = { file = "…" }')
        if self.kind == "mirror" and not Path(self.address).is_absolute():
            raise ValueError("the address of a mirror is an absolute path on another disk")
        return self


class BackupSection(Section):
    """Copies of everything, kept elsewhere."""

    at: ClockTime = Field(time(2, 0), description="When the daily backup begins, Thai time.")
    drill: Weekday = Field(
        "sun", description="On this day each week the latest copy is restored into a scratch folder and compared."
    )
    scratch: Path | None = Field(
        None, description="Folder for drills; relative to this file. Default: drill inside data_dir."
    )
    target: tuple[TargetSection, ...] = Field((), description="One [[backup.target]] for each place that copies go to.")

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name for one in self.target]
        if len(set(names)) != len(names):
            raise ValueError("two targets have the same name")
        return self
