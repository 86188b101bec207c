"""What `mailroom doctor` says about an Official Account: each part by name, and the remedy of what is wrong."""

from pathlib import Path

import pytest

from channels.line.checks import check
from channels.line.settings import LineSettings
from mailroom.settings import Finding
from tests.support.line_end import BOT_USER_ID, LineEnd, ServerError, Status
from tests.support.line_settings import line_settings

BASE = "https://saraban.example"
URL = f"{BASE}/line/webhook"


@pytest.fixture
def ready(tmp_path: Path, line: LineEnd) -> LineSettings:
    """Everything in order."""
    line.endpoint = URL
    return line_settings(tmp_path, line, bot_user_id=BOT_USER_ID)


def found(settings: LineSettings) -> dict[str, Finding]:
    return {one.what: one for one in check(settings, BASE)}


def test_an_account_in_order(ready: LineSettings, line: LineEnd) -> None:
    """Six findings, all well; the account is named, and nothing is changed or sent."""
    findings = found(ready)
    assert list(findings) == ["line.token", "line.id", "line.bot_user_id", "line.chat", "line.webhook", "line.quota"]
    assert all(one.ok for one in findings.values())
    assert "เทศบาลตำบลบ้านตัวอย่าง (@bantuayang)" in findings["line.token"].text
    assert {one.method for one in line.requests} == {"GET"}


def test_the_id_is_that_of_the_account(ready: LineSettings, line: LineEnd) -> None:
    """R113: the basic or the premium id, in small or capital letters; another one is a fault."""
    line.info |= {"basicId": "@123abcde", "premiumId": "@bantuayang"}
    assert found(ready)["line.id"].ok
    line.info |= {"premiumId": "@someone-else"}
    finding = found(ready)["line.id"]
    assert not finding.ok
    assert "@123abcde or @someone-else" in finding.text


def test_the_user_id_is_told(tmp_path: Path, ready: LineSettings, line: LineEnd) -> None:
    """To be copied into the configuration; a wrong one would refuse every delivery."""
    finding = found(line_settings(tmp_path, line))["line.bot_user_id"]
    assert finding.ok
    assert BOT_USER_ID in finding.text
    wrong = found(line_settings(tmp_path, line, bot_user_id="U" + "0" * 32))["line.bot_user_id"]
    assert not wrong.ok
    assert BOT_USER_ID in wrong.text


@pytest.mark.parametrize(
    ("endpoint", "active", "words"),
    [
        ("", True, "webhook set"),
        ("https://elsewhere.example/line/webhook", True, "https://elsewhere.example/line/webhook"),
        (URL, False, "switched off"),
    ],
)
def test_a_webhook_that_does_not_lead_here(
    ready: LineSettings, line: LineEnd, endpoint: str, active: bool, words: str
) -> None:
    """None, another one, or one that is switched off: each with what to do."""
    line.endpoint, line.endpoint_active = endpoint, active
    finding = found(ready)["line.webhook"]
    assert not finding.ok
    assert words in finding.text


def test_answers_by_hand_are_pointed_out(ready: LineSettings, line: LineEnd) -> None:
    """Lawful, and nothing fails: but they are not on record."""
    line.info["chatMode"] = "chat"
    finding = found(ready)["line.chat"]
    assert finding.ok
    assert "not" in finding.text or "nothing" in finding.text


@pytest.mark.parametrize(("used", "ok"), [(0, True), (399, True), (400, False), (500, False)])
def test_a_month_that_runs_out_is_said_in_time(ready: LineSettings, line: LineEnd, used: int, ok: bool) -> None:
    """From four fifths on it is a fault to mend."""
    line.quota_used = used
    finding = found(ready)["line.quota"]
    assert finding.ok is ok
    assert f"{used} of 500" in finding.text


def test_a_month_without_a_limit(ready: LineSettings, line: LineEnd) -> None:
    """Nothing can run out."""
    line.quota_limit, line.quota_used = None, 10_000
    assert found(ready)["line.quota"].ok


def test_a_token_that_is_refused_ends_the_check(ready: LineSettings, line: LineEnd) -> None:
    """One finding with the remedy; never an exception."""
    line.revoke()
    [finding] = check(ready, BASE)
    assert (finding.what, finding.ok) == ("line", False)
    assert "issue a new access token" in finding.text


@pytest.mark.parametrize("route", ["info", "webhook-get", "quota", "consumption"])
def test_a_failure_half_way_is_a_finding(ready: LineSettings, line: LineEnd, route: str) -> None:
    """What worked before it stays said."""
    line.script(route, ServerError(503) if route != "quota" else Status(429))
    findings = list(check(ready, BASE))
    assert not findings[-1].ok
    assert all(one.ok for one in findings[:-1])
