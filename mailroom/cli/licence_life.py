"""`licence suspend`, `resume`, `revoke`, `cease`: acts that need no paper, published at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailroom.cli.licence_parts import AsOption, PasswordOption, ReasonOption, ServiceOption, approver, office
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption
from mailroom.domain.clerk import Clerk
from mailroom.domain.licence import Licence
from mailroom.services.licence_life import LicenceLife

LicenceArgument = Annotated[str, typer.Argument(help="Number or public code of the licence.")]
HearingOption = Annotated[
    str, typer.Option(help="How and when the holder was heard, or the exception by which that is not required (R75).")
]


def add_to(app: typer.Typer) -> None:
    for command in (suspend, resume, revoke, cease):
        app.command()(command)


def suspend(
    licence: LicenceArgument,
    as_user: AsOption,
    reason: ReasonOption,
    hearing: HearingOption,
    service: ServiceOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """พักใช้, until it is resumed."""
    with _at_desk(config, licence, service, as_user, password_stdin) as (life, licence_id, clerk):
        _say(life.suspend(licence_id, clerk, reason, hearing))


def resume(
    licence: LicenceArgument,
    as_user: AsOption,
    reason: ReasonOption,
    service: ServiceOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """End a suspension."""
    with _at_desk(config, licence, service, as_user, password_stdin) as (life, licence_id, clerk):
        _say(life.resume(licence_id, clerk, reason))


def revoke(
    licence: LicenceArgument,
    as_user: AsOption,
    reason: ReasonOption,
    hearing: HearingOption,
    service: ServiceOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """เพิกถอน, for good."""
    with _at_desk(config, licence, service, as_user, password_stdin) as (life, licence_id, clerk):
        _say(life.revoke(licence_id, clerk, reason, hearing))


def cease(
    licence: LicenceArgument,
    as_user: AsOption,
    reason: ReasonOption,
    service: ServiceOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """เลิกกิจการ, as the holder notified."""
    with _at_desk(config, licence, service, as_user, password_stdin) as (life, licence_id, clerk):
        _say(life.cease(licence_id, clerk, reason))


@contextmanager
def _at_desk(
    config: Path, licence: str, service: str, as_user: str, password_stdin: bool
) -> Iterator[tuple[LicenceLife, int, Clerk]]:
    """What every act needs: where it is done, on which licence, and by whom, who has proven it."""
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        yield joined.life, joined.licence(licence, service).id, clerk


def _say(licence: Licence) -> None:
    typer.echo(f"{licence.number}: {licence.status}, published")
