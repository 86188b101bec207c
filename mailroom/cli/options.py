"""Options that several commands share."""

import re
from pathlib import Path
from typing import Annotated

import typer

from mailroom.domain.register import RegisterNumber

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="MAILROOM_CONFIG", help="The agency's configuration file.", dir_okay=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]

DEFAULT_CONFIG = Path("agency.toml")

_NUMBER = re.compile(r"(\d{1,7})/(\d{4})", re.ASCII)


def case_number(text: str) -> RegisterNumber:
    """Of a number as people write it. Raises typer.BadParameter."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        raise typer.BadParameter("write the number of the case as 12/2569")
    return RegisterNumber(int(found[2]), int(found[1]))
