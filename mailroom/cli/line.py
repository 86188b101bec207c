"""`line`: the agency's Official Account: its webhook, its menu, what may still be pushed (R111-R114)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from channels.line import endpoint, quota, rich_menu
from channels.line.api import LineApi
from channels.line.settings import LineSettings
from mailroom import bootstrap
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.paths import CONFIG

line = typer.Typer(help="The LINE Official Account.", no_args_is_help=True)
menu = typer.Typer(help="The menu under the field that people type in.", no_args_is_help=True)
webhook = typer.Typer(help="Where LINE sends to.", no_args_is_help=True)

FolderOption = Annotated[
    Path | None,
    typer.Option("--folder", help=f"Folder with {rich_menu.FILE} and its picture.", exists=True, file_okay=False),
]


def add_to(app: typer.Typer) -> None:
    line.add_typer(menu, name="menu")
    line.add_typer(webhook, name="webhook")
    app.add_typer(line, name="line")


@contextmanager
def _account(config: Path) -> Iterator[tuple[Configuration, LineSettings, LineApi]]:
    """Raises ConfigurationError when the agency has no account."""
    loaded = bootstrap.load(config)
    settings = loaded.channels.get("line")
    if not isinstance(settings, LineSettings):
        raise ConfigurationError(f"{config}: there is no [channels.line]; add it (see docs/configuration.md)")
    api = LineApi(settings)
    try:
        yield loaded, settings, api
    finally:
        api.close()


@line.command("test")
def try_out(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Have LINE send an empty delivery to our webhook, and say whether it arrived."""
    with _account(config) as (_, _settings, api):
        trial = endpoint.try_out(api)
    if as_json:
        _print(asdict(trial))
    elif trial.success:
        typer.echo(f"LINE reached {trial.url}: {trial.status} {trial.reason}")
    else:
        told = " ".join(str(one) for one in (trial.status or "", trial.reason, trial.detail) if one)
        typer.echo(
            f"LINE did not reach {trial.url}: {told}; is the program running, with its TLS certificate in order?"
        )
    if not trial.success:
        raise typer.Exit(1)


@line.command("quota")
def quota_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """How many messages were pushed this month, and how many may be; replies are free."""
    with _account(config) as (_, settings, api):
        found = quota.read_quota(api)
    if as_json:
        left = None if found.limit is None else max(found.limit - found.used, 0)
        _print({"limit": found.limit, "used": found.used, "left": left, "reserve": settings.quota_reserve})
    elif found.limit is None:
        typer.echo(f"{found.used} pushed this month, without a limit")
    else:
        typer.echo(f"{found.used} of {found.limit} pushed this month; {settings.quota_reserve} are kept for licences")


@webhook.command("set")
def webhook_set(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Register our address at LINE."""
    with _account(config) as (loaded, settings, api):
        url = endpoint.webhook_url(settings, loaded.base_url)
        endpoint.register(api, url)
        found = endpoint.registered(api)
    typer.echo(f"LINE sends to {url}")
    if found is None or not found.active:
        typer.echo("and is not allowed to yet: switch Use webhook on in the LINE Developers console")


@webhook.command("show")
def webhook_show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """What is registered at LINE."""
    with _account(config) as (loaded, settings, api):
        ours, found = endpoint.webhook_url(settings, loaded.base_url), endpoint.registered(api)
    if as_json:
        theirs = asdict(found) if found else {"url": None, "active": False}
        _print({**theirs, "ours": ours})
    elif found is None:
        typer.echo(f"LINE knows no webhook; ours is {ours}")
    else:
        typer.echo(f"LINE sends to {found.url}" + ("" if found.active else ", but is switched off"))
        if found.url != ours:
            typer.echo(f"ours is {ours}")


@menu.command("install")
def menu_install(folder: FolderOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show the menu to everybody; an earlier one of the same name goes."""
    with _account(config) as (loaded, _, api):
        made = rich_menu.load_menu(folder or CONFIG / "line", loaded.base_url)
        typer.echo(f"{made.name}: shown to everybody as {rich_menu.install(api, made)}")


@menu.command("remove")
def menu_remove(folder: FolderOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Take the menu away."""
    with _account(config) as (_, _settings, api):
        name = rich_menu.read_menu_file(folder or CONFIG / "line").name
        typer.echo(f"{name}: {rich_menu.remove(api, name)} removed")


@menu.command("show")
def menu_show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """The menus at LINE; the one that everybody sees is marked."""
    with _account(config) as (_, _settings, api):
        found = rich_menu.installed(api)
    if as_json:
        _print([asdict(one) for one in found])
        return
    for one in found:
        typer.echo(f"{'* ' if one.is_default else '  '}{one.name}  {one.id}  {' · '.join(one.says)}")
    if not found:
        typer.echo("no menu")


def _print(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
