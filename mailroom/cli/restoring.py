"""`restore`: from a copy to an installation that can be started, on a machine where there is nothing yet."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.key_source import KEYRING, KeySource
from mailroom.bootstrap.restoring import data_elsewhere, restore_all, restore_case, restore_one, store_at
from mailroom.cli.display import bytes_progress
from mailroom.cli.keeping_parts import FromOption, PasswordOption, moment, say, source
from mailroom.cli.keys import KeyFileOption, recovery_key
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, case_number
from mailroom.cli.read_table import note_read
from mailroom.services.keeping.restore import Restored

restore = typer.Typer(help="Put a copy back.", invoke_without_command=True)

ToOption = Annotated[Path | None, typer.Option("--to", help="Folder to put it into.", file_okay=False)]
PointOption = Annotated[str, typer.Option(help="Which copy, by its id or its beginning; the newest when left out.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(restore, name="restore")


@restore.callback()
def restore_everything(
    context: typer.Context,
    place: FromOption = "",
    to: ToOption = None,
    point: PointOption = "",
    password_file: PasswordOption = None,
    key_file: KeyFileOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Put a copy into an empty folder and check it. Repeat the command if it was cut short."""
    if context.invoked_subcommand:
        return
    folder = _needed(place, to)
    logs.configure("error")
    keys = KeySource(config=config, ask=partial(recovery_key, key_file))
    with (
        source(place, config, password_file) as wanted,
        store_at(wanted) as store,
        bytes_progress(f"restoring to {folder}") as done,
    ):
        restored = restore_all(store, point, folder, keys, done)
    say(_restored_object(restored), _restored_lines(restored), as_json=as_json)
    if restored.differences:
        raise typer.Exit(1)


@restore.command()
def message(
    what: Annotated[str, typer.Argument(metavar="ID|DIGEST", help="Id of a message, or SHA-256 of what is wanted.")],
    place: FromOption = "",
    to: ToOption = None,
    point: PointOption = "",
    password_file: PasswordOption = None,
    key_file: KeyFileOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Bring one message or document out of a copy, as a file; nothing else is touched."""
    folder = _needed(place, to)
    logs.configure("error")
    _note(config, "restore message", what if what.isalnum() and what.isascii() else "unknown")
    keys = KeySource(config=config, ask=partial(recovery_key, key_file))
    with (
        source(place, config, password_file) as wanted,
        store_at(wanted) as store,
        bytes_progress(f"restoring to {folder}") as done,
    ):
        file = restore_one(store, point, what.lower(), folder, keys, done)
    say({"file": str(file), "bytes": file.stat().st_size}, [f"restored: {file}"], as_json=as_json)


@restore.command()
def case(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="Number in the register of letters received: 12/2569.")
    ],
    place: FromOption = "",
    to: ToOption = None,
    point: PointOption = "",
    password_file: PasswordOption = None,
    key_file: KeyFileOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Bring everything of one case out of a copy, as files in a folder; nothing else is touched."""
    folder, wanted_number = _needed(place, to), case_number(number)
    logs.configure("error")
    _note(config, "restore case", str(wanted_number))
    keys = KeySource(config=config, ask=partial(recovery_key, key_file))
    with (
        source(place, config, password_file) as wanted,
        store_at(wanted) as store,
        bytes_progress(f"restoring to {folder}") as done,
    ):
        target, files = restore_case(store, point, wanted_number, folder, keys, done)
    say({"folder": str(target), "files": files}, [f"restored: {target}, {files} files"], as_json=as_json)


def _note(config: Path, command: str, what: str) -> None:
    """In the books of the agency, where it has any on this machine: an empty one has none to note it in (R109)."""
    if not config.exists():
        return
    loaded = bootstrap.load(config)
    if loaded.data_dir.exists():
        with bootstrap.open_books(loaded) as books:
            note_read(books, command, what)


def _needed(place: str, to: Path | None) -> Path:
    if not place or to is None:
        raise typer.BadParameter("say where from and where to: --from NAME|ADDRESS --to DIR")
    return to


def _restored_object(restored: Restored) -> dict[str, object]:
    return {
        "point": restored.point.id,
        "at": restored.point.at.isoformat(),
        "folder": str(restored.folder),
        "counts": dict(restored.counts),
        "ok": not restored.differences,
        "differences": [{"subject": one.subject, "text": one.text} for one in restored.differences],
    }


def _restored_lines(restored: Restored) -> list[str]:
    folder = restored.folder
    counted = ", ".join(f"{count} {name}" for name, count in restored.counts.items()) or "nothing is kept yet"
    lines = [f"fault: {one.subject}: {one.text}" for one in restored.differences]
    lines += [
        f"restored to {folder}: the copy {restored.point.id} of {moment(restored.point.at)}",
        f"{'DIFFERENCES FOUND' if restored.differences else 'in order'}: {counted}",
    ]
    if named := data_elsewhere(folder):
        lines.append(
            f'its agency.toml names data_dir = "{named}": move {folder / "data"} there, or write data_dir = "data"'
        )
    if (folder / KEYRING).exists():
        lines.append(
            f"the keyring lies in {folder / KEYRING}: move it to where agency.toml names it, outside of the data"
        )
    lines += [
        "no number is given until the last ones that were given are known. Where numbers are noted in the mailbox, the program",
        "finds them when it starts; else they are stated. Next:",
        f"  mailroom fence show --config {folder / 'agency.toml'}",
    ]
    return lines
