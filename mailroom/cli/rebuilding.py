"""`rebuild`: when the database is gone, and no copy of it is left."""

from pathlib import Path

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.rebuilding import rebuild as rebuild_books
from mailroom.cli.keeping_parts import say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.services.keeping.rebuild import Found, Rebuilt


def add_to(app: typer.Typer) -> None:
    app.command()(rebuild)


def rebuild(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """New books from archive, mailbox and journal, when the database is gone and no backup of it is left."""
    logs.configure("error")
    rebuilt = rebuild_books(bootstrap.load(config), lambda _count: None)
    say(_object(rebuilt), _lines(rebuilt, config), as_json=as_json)


def _object(rebuilt: Rebuilt) -> dict[str, object]:
    return {
        "found": {kind.value: rebuilt.found[kind] for kind in Found},
        "numbered": rebuilt.numbered,
        "listed": rebuilt.listed,
        "documents": [{"number": number, "sha256": digest} for number, digest in rebuilt.documents],
        "journal": rebuilt.journal or None,
    }


def _lines(rebuilt: Rebuilt, config: Path) -> list[str]:
    lines = [f"{rebuilt.found[kind]} {kind.value}" for kind in Found if rebuilt.found[kind]]
    lines += [
        f"{rebuilt.numbered} messages get the numbers that they had, with the next pass over the mailbox",
        f"{rebuilt.listed} messages are listed without a number: nobody knows whether they had one",
        *(f"{number} is the document {digest}" for number, digest in rebuilt.documents),
        "not in the archive, and so not rebuilt: clerks and their decisions, what was done when, licences and their",
        "states, conversations, holds and lists, and the register of letters sent; their papers are in the archive",
    ]
    if rebuilt.journal:
        lines += [
            f"the journal did not tell the numbers: {rebuilt.journal}",
            f"no number is given until the last ones are stated: mailroom fence show --config {config}",
        ]
    else:
        lines.append(f"next: mailroom clerk add NAME, then mailroom once --config {config}")
    return lines
