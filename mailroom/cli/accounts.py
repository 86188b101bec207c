"""Clerks: who may sign in to the queue."""

import getpass
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption
from mailroom.cli.read_table import actor
from mailroom.domain.clerk import Role

clerks = typer.Typer(help="Clerks who may sign in to the queue.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(clerks, name="clerk")


@clerks.command()
def add(
    username: Annotated[str, typer.Argument(help="Name to sign in with.")],
    name: Annotated[str, typer.Option(help="Name to show.")] = "",
    role: Annotated[Role, typer.Option(help="clerk, or approver: the head or who acts for the head.")] = Role.CLERK,
    position: Annotated[str, typer.Option(help="Position as papers print it below the signature.")] = "",
    capacity: Annotated[str, typer.Option(help="For example: รักษาราชการแทน นายกเทศมนตรี (R37).")] = "",
    password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Add a clerk, or change one: name, role, position and password become what is said here."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked()
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books:
        clerk = bootstrap.sign_in(loaded, books).add_clerk(
            username, name or username, password, role=role, position=position, capacity=capacity
        )
    typer.echo(f"{clerk.username} may sign in as {clerk.role}")


@clerks.command()
def link(
    username: Annotated[str, typer.Argument(help="Clerk who will use the link.")],
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long the link works.")] = 15,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Print a link that signs a clerk in once."""
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books:
        token = bootstrap.sign_in(loaded, books).new_link(username, timedelta(minutes=minutes))
    typer.echo(bootstrap.login_address(loaded, token))


@clerks.command()
def clear(
    username: Annotated[str, typer.Argument(help="Clerk who is named, for example นายทะเบียนข้อมูลข่าวสารลับ.")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it back.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Name a clerk for secret matter: only who is named opens what is marked secret (R58)."""
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books, books.begin() as uow:
        clerk = uow.clerks.clear(username, datetime.now(UTC), actor(), cleared=not withdraw)
        uow.commit()
    if clerk is None:
        raise typer.BadParameter(f"there is no clerk {username}; add them first: mailroom clerk add")
    typer.echo(f"{clerk.username} {'may' if clerk.cleared else 'may no longer'} open what is marked secret")


def _asked() -> str:
    first = getpass.getpass("Password (at least 12 characters): ")
    if getpass.getpass("Once more: ") != first:
        raise typer.BadParameter("the two passwords differ; try again")
    return first
