"""Nothing is shown of which nobody said what it shows: every address and every command is listed."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from starlette.routing import Mount, Route

from mailroom import bootstrap, starter
from mailroom.bootstrap.papers import join_public
from mailroom.cli.commands import COMMANDS as TOP
from mailroom.cli.commands import loaded
from mailroom.cli.read_table import COMMANDS
from mailroom.cli.read_table import Nothing as NothingPrinted
from mailroom.cli.site import site
from mailroom.domain.privacy import How
from mailroom.web.public.look import FolderLook, public_pages
from mailroom.web.read_table import READ_TABLE, showing
from mailroom.web.reads import ABOUT, Nothing, Shown
from mailroom.web.webhooks import webhook_route
from storage.sealing.keyring import new_keyring
from storage.sealing.recovery import new_recovery_key

WEBHOOK = "/line/webhook"
BY_OTHER_ROWS = ("/instruments/", "/privacy/", "/retention/")
"""Addresses whose `{id}` is no message, licence or paper."""


def commands(command: Any, words: tuple[str, ...]) -> Iterator[str]:
    """Every command by its words; a group that does something by itself too."""
    if not hasattr(command, "list_commands"):
        yield " ".join(words)
        return
    if command.invoke_without_command:
        yield " ".join(words)
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from commands(command.get_command(context, name), (*words, name))


def test_every_command_says_what_it_shows() -> None:
    """A new command fails here until mailroom/cli/read_table.py lists it; one that is gone leaves the list."""
    found = {words for name in TOP for words in commands(loaded(name), (name,))}
    assert found == set(COMMANDS)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """Of the whole application as the daemon serves it."""
    folder: Path = tmp_path_factory.mktemp("agency")
    mailbox = {"address": "saraban@klong.example", "imap.host": "imap.klong.example", "smtp.host": "smtp.klong.example"}
    users = {f"{server}.username": "saraban" for server in ("imap", "smtp")}
    channel = {f"channels.email.{key}": value for key, value in (mailbox | users).items()}
    named = {"agency.key": "klong", "agency.name": "อบต.คลองใหม่", "keys.keyring": "keyring"}
    starter.write(folder, named | channel)
    new_keyring(new_recovery_key()[1], datetime(2026, 1, 5, tzinfo=UTC)).save(folder / "keyring")
    loaded = bootstrap.load(folder / "agency.toml")
    with bootstrap.open_house(loaded) as house, ExitStack() as stack:
        pages = public_pages(loaded.agency)
        public = join_public(house.papers.shop, FolderLook(pages), stack)
        webhooks: Any = {WEBHOOK: lambda: None}
        return list(site(house, public, pages, release_soon=lambda: None, webhooks=webhooks).routes)  # type: ignore[attr-defined]


def test_every_address_says_what_it_shows(routes: list[Any]) -> None:
    """A new address fails here, and stops the start, until mailroom/web/read_table.py lists it."""
    served: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Mount):
            assert route.path.startswith("/static")
        elif route.path != WEBHOOK:
            assert isinstance(route, Route)
            served.setdefault(route.path, set()).update((route.methods or set()) - {"HEAD"})
    listed = {path: set(methods) for path, methods in READ_TABLE.items() if not path.startswith("/static")}
    assert served == listed


def test_an_address_that_is_not_listed_stops_the_start() -> None:
    """Nobody can forget: the error names the file."""
    with pytest.raises(LookupError, match=r"GET /new: .*read_table\.py"):
        showing("/new", "GET")


def test_every_address_of_a_row_can_be_barred() -> None:
    """What names a message, a licence or a paper begins as those that a restricted case is kept behind."""
    for path in READ_TABLE:
        if "{id}" in path and not path.startswith(BY_OTHER_ROWS):
            assert any(path == one or path.startswith(f"{one}/") for one in ABOUT), path


def test_lists_say_why_nothing_is_shown() -> None:
    """Each reason is a sentence, and what is shown is shown in a way that exists."""
    every = [one for methods in READ_TABLE.values() for one in methods.values()]
    for one in (*every, *COMMANDS.values()):
        if isinstance(one, Nothing | NothingPrinted):
            assert len(one.why.split()) > 1
        else:
            assert one.how in set(How)
    assert sum(isinstance(one, Shown) for one in every) > 20


def test_a_webhook_shows_nothing() -> None:
    """It takes deliveries in and answers with a state alone; it is the only route beside the lists."""
    found: Any = webhook_route(WEBHOOK, lambda: None)  # type: ignore[arg-type, return-value]
    assert found.path == WEBHOOK
