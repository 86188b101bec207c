"""What the commands on copies share: where a copy is, and how things are said."""

import getpass
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mailroom.bootstrap.restoring import PASSWORD, From, needs_password
from mailroom.domain.agency import BANGKOK
from mailroom.domain.errors import ConfigurationError

FromOption = Annotated[
    str, typer.Option("--from", help="Name of a target in agency.toml, or an address: a folder, s3:…, sftp:…, rest:…")
]
PasswordOption = Annotated[
    Path | None, typer.Option(help=f"File with the restic password; else {PASSWORD}, else it is asked for.")
]


@contextmanager
def source(place: str, config: Path, password_file: Path | None) -> Iterator[From]:
    """Where a copy is. Asks for the password where nothing names it. Raises ConfigurationError."""
    wanted = From(place=place, config=config, password_file=password_file)
    if needs_password(wanted):
        if not sys.stdin.isatty():
            raise ConfigurationError(f"the password of {place} is needed: --password-file FILE, or set {PASSWORD}")
        os.environ[PASSWORD] = getpass.getpass("Password of the copies (it is not shown): ")
    yield wanted


def say(value: object, lines: Sequence[str], *, as_json: bool) -> None:
    """For a machine, or for a person."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False))
        return
    for line in lines:
        typer.echo(line)


def moment(at: datetime) -> str:
    """In Thailand."""
    return f"{at.astimezone(BANGKOK):%Y-%m-%d %H:%M}"


def size(count: int) -> str:
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"


def time_taken(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
