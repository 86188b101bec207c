"""The command line: exit code 0, or non-zero with one clear sentence on standard error."""

import os
import sys
from typing import NoReturn

import typer

from mailroom import __version__, siblings
from mailroom.cli import accounts, announce, exports, keeping, keys, licence, line, mailbox, operation, setup
from mailroom.domain.errors import MailroomError, RefusedActionError
from mailroom.paths import CONFIG
from mailroom.texts import load_texts

app = typer.Typer(
    name="mailroom",
    help="Electronic saraban: custody, register, acknowledgement and queue for citizens' mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
setup.add_to(app)
operation.add_to(app)
exports.add_to(app)
accounts.add_to(app)
licence.add_to(app)
announce.add_to(app)
line.add_to(app)
keeping.add_to(app)
keys.add_to(app)
mailbox.add_to(app)


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
