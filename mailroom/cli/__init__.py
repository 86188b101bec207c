"""The command line: exit code 0, or non-zero with one clear sentence on standard error."""

import os
import sys
from importlib import import_module
from typing import NoReturn

import typer
from typer.core import TyperGroup

from mailroom import __version__, siblings
from mailroom.domain.errors import MailroomError, RefusedActionError
from mailroom.paths import CONFIG
from mailroom.texts import load_texts

COMMANDS = {
    "init": "setup",
    "check": "setup",
    "doctor": "setup",
    "keys": "keys",
    "once": "operation",
    "run": "operation",
    "demo": "operation",
    "clerk": "accounts",
    "licence": "licence",
    "announce": "announce",
    "line": "line",
    "mailbox": "mailbox",
    "export": "exports",
    "verify": "exports",
    "evidence": "evidence",
    "privacy": "privacy",
    "retention": "retention",
    "archive": "archive",
    "backup": "keeping",
    "drill": "keeping",
    "fixity": "keeping",
    "restore": "restoring",
    "rebuild": "rebuilding",
    "fence": "fences",
}
"""Each command with the module that adds it, in the order of the help. A module is loaded when its command is called."""


class Commands(TyperGroup):
    """Every command of `COMMANDS`, each loaded alone: most of a short command's time is spent on loading."""

    def list_commands(self, _: typer.Context) -> list[str]:  # type: ignore[override]
        return list(COMMANDS)

    def get_command(self, _: typer.Context, cmd_name: str):  # type: ignore[no-untyped-def,override]
        """None for a name that there is not."""
        if cmd_name not in COMMANDS:
            return None
        part = typer.Typer()
        import_module(f"{__name__}.{COMMANDS[cmd_name]}").add_to(part)
        return typer.main.get_group(part).commands[cmd_name]


app = typer.Typer(
    cls=Commands,
    name="mailroom",
    help="Electronic saraban: custody, register, acknowledgement and queue for citizens' mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailroom {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Electronic saraban: custody, register, acknowledgement and queue for citizens' mail."""


def main() -> NoReturn:
    """Run a command. Errors become sentences; a stack trace is shown only with MAILROOM_DEBUG set."""
    try:
        siblings.check()
        app(standalone_mode=True)
    except RefusedActionError as error:
        _fail(load_texts(CONFIG, "en").label("refusals", error.code).replace("{detail}", error.detail))
    except MailroomError as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # the last resort: a person sees a sentence
        if os.environ.get("MAILROOM_DEBUG"):
            raise
        _fail(
            f"unexpected {type(error).__name__}; nothing in custody is lost. Run again with MAILROOM_DEBUG=1 to see where"
        )
    sys.exit(0)


def _fail(text: str) -> NoReturn:
    sys.stderr.write("".join(f"mailroom: {line}\n" for line in text.splitlines()))
    sys.exit(1)
