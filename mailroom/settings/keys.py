"""Tables of agency.toml about keys and evidence."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mailroom.settings.section import Section


class KeysSection(Section):
    """Keys of the archive and of the evidence."""

    keyring: Path | None = Field(
        None,
        description="File with the keys, mode 0600; relative to this file, never inside data_dir. Made by `mailroom keys "
        "init`. Without one the archive is not encrypted and nothing is signed.",
    )


class EvidenceSection(Section):
    """What others know of the books, so that nobody can change them unseen."""

    journal: Literal["before-answer", "beside", "off"] = Field(
        "before-answer",
        description='Numbers are noted in a folder of the mailbox: "before-answer" before letters go, "beside" without '
        'letters waiting, "off" not at all; then a person states the last numbers after a restore.',
    )
    journal_folder: Annotated[str, Field(min_length=1)] = Field(
        "mailroom-journal", description="Folder of the mailbox for these notes; made where it is missing."
    )
    witnesses: tuple[str, ...] = Field(
        (), description="E-mail addresses outside of the agency that get each day's checkpoint."
    )
    publish: bool = Field(True, description="Whether checkpoints stand on the public pages.")
