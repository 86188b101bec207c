"""Commands that show people note it: each as often as it was run, under the account that ran it."""

import os
import pwd
from pathlib import Path

import pytest

from mailroom import bootstrap
from mailroom.cli.read_table import COMMANDS, Shown, actor, note_read
from mailroom.domain.privacy import Read
from mailroom.testing import MemoryBooks
from tests.mailroom.cli.test_licence import agency, demo, issued, licence
from tests.support.installation import Installation

__all__ = ["agency", "demo"]


def reads(agency: Installation) -> list[Read]:
    with bootstrap.open_books(bootstrap.load(agency.config)) as books, books.look() as uow:
        return list(uow.reads.search(limit=1000))[::-1]


def test_each_command_notes_what_it_shows(agency: Installation, tmp_path: Path) -> None:
    """From the paper to the exports: what, which row, and how; who ran it is the account of this machine."""
    number = issued(agency)["number"]
    licence(agency, "list", "--state", "issued")
    licence(agency, "show", "1")
    licence(agency, "show", number, "--service", "food-shop")
    licence(agency, "pdf", "1", "--output", str(tmp_path / "a.pdf"))
    licence(agency, "verify", str(tmp_path / "a.pdf"))
    for sheet in ("register", "outgoing", "messages"):
        agency.run("export", sheet, "--output", str(tmp_path / sheet))
    me = f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    noted = reads(agency)
    assert [(one.what, one.key, one.how, one.listed) for one in noted] == [
        ("paper", "1", "view", ()),
        ("paper", "list", "view", (1,)),
        ("paper", "list", "view", (1,)),
        ("paper", "list", "view", (1,)),
        ("papers", "list", "view", (1,)),
        ("licence", "paper/1", "view", ()),
        ("licence", "1", "view", ()),
        ("document", "1", "download", ()),
        ("export", "register/all", "export", ()),
        ("export", "outgoing/all", "export", ()),
        ("export", "messages/all", "export", ()),
    ]
    assert {one.actor for one in noted} == {me}


def test_an_export_that_cannot_be_noted_writes_nothing(agency: Installation, tmp_path: Path) -> None:
    """The file does not come to be, and the error is a sentence."""
    import sqlite3

    agency.run("export", "messages", "--output", str(tmp_path / "first"))
    with sqlite3.connect(agency.database) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON read_log BEGIN SELECT RAISE(ABORT, 'full'); END")
    refused = agency.run("export", "messages", "--output", str(tmp_path / "second"), fails=True)
    assert refused.stderr.startswith("mailroom: ")
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == ["first"]


def test_a_message_out_of_a_copy_is_a_read(agency: Installation, tmp_path: Path) -> None:
    """Also where it is not found; on a machine without books there is nothing to note it in, and it goes on."""
    copy = ("--from", str(tmp_path), "--to", str(tmp_path / "out"))
    agency.run("restore", "message", "77", *copy, fails=True)
    agency.bare("restore", "message", "78", *copy, "--config", str(tmp_path / "none.toml"), fails=True)
    assert [(one.what, one.key, one.how) for one in reads(agency)] == [("raw", "77", "download")]


def test_only_commands_that_show_people_note_a_read() -> None:
    """One that is listed as showing nobody has no business in the log: the mistake is found at once."""
    books = MemoryBooks()
    with pytest.raises(TypeError, match="backup run"):
        note_read(books, "backup run", "1")
    for name, shown in COMMANDS.items():
        if isinstance(shown, Shown):
            note_read(books, name, "1")
    assert len(books.shelf.reads) == sum(isinstance(one, Shown) for one in COMMANDS.values())


def test_every_command_that_shows_people_calls_for_the_note() -> None:
    """Its own words stand in the code that runs it."""
    source = "".join(one.read_text("utf-8") for one in (Path(__file__).parents[3] / "mailroom/cli").glob("*.py"))
    for name, shown in COMMANDS.items():
        assert not isinstance(shown, Shown) or f', "{name}", ' in source, name


def test_who_became_root_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account is the system's word; for root the one behind it is told too."""
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "somying")
    monkeypatch.setenv("USER", "nobody")
    assert actor() == "cli:root (somying)"
    monkeypatch.delenv("SUDO_USER")
    assert actor() == "cli:root"
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    assert actor() == "cli:4000000"
