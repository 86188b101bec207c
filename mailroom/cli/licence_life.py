"""`licence suspend`, `resume`, `revoke`, `cease`: acts that need no paper, published at once."""

from typing import Annotated

import typer

from mailroom.cli.licence_parts import AsOption, PasswordOption, ReasonOption, ServiceOption, approver, office
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption
from mailroom.domain.licence import Licence

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
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        _say(joined.life.suspend(joined.licence(licence, service).id, clerk, reason, hearing))


def resume(
    licence: LicenceArgument,
    as_user: AsOption,
    reason: ReasonOption,
    service: ServiceOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """End a suspension."""
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        _say(joined.life.resume(joined.licence(licence, service).id, clerk, reason))


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
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        _say(joined.life.revoke(joined.licence(licence, service).id, clerk, reason, hearing))


def cease(
    licence: LicenceArgument,
    as_user: AsOption,
    reason: ReasonOption,
    service: ServiceOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """เลิกกิจการ, as the holder notified."""
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        _say(joined.life.cease(joined.licence(licence, service).id, clerk, reason))


def _say(licence: Licence) -> None:
    typer.echo(f"{licence.number}: {licence.status}, published")
