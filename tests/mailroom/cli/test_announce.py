"""`announce`: every step of the head's instruments from the command line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mailroom import bootstrap
from mailroom.bootstrap import papers
from mailroom.cli.announce import announce
from mailroom.domain.clerk import Role
from mailroom.domain.errors import ConfigurationError, RefusedActionError
from mailroom.services.chancery import Chancery as Joined
from mailroom.services.sign_in import SignIn
from mailroom.testing import MemoryArchive, MemoryBooks
from tests.support.instruments import CLERK, HEAD, Chancery
from tests.support.web_site import KEPT, PASSWORD, PASSWORDS


class Terminal:
    """Types commands at one agency."""

    def __init__(self, chancery: Chancery, folder: Path) -> None:
        self.chancery = chancery
        self.folder = folder
        self.config = folder / "agency.toml"

    def __call__(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(announce, [*words, "--config", str(self.config)], input=typed)

    def says(self, *words: str, typed: str = "") -> str:
        answer = self(*words, typed=typed)
        assert answer.exception is None, answer.exception
        return answer.stdout

    def refuses(self, code: str, *words: str, typed: str = "") -> None:
        answer = self(*words, typed=typed)
        assert isinstance(answer.exception, RefusedActionError), answer.exception
        assert answer.exception.code == code


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The commands on books in memory; only what opens them is replaced."""
    chancery = Chancery(MemoryBooks(), MemoryArchive())
    with chancery.books.begin() as uow:
        uow.clerks.add(HEAD, chancery.head.display_name, KEPT, role=Role.APPROVER, position=chancery.head.position)
        uow.commit()

    @contextmanager
    def opened(_configuration: Any, *, signing: bool = False) -> Iterator[Joined]:
        yield chancery.joined

    def sign_in(_configuration: Any, books: Any, _clock: Any = None) -> SignIn:
        day = timedelta(days=1)
        return SignIn(books=books, clock=chancery.clock, idle=day, absolute=day, passwords=PASSWORDS)

    monkeypatch.setattr(bootstrap, "load", lambda path: path)
    monkeypatch.setattr(papers, "open_chancery", opened)
    monkeypatch.setattr(bootstrap, "sign_in", sign_in)
    return Terminal(chancery, tmp_path)


CONTENT = """
number = "1/2569"
effective_on = 2026-12-01
phones = ["0 2000 0009"]
signatory = "head"
[details]
hours = "ทุกวัน"
[[rule]]
channel = "email"
address = "saraban@bantuayang.example"
services = ["food-shop"]
ends_on = 2027-12-31
"""


def test_from_draft_to_the_public_file(terminal: Terminal) -> None:
    """A file, the steps, and what a machine reads at the end."""
    file = terminal.folder / "content.toml"
    file.write_text(CONTENT, encoding="utf-8")
    assert terminal.says("draft", "channels", "--as", CLERK, "--from", str(file)) == "1 channels draft\n"
    assert terminal.says("change", "1", "--as", CLERK, "--number", "2/2569") == "1 channels draft\n"
    assert terminal.says("submit", "1", "--as", CLERK) == "1 channels submitted\n"
    pdf = terminal.folder / "seen.pdf"
    seen = terminal("preview", "1", "--output", str(pdf))
    digest = seen.stderr.removeprefix("digest: ").strip()
    assert pdf.read_bytes().startswith(b"%PDF")
    sign = ("sign", "1", "--as", HEAD, "--password-stdin", "--digest")
    terminal.refuses("wrong-password", *sign, digest, typed="falsch\n")
    terminal.refuses("instrument-other-rendition", *sign, "0" * 64, typed=f"{PASSWORD}\n")
    terminal.refuses("instrument-other-rendition", *sign, digest[:4], typed=f"{PASSWORD}\n")
    assert terminal.says(*sign, digest[:12], typed=f"{PASSWORD}\n") == "1 channels signed\n"
    assert terminal.says("publish", "1", "--as", CLERK) == "1 channels published\n"
    terminal.chancery.clock.advance(days=10)
    exported = json.loads(terminal.says("export"))
    assert (exported["source"], exported["number"], exported["phones"]) == ("instrument", "2/2569", ["0 2000 0009"])
    assert exported["channels"][0]["ends_on"] == "2027-12-31"


def test_a_json_file_says_the_same(terminal: Terminal) -> None:
    file = terminal.folder / "content.json"
    rule = {"channel": "line", "address": "@bantuayang", "starts_on": "2026-12-01"}
    file.write_text(json.dumps({"number": "3/2569", "effective_on": "2026-12-01", "rule": [rule]}), encoding="utf-8")
    terminal.says("draft", "channels", "--as", CLERK, "--from", str(file))
    shown = json.loads(terminal.says("show", "1", "--json"))
    assert (shown["number"], shown["effective_on"]) == ("3/2569", "2026-12-01")
    assert [(one["channel"], one["starts_on"]) for one in shown["channels"]] == [("line", "2026-12-01")]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.toml", "number = "), ("a.json", "[1]"), ("a.toml", "colour = 1"), ("a.json", '{"effective_on": "soon"}')],
)
def test_a_file_that_cannot_be_used_is_named(terminal: Terminal, name: str, text: str) -> None:
    file = terminal.folder / name
    file.write_text(text, encoding="utf-8")
    answer = terminal("draft", "channels", "--as", CLERK, "--from", str(file))
    assert isinstance(answer.exception, ConfigurationError)
    assert str(file) in str(answer.exception)


def test_flags_fill_a_channel_table(terminal: Terminal) -> None:
    terminal.says("draft", "channels", "--as", CLERK, "--channel", "email=a@b.go.th", "--channel", "line=@b")
    shown = json.loads(terminal.says("show", "1", "--json"))
    assert [(one["channel"], one["address"]) for one in shown["channels"]] == [("email", "a@b.go.th"), ("line", "@b")]
    assert terminal("draft", "channels", "--as", CLERK, "--channel", "a@b.go.th").exit_code == 2
    terminal.refuses("rule-channel", "draft", "channels", "--as", CLERK, "--channel", "fax=1")


def test_show_prints_the_text_and_its_doubts(terminal: Terminal) -> None:
    """As the head will read it."""
    terminal.says("draft", "channels", "--as", CLERK, "--channel", "email=info@gmail.com", "--signatory", HEAD)
    shown = terminal.says("show", "1")
    assert "มาตรา 10 วรรคหนึ่ง" in shown
    assert "ข้อ 1 ช่องทางอิเล็กทรอนิกส์" in shown
    assert "warning: free-mail info@gmail.com" in shown


def test_what_was_signed_on_paper_is_recorded(terminal: Terminal) -> None:
    """With its scan; the list says how each stands."""
    scan = terminal.folder / "scan.pdf"
    scan.write_bytes(b"%PDF-scan")
    flags = ("--number", "9/2566", "--dated", "2023-08-01", "--signatory", HEAD)
    terminal.says("draft", "system", "--as", CLERK, *flags)
    terminal.refuses("instrument-not-approver", "record", "1", "--as", CLERK)
    assert terminal.says("record", "1", "--as", HEAD, "--pdf", str(scan)) == "1 system published\n"
    assert terminal.says("list").split()[:4] == ["1", "system", "in-force", "9/2566"]
    assert [one["standing"] for one in json.loads(terminal.says("list", "--json"))] == ["in-force"]


def test_the_gazette_comes_whole_or_not_at_all(terminal: Terminal) -> None:
    display = terminal.chancery.signed(kind=_display())
    number = str(display.id)
    terminal.refuses("gazette-incomplete", "gazette", number, "--as", CLERK, "--volume", "143")
    assert "gazetting" in terminal.says("gazette", number, "--as", CLERK)
    whole = ("--volume", "143", "--part", "301 ง", "--page", "12", "--dated", "2026-11-20")
    terminal.says("gazette", number, "--as", CLERK, *whole)
    assert "published" in terminal.says("publish", number, "--as", CLERK)


def test_the_other_steps(terminal: Terminal) -> None:
    """Sent back, replaced, withdrawn; somebody unknown may do nothing."""
    submitted = terminal.chancery.instruments.submit(terminal.chancery.draft().id, terminal.chancery.clerk)
    sent_back = ("send-back", str(submitted.id), "--as", HEAD, "--reason", "แก้เบอร์")
    assert "draft" in terminal.says(*sent_back)
    published = terminal.chancery.published()
    assert "draft" in terminal.says("replace", str(published.id), "--as", CLERK)
    withdraw = ("withdraw", str(published.id), "--reason", "เลิกใช้", "--as")
    terminal.refuses("no-such-clerk", *withdraw, "nobody")
    assert "withdrawn" in terminal.says(*withdraw, HEAD)
    terminal.refuses("no-such-instrument", "show", "99")
    terminal.refuses("instrument-day-unreadable", "publish", "1", "--as", CLERK, "--effective", "2569-12-01")


def test_the_compliance_sheet(terminal: Terminal) -> None:
    """As PDF, and for machines (R40)."""
    sheet = terminal.folder / "sheet.pdf"
    terminal.says("compliance", "--output", str(sheet))
    assert sheet.read_bytes().startswith(b"%PDF")
    found = json.loads(terminal.says("compliance", "--json"))
    assert (found["complete"], found["due_on"], found["days_left"]) == (False, "2023-08-07", -1203)
    assert [(one["kind"], one["standing"]) for one in found["instruments"]] == [
        ("channels", "missing"),
        ("system", "missing"),
        ("display", "missing"),
    ]


def _display() -> Any:
    from mailroom.domain.instrument import InstrumentKind

    return InstrumentKind.DISPLAY
