"""Which commands there are, and the module of each, which is loaded when the command is called and no sooner."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

COMMANDS = {
    "init": ("setup", "Write a complete configuration in which every key is explained. Asks for what no flag tells."),
    "check": ("setup", "Validate the configuration without connecting to anything."),
    "doctor": ("setup", "Connect to everything and say what works."),
    "keys": ("keys", "Keys of the archive, and the recovery sheet for the safe."),
    "once": ("operation", "One full pass: poll, process, dispatch; then exit."),
    "run": ("operation", "The daemon and the clerks' queue, until stopped."),
    "demo": ("operation", "The main job on embedded servers with a sample mailbox; leaves the queue open."),
    "clerk": ("accounts", "Clerks who may sign in to the queue."),
    "licence": ("licence", "Licences: prepared, approved, signed, sent and published."),
    "announce": ("announce", "The head's announcements and orders."),
    "line": ("line", "The LINE Official Account."),
    "mailbox": ("mailbox", "Room in the mailbox."),
    "search": ("search", "The full-text index of the queue."),
    "evaluate": (
        "evaluate",
        "Read and decide a folder of labelled mails as in service, and say how often that is right.",
    ),
    "explain": (
        "explain",
        "Say why a message was taken for what it is: reasons, candidates, words that weighed, thresholds, model.",
    ),
    "learn": ("learn", "What the program learned from clerks."),
    "export": ("exports", "Write a register or the message log to a file."),
    "verify": (
        "exports",
        "Check archive, books and chain against each other, independently of the code that wrote them.",
    ),
    "evidence": ("evidence", "Proof that the books are as they were."),
    "privacy": ("privacy", "Personal data: who read what, requests, incidents, record of processing."),
    "retention": (
        "retention",
        "How long cases are kept: yearly lists, holds, the National Archives. Nothing is ever deleted.",
    ),
    "archive": ("archive", "The archive itself."),
    "backup": ("keeping", "Copies of everything, kept elsewhere."),
    "drill": (
        "keeping",
        "Restore the newest copy of each target into a scratch folder and compare it; the scratch is emptied.",
    ),
    "fixity": (
        "keeping",
        "Read the archive again from end to end; what is damaged is put right from a second copy, never removed.",
    ),
    "restore": ("restoring", "Put a copy back."),
    "rebuild": (
        "rebuilding",
        "New books from archive, mailbox and journal, when the database is gone and no backup of it is left.",
    ),
    "fence": ("fences", "After a restore: the last numbers that were given."),
}
"""In the order of the help: module and what the help says in one line. Each module's `add_to` adds its commands."""


class Commands(TyperGroup):
    """Knows names and help of all commands, and loads the one that is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (_, told) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=told))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command and its arguments, loaded."""
        if args[0] in COMMANDS:
            self.add_command(loaded(args[0]))
        return super().resolve_command(ctx, args)


def loaded(name: str) -> Any:
    """The command itself, with everything that it needs."""
    app = typer.Typer(add_completion=False)
    import_module(f"mailroom.cli.{COMMANDS[name][0]}").add_to(app)
    return get_group(app).commands[name]
