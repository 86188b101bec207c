"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="MAILROOM_CONFIG", help="The agency's configuration file.", dir_okay=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]

DEFAULT_CONFIG = Path("agency.toml")
