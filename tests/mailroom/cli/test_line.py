"""`mailroom line`: sentences for people, JSON for machines, exit codes for scripts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailroom.cli import app
from mailroom.domain.errors import ConfigurationError
from tests.support.line_end import ACCESS_TOKEN, CHANNEL_SECRET, LineEnd

AGENCY = """
[agency]
key = "bantuayang"
name = "เทศบาลตำบลบ้านตัวอย่าง"

[storage]
data_dir = "data"

[web]
base_url = "https://saraban.example"

[channels.line]
line_id = "@bantuayang"
channel_secret = {{ file = "secret" }}
access_token = {{ file = "token" }}
quota_reserve = 20
api_url = "{url}"
data_url = "{url}"
"""
MAIL = """
[channels.email]
address = "saraban@agency.example"
imap = { host = "127.0.0.1", username = "saraban", password = { env = "NONE" } }
smtp = { host = "127.0.0.1" }
"""
URL = "https://saraban.example/line/webhook"


@pytest.fixture
def line() -> Iterator[LineEnd]:
    with LineEnd() as end:
        end.endpoint = URL
        yield end


@pytest.fixture
def config(tmp_path: Path, line: LineEnd) -> Path:
    """An agency with an account at LINE and nothing else."""
    (tmp_path / "secret").write_text(CHANNEL_SECRET)
    (tmp_path / "token").write_text(ACCESS_TOKEN)
    for name in ("services.toml", "agencies.toml"):
        (tmp_path / name).write_text("")
    path = tmp_path / "agency.toml"
    text = AGENCY.format(url=line.url)
    for name in ("secret", "token"):
        text = text.replace(f'file = "{name}"', f'file = "{tmp_path / name}"')
    path.write_text(text, encoding="utf-8")
    return path


def run(config: Path, *arguments: str, code: int = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, ["line", *arguments, "--config", str(config)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def test_a_webhook_that_is_reached(config: Path, line: LineEnd) -> None:
    """One sentence; exit 0."""
    assert run(config, "test") == f"LINE reached {URL}: 200 OK\n"
    told = json.loads(run(config, "test", "--json"))
    assert told == {"url": URL, "success": True, "status": 200, "reason": "OK", "detail": ""}


def test_a_webhook_that_is_not_reached(config: Path, line: LineEnd) -> None:
    """What LINE met, and where to look; exit 1, for machines too."""
    line.endpoint_test = {"success": False, "statusCode": 0, "reason": "COULD_NOT_CONNECT", "detail": "TLS handshake"}
    told = run(config, "test", code=1)
    assert told.startswith(f"LINE did not reach {URL}: COULD_NOT_CONNECT TLS handshake; is the program running")
    assert json.loads(run(config, "test", "--json", code=1))["success"] is False


def test_a_webhook_is_registered_and_shown(config: Path, line: LineEnd) -> None:
    """Ours, from [web] base_url and the settings; where LINE is not allowed to send yet, that is said."""
    line.endpoint, line.endpoint_active = "", False
    assert "LINE knows no webhook" in run(config, "webhook", "show")
    assert json.loads(run(config, "webhook", "show", "--json")) == {"url": None, "active": False, "ours": URL}
    assert "Use webhook" in run(config, "webhook", "set")
    assert line.endpoint == URL
    line.endpoint_active = True
    assert run(config, "webhook", "set") == f"LINE sends to {URL}\n"
    assert run(config, "webhook", "show") == f"LINE sends to {URL}\n"
    line.endpoint = "https://elsewhere.example/"
    assert f"ours is {URL}" in run(config, "webhook", "show")


def test_only_addresses_that_line_takes_are_registered(config: Path, line: LineEnd) -> None:
    """https, or the key to set; nothing is asked of LINE."""
    config.write_text(config.read_text("utf-8").replace("https://saraban", "http://saraban"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="base_url"):
        run(config, "webhook", "set")
    assert line.requests == []


def test_the_quota_is_told(config: Path, line: LineEnd) -> None:
    """Used, limit, what is left and kept back."""
    line.quota_used = 480
    assert run(config, "quota") == "480 of 500 pushed this month; 20 are kept for licences\n"
    assert json.loads(run(config, "quota", "--json")) == {"limit": 500, "used": 480, "left": 20, "reserve": 20}
    line.quota_limit = None
    assert "without a limit" in run(config, "quota")
    assert json.loads(run(config, "quota", "--json"))["left"] is None


def test_a_menu_comes_and_goes(config: Path, line: LineEnd) -> None:
    """Installed, shown with a mark, removed."""
    assert run(config, "menu", "show") == "no menu\n"
    assert "shown to everybody" in run(config, "menu", "install")
    shown = run(config, "menu", "show")
    assert shown.startswith("* mailroom  richmenu-")
    assert "https://saraban.example/licences" in shown
    [one] = json.loads(run(config, "menu", "show", "--json"))
    assert (one["name"], one["is_default"], one["id"]) == ("mailroom", True, line.default_menu)
    assert run(config, "menu", "remove") == "mailroom: 1 removed\n"
    assert line.menus == {}


def test_an_agency_without_an_account_is_told(config: Path) -> None:
    """The table to add is named."""
    text = config.read_text("utf-8")
    config.write_text(text[: text.index("[channels.line]")] + MAIL, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"\[channels.line\]"):
        run(config, "quota")
