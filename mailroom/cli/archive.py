"""`archive`: what lies in the archive from before there was a keyring."""

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.sealing import seal_service
from mailroom.cli.display import bytes_progress
from mailroom.cli.keeping_parts import say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.domain.backup import Sealing

archive = typer.Typer(help="The archive itself.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(archive, name="archive")


@archive.command()
def seal(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Seal what was archived before there was a keyring. Stop the program first; safe to interrupt and to repeat."""
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_books(loaded) as books:
        sealing = seal_service(loaded, books).run(bytes_progress)
    left = [{"subject": one.subject, "text": one.text} for one in sealing.left]
    say(
        {"segments": list(sealing.segments), "records": sealing.records, "left": left}, _lines(sealing), as_json=as_json
    )
    if left:
        raise typer.Exit(1)


def _lines(sealing: Sealing) -> list[str]:
    if not sealing.segments and not sealing.left:
        return ["Everything is sealed."]
    lines = [f"{len(sealing.segments)} segments are sealed now; {sealing.records} messages, papers and letters moved."]
    lines += [f"not sealed: {one.subject}: {one.text}" for one in sealing.left]
    return lines
