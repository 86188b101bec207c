"""A command loads what it needs, and nothing that only others need: who calls it waits for no more."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.main import get_group
from typer.testing import CliRunner

from mailroom.cli import app
from mailroom.cli.commands import COMMANDS, loaded

HEAVY = {
    *("aiosmtplib", "alembic", "apscheduler", "asyncio", "cryptography", "holidays", "imapclient", "jinja2", "linebot"),
    *("openpyxl", "pikepdf", "pydantic", "pyhanko", "rich", "sqlalchemy", "sqlmodel", "starlette", "typst", "urllib3"),
    *("uvicorn", "xlsxwriter"),
}
"""Each takes a noticeable part of a second."""


def imported(*arguments: str) -> set[str]:
    """Names of the modules that a command loads. The command must succeed."""
    command = [sys.executable, "-X", "importtime", "-m", "mailroom", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) > 50
    return {line.rsplit("|", 1)[1].strip() for line in lines}


def test_the_version_loads_no_command() -> None:
    """Neither a library of weight nor a module of ours beyond the table of commands."""
    names = imported("--version")
    assert not names & HEAVY
    assert {name for name in names if name.startswith("mailroom.cli")} == {"mailroom.cli", "mailroom.cli.commands"}


def test_the_help_loads_no_command() -> None:
    """It lists them all all the same; rich draws it."""
    assert imported("--help") & HEAVY <= {"rich", "asyncio"}


def test_the_help_lists_every_command_in_order() -> None:
    """Each with the words that the table has for it."""
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).output
    places = [told.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)
    for _, words in COMMANDS.values():
        assert words in told


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    """The help of all and the help of the command itself begin alike."""
    told = loaded(name).help.split("\n\n")[0].replace("\n", " ")
    assert told.startswith(COMMANDS[name][1])


def test_every_command_of_a_module_is_in_the_table() -> None:
    """A module that adds a command the table does not know of would add it in vain."""
    for module in {module for module, _ in COMMANDS.values()}:
        root = typer.Typer()
        import_module(f"mailroom.cli.{module}").add_to(root)
        assert set(get_group(root).commands) == {name for name, (one, _) in COMMANDS.items() if one == module}


def test_a_command_that_is_not_there_is_met_with_the_nearest() -> None:
    """Names are known though nothing is loaded."""
    result = CliRunner().invoke(app, ["verfy"])
    assert result.exit_code == 2
    assert "Did you mean 'verify'?" in result.output
