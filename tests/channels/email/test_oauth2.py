"""OAuth 2.0: tokens renewed in time and once more on refusal, never sent in clear, never hammered."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.email.connection import Connector
from channels.email.inbox import ImapInbox
from channels.email.login_gate import LoginGate
from channels.email.oauth2 import TokenSource
from channels.email.sender import SmtpSender
from channels.email.settings import OAuth2Section
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from tests.channels.email.test_sender import ITEM
from tests.support.dovecot import free_port
from tests.support.email_settings import email_settings
from tests.support.scripted_imap import ScriptedImap
from tests.support.sending import hand_over
from tests.support.smtp_end import SmtpEnd
from tests.support.token_end import TokenEnd


@pytest.fixture
def token_end() -> Iterator[TokenEnd]:
    with TokenEnd() as end:
        yield end


def table(url: str, folder: Path) -> dict[str, Any]:
    """The settings of an OAuth client."""
    (folder / "refresh").write_text("refresh-secret")
    (folder / "client").write_text("client-secret")
    return {
        "token_url": url,
        "client_id": "mailroom",
        "client_secret": {"file": str(folder / "client")},
        "refresh_token": {"file": str(folder / "refresh")},
        "scope": "mail.read mail.send",
    }


def source(url: str, folder: Path, now: list[float]) -> TokenSource:
    return TokenSource(OAuth2Section.model_validate(table(url, folder)), lambda: now[0])


def test_token_is_kept_until_shortly_before_it_expires(token_end: TokenEnd, tmp_path: Path) -> None:
    """One request serves an hour; the next one comes before the token dies."""
    now = [0.0]
    tokens = source(token_end.url, tmp_path, now)
    assert [tokens.token(), tokens.token()] == ["token-1", "token-1"]
    now[0] = 3600 - 121
    assert tokens.token() == "token-1"
    now[0] = 3600 - 119
    assert tokens.token() == "token-2"
    assert token_end.forms[0] == {
        "grant_type": "refresh_token",
        "client_id": "mailroom",
        "client_secret": "client-secret",
        "refresh_token": "refresh-secret",
        "scope": "mail.read mail.send",
    }


@pytest.mark.parametrize("life", [None, "soon", -5, 0, "3600", 1e9, [1]])
def test_odd_life_of_a_token_is_borne(life: Any, tmp_path: Path) -> None:
    """Whatever stands in expires_in, there is a token."""
    with TokenEnd(life=life) as end:
        assert source(end.url, tmp_path, [0.0]).token() == "token-1"


REFUSALS = [
    ((400, {}, b'{"error": "invalid_grant"}'), ChannelSetupError, "invalid_grant.*renew refresh_token"),
    ((401, {}, b"no"), ChannelSetupError, "client_secret"),
    ((302, {"Location": "http://127.0.0.1:1/"}, b""), ChannelSetupError, "302"),
    ((429, {"Retry-After": "17"}, b""), TemporaryChannelError, "429"),
    ((503, {}, b""), TemporaryChannelError, "503"),
    ((200, {}, b"not json"), TemporaryChannelError, "not JSON"),
    ((200, {}, b"[]"), TemporaryChannelError, "not a JSON object"),
    ((200, {}, b"{}"), TemporaryChannelError, "no access token"),
    ((200, {}, b'{"access_token": "x\\r\\ny"}'), TemporaryChannelError, "no access token"),
]


@pytest.mark.parametrize(("answer", "error", "words"), REFUSALS)
def test_refusals_are_told_apart(
    token_end: TokenEnd,
    tmp_path: Path,
    answer: tuple[int, dict[str, str], bytes],
    error: type[TemporaryChannelError],
    words: str,
) -> None:
    """Consent that is gone is ours to mend; an endpoint in trouble is asked again."""
    token_end.answers.append(answer)
    with pytest.raises(error, match=words) as caught:
        source(token_end.url, tmp_path, [0.0]).token()
    assert type(caught.value) is error
    assert caught.value.retry_after == (17 if answer[0] == 429 else None)


def test_endpoint_that_is_away_is_temporary(tmp_path: Path) -> None:
    """Nobody listens: later."""
    with pytest.raises(TemporaryChannelError, match="no answer"):
        source(f"http://127.0.0.1:{free_port()}/", tmp_path, [0.0]).token()


@pytest.mark.parametrize("url", ["http://login.example/token", "file:///etc/passwd", "ftp://127.0.0.1/x", "token"])
def test_secrets_go_over_https_only(url: str, tmp_path: Path) -> None:
    """Any address but https, or this machine, is refused before anything is sent."""
    with pytest.raises(ChannelSetupError, match="https"):
        source(url, tmp_path, [0.0]).token()


def xoauth2(good: str, seen: list[str]) -> Any:
    """An IMAP server that takes one token, and asks for an empty line after any other (XOAUTH2)."""

    def authenticate(tag: bytes, _: bytes) -> list[bytes]:
        tags.append(tag)
        return [b"+ \r\n"]

    def anything_else(line: bytes) -> list[bytes]:
        if not line:
            return [tags[-1] + b" NO [AUTHENTICATIONFAILED] token refused\r\n"]
        seen.append(base64.b64decode(line).decode())
        return [tags[-1] + b" OK in\r\n"] if f"Bearer {good}\1" in seen[-1] else [b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"]

    tags: list[bytes] = []
    return authenticate, anything_else


@pytest.mark.parametrize(("good", "tokens"), [("token-1", 1), ("token-2", 2)])
def test_refused_token_is_renewed_once(token_end: TokenEnd, tmp_path: Path, good: str, tokens: int) -> None:
    """A token that the server refuses is fetched anew, and the login tried once more."""
    seen: list[str] = []
    authenticate, respond = xoauth2(good, seen)
    options = {"password": None, "oauth2": table(token_end.url, tmp_path), "folders": ["INBOX"]}
    with ScriptedImap({"AUTHENTICATE": authenticate}, otherwise=respond) as server:
        settings = email_settings(tmp_path, imap={"port": server.port} | options)
        inbox = ImapInbox(settings, Connector(settings.imap, timeout=5, gate=LoginGate()))
        assert len(inbox.survey(lambda _: set())) == 1
        inbox.close()
    assert len(token_end.forms) == len(seen) == tokens
    assert seen[0] == "user=saraban\1auth=Bearer token-1\1\1"


def test_token_refused_twice_is_a_matter_of_set_up(token_end: TokenEnd, tmp_path: Path) -> None:
    """After one fresh token a person must look."""
    seen: list[str] = []
    authenticate, respond = xoauth2("another", seen)
    options = {"password": None, "oauth2": table(token_end.url, tmp_path)}
    with ScriptedImap({"AUTHENTICATE": authenticate}, otherwise=respond) as server:
        settings = email_settings(tmp_path, imap={"port": server.port} | options)
        inbox = ImapInbox(settings, Connector(settings.imap, timeout=5, gate=LoginGate()))
        with pytest.raises(ChannelSetupError, match="token refused"):
            inbox.survey(lambda _: set())
        inbox.close()
    assert len(seen) == 2


async def test_submission_takes_tokens_too(token_end: TokenEnd, smtp_end: SmtpEnd, tmp_path: Path) -> None:
    """SMTP logs in by XOAUTH2, with one fresh token after a refusal."""
    smtp_end.passwords = {"saraban": "token-2"}
    smtp = {"port": smtp_end.port, "username": "saraban", "oauth2": table(token_end.url, tmp_path)}
    sender = SmtpSender(email_settings(tmp_path, smtp=smtp), "อบต.")
    await hand_over(sender, ITEM)
    await sender.close()
    assert smtp_end.logins == ["saraban"]
    assert len(token_end.forms) == 2
