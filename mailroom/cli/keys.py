"""`keys`: the keyring, its recovery sheet, and what becomes of both."""

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.bootstrap.keys import key_service, keybox, recovery_sheet
from mailroom.cli.keeping_parts import moment, say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.keys import NewSheet
from mailroom.services.keeping.keys import KeyService
from storage.disk import sync_folder
from storage.lock import FolderLock

keys = typer.Typer(help="Keys of the archive, and the recovery sheet for the safe.", no_args_is_help=True)

RECOVERY_KEY = "MAILROOM_RECOVERY_KEY"
KeyFileOption = Annotated[
    Path | None,
    typer.Option("--key-file", help=f"File with the recovery key; else {RECOVERY_KEY}, else it is asked for."),
]


SheetOption = Annotated[
    Path, typer.Option("--sheet", help="Where to write the recovery sheet (PDF): print it, then remove it.")
]
PasswordsOption = Annotated[
    bool, typer.Option("--with-passwords", help="Print the passwords of the copies on the sheet as well.")
]


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")


@contextmanager
def _service(config: Path) -> Iterator[tuple[Configuration, KeyService]]:
    loaded = bootstrap.load(config)
    _require_owner(loaded.data_dir)
    with bootstrap.open_books(loaded) as books:
        yield loaded, key_service(loaded, books)


def _require_owner(data: Path) -> None:
    """Files of keys that root wrote could not be read by the program, which would find out at its next start."""
    if data.exists() and (owner := data.stat().st_uid) != os.geteuid():
        raise ConfigurationError(
            f"{data} belongs to user {owner}; run this as that user: sudo -u '#{owner}' mailroom keys …"
        )


@keys.command()
def init(
    sheet: SheetOption,
    with_passwords: PasswordsOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Make the keyring and its recovery sheet; from now on what is archived is encrypted. Stop the program first."""
    with _service(config) as (loaded, service), FolderLock(loaded.data_dir):
        service.make(_printer(loaded, sheet, with_passwords))
    lines = [
        f"keyring: {service.box.place}",
        *_print_lines(sheet),
        "without keyring and sheet nothing of the archive can be read again; neither is in any backup in clear",
    ]
    say(
        {"keyring": str(service.box.place), "sheet": str(sheet), "public": service.box.state().public},
        lines,
        as_json=as_json,
    )


@keys.command(name="sheet")
def new_sheet(
    sheet: SheetOption,
    with_passwords: PasswordsOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """A new recovery sheet for one that was lost or seen by others; the keys stay. Older copies open with the old sheet."""
    with _service(config) as (loaded, service):
        service.renew_sheet(_printer(loaded, sheet, with_passwords))
    lines = [
        *_print_lines(sheet),
        "make a copy now (mailroom backup run); copies made before open with the old sheet alone: keep it as long as them",
        "was the old one seen by others: also mailroom keys rotate --drop-old",
    ]
    say({"sheet": str(sheet)}, lines, as_json=as_json)


@keys.command()
def show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """What the keyring holds, without any key."""
    state = keybox(bootstrap.load(config)).state()
    found = {
        "keyring": state.place,
        "newest": state.newest,
        "held": list(state.held),
        "public": state.public,
        "made_at": state.made_at.isoformat(),
        "tested_at": state.tested_at.isoformat() if state.tested_at else None,
    }
    tried = moment(state.tested_at) if state.tested_at else "never; type it in: mailroom keys test"
    lines = [
        f"{state.place}: made {moment(state.made_at)}, keys {', '.join(map(str, state.held))}",
        f"evidence is checked with {state.public}",
        f"recovery sheet tried: {tried}",
    ]
    say(found, lines, as_json=as_json)


@keys.command()
def rotate(
    drop_old: Annotated[
        bool,
        typer.Option(
            "--drop-old",
            help="Forget older keys, as after a leak: copies made before open with the sheet alone. Stop the program first.",
        ),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """A new key wraps everything; no segment is written anew. Repeat it when it was cut short."""
    with _service(config) as (loaded, service):
        if drop_old:
            with FolderLock(loaded.data_dir):
                number, wrapped = service.rotate(drop_old=True)
        else:
            number, wrapped = service.rotate(drop_old=False)
    lines = [f"key {number} is in use, and wraps {wrapped} keys of segments anew; the recovery sheet stays valid"]
    if drop_old:
        lines.append("make a copy now: mailroom backup run; copies made before open with the recovery sheet alone")
    else:
        lines.append("a running program takes the new key with its next start")
    say({"newest": number, "wrapped": wrapped}, lines, as_json=as_json)


@keys.command(name="test")
def try_sheet(
    key_file: KeyFileOption = None, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Type the recovery sheet in: does it open the copy of the keyring that lies in every backup?"""
    with _service(config) as (_, service):
        service.test(recovery_key(key_file))
    say({"ok": True}, ["the sheet opens the copy of the keyring; try it again within 90 days"], as_json=as_json)


@keys.command()
def recover(key_file: KeyFileOption = None, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Bring a lost keyring back from the copy beside the archive, with the recovery sheet."""
    with _service(config) as (_, service):
        service.recover(recovery_key(key_file))
    say({"keyring": str(service.box.place)}, [f"the keyring is back: {service.box.place}"], as_json=as_json)


def recovery_key(key_file: Path | None) -> str:
    """From a file, a variable, or a person. Raises ConfigurationError."""
    if key_file is not None:
        try:
            lines = key_file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"the recovery key {key_file} cannot be read ({error})") from error
        return "".join(line for line in lines if not line.startswith("#"))
    if typed := os.environ.get(RECOVERY_KEY):
        return typed
    if not sys.stdin.isatty():
        raise ConfigurationError(f"the recovery key of the sheet is needed: --key-file FILE, or set {RECOVERY_KEY}")
    return getpass.getpass("Recovery key of the sheet (it is not shown): ")


def _printer(loaded: Configuration, path: Path, passwords: bool) -> Callable[[NewSheet], None]:
    """Writes the sheet, durable on return: what it opens is made only afterwards."""

    def write(new: NewSheet) -> None:
        content = recovery_sheet(loaded, new, passwords=passwords)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(path.absolute().parent)
        except FileExistsError as error:
            raise ConfigurationError(f"{path} is there already; name another file for the recovery sheet") from error
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written ({error.strerror}); name another file") from error

    return write


def _print_lines(sheet: Path) -> list[str]:
    return [
        f"recovery sheet: {sheet}",
        "print both pages, put them into two safes, type one in (mailroom keys test), then remove the file:",
        f"  shred -u {sheet}",
    ]
