"""`once`, `run`, `demo`: the work itself."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap import House, attachments, journal, matches, search
from mailroom.cli.display import progress
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.services.dispatch import send_letters
from mailroom.services.rounds import Round


def add_to(app: typer.Typer) -> None:
    app.command()(once)
    app.command()(run)
    app.command()(demo)


def once(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """One full pass: poll, process, dispatch; then exit."""
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_house(loaded) as house:
        rounds, sent = full_pass(house)
    if as_json:
        typer.echo(json.dumps({"accounts": [_object(one) for one in rounds], "sent": sent}, ensure_ascii=False))
    else:
        for one in rounds:
            typer.echo(_sentence(one))
        typer.echo(f"letters sent: {sent}")
    for one in rounds:
        if one.error:
            typer.echo(f"mailroom: {one.account}: {one.error}", err=True)
    if any(one.error for one in rounds):
        raise typer.Exit(1)


def full_pass(house: House) -> tuple[list[Round], int]:
    """Every account once, then what is approved, then every letter that is due. The second value counts letters sent."""
    rounds = []
    for talks in house.talks.values():
        talks.full_pass()
    for watch in house.watches:
        with progress(f"taking {watch.inbox.account}") as report:
            rounds.append(house.rounds.receive(watch, report))
    if house.papers.awaits_signature():
        house.papers.licences.turns.run()
    house.reminders.run()
    sent = asyncio.run(send_letters(house.dispatchers))
    journal.finish(house)
    attachments.catch_up(house)
    search.catch_up(house)
    matches.finish(house)
    return rounds, sent


def _object(one: Round) -> dict[str, object]:
    return {
        "channel": one.channel,
        "account": one.account,
        "taken": one.taken.messages,
        "processed": one.processed,
        "awaiting_consent": one.taken.awaiting_consent,
        "error": one.error or None,
    }


def _sentence(one: Round) -> str:
    if one.taken.awaiting_consent:
        return (
            f"{one.account}: dry run, nothing was taken or answered: {one.taken.awaiting_consent} messages are there. "
            f"Set since = DATE in [channels.{one.channel}.imap]: mail from that day on is processed and answered, "
            "older mail is archived and listed only"
        )
    return f"{one.account}: {one.taken.messages} taken, {one.processed} processed"


def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """The daemon and the clerks' queue, until stopped."""
    loaded = bootstrap.load(config)
    logs.configure(loaded.settings.daemon.log_level)
    from mailroom.cli.serve import serve

    with bootstrap.open_house(loaded) as house:
        serve(house)


def demo(
    stop: Annotated[bool, typer.Option("--exit", help="Stop after the table.")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder to work in.", file_okay=False)] = None,
    port: Annotated[int, typer.Option(help="Port of the queue; 0 takes a free one.")] = 0,
) -> None:
    """The main job on embedded servers with a sample mailbox; leaves the queue open."""
    from mailroom.cli.serve import found_genuine, serve
    from mailroom.demo.run import demo as run_demo

    raise typer.Exit(run_demo(stop=stop, folder=folder, port=port, once=full_pass, serve=serve, verify=found_genuine))
