"""Access tokens: of long life from the settings, or of fifteen minutes as needed."""

import threading
from pathlib import Path

import pytest

from channels.line.api import LineApi
from channels.line.profile import name_of
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from tests.support.line_end import (
    ACCESS_TOKEN,
    PERSON,
    CutBefore,
    LineEnd,
    Raw,
    ServerError,
    Status,
)
from tests.support.line_settings import line_settings


class Ticks:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_the_long_lived_token_is_used_as_it_is(tmp_path: Path, line: LineEnd) -> None:
    """Nothing is asked for."""
    api = LineApi(line_settings(tmp_path, line))
    name_of(api, PERSON)
    assert line.requests[-1].headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert line.issued == 0


def test_a_short_lived_token_serves_until_shortly_before_its_end(tmp_path: Path, line: LineEnd) -> None:
    """Asked for once; renewed a minute before LINE would refuse it."""
    ticks = Ticks()
    api = LineApi(line_settings(tmp_path, line, stateless=True), monotonic=ticks)
    for seconds, issued in ((0, 1), (839, 1), (2, 2), (100, 2)):
        ticks.at += seconds
        line.advance(seconds)
        name_of(api, PERSON)
        assert line.issued == issued
    assert line.asked("/oauth2") == 2


def test_a_token_that_is_refused_is_renewed_once(tmp_path: Path, line: LineEnd) -> None:
    """L08: revoked at LINE, it is replaced without anybody noticing; two refusals in a row are told."""
    line.profiles[PERSON] = "สมศรี"
    api = LineApi(line_settings(tmp_path, line, stateless=True))
    assert name_of(api, PERSON) == "สมศรี"
    line.revoke()
    assert name_of(api, PERSON) == "สมศรี"
    line.always("profile", Status(401))
    with pytest.raises(ChannelSetupError, match="issue a new access token"):
        name_of(api, PERSON)


def test_a_long_lived_token_that_was_replaced_is_read_again(tmp_path: Path, line: LineEnd) -> None:
    """The file holds another one since: no restart is needed."""
    line.profiles[PERSON] = "สมศรี"
    api = LineApi(line_settings(tmp_path, line))
    assert name_of(api, PERSON) == "สมศรี"
    line.revoke()
    with pytest.raises(ChannelSetupError):
        name_of(api, PERSON)
    (tmp_path / "line-token").write_text("another")
    line.tokens.add("another")
    assert name_of(api, PERSON) == "สมศรี"


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (ServerError(503), TemporaryChannelError, "503"),
        (Status(429, "slow", {"Retry-After": "7"}), TemporaryChannelError, "429"),
        (CutBefore(), TemporaryChannelError, "broke"),
        (Raw(b"<html>"), TemporaryChannelError, "."),
        (
            Raw(b'{"access_token": "a\\nb", "expires_in": 900, "token_type": "Bearer"}'),
            TemporaryChannelError,
            "no access",
        ),
        (Status(404), TemporaryChannelError, "404"),
    ],
)
def test_a_token_that_is_not_to_be_had(
    tmp_path: Path, line: LineEnd, fault: Raw, error: type[Exception], words: str
) -> None:
    """It passes: the next request asks again."""
    line.script("token", fault)
    api = LineApi(line_settings(tmp_path, line, stateless=True))
    with pytest.raises(error, match=words):
        name_of(api, PERSON)
    assert name_of(api, PERSON) == ""


def test_a_wrong_channel_is_ours_to_mend(tmp_path: Path, line: LineEnd) -> None:
    """The keys to look at are named, the secret is not."""
    api = LineApi(line_settings(tmp_path, line, stateless=True, channel_id="1"))
    with pytest.raises(ChannelSetupError, match="check channel_id and channel_secret") as caught:
        name_of(api, PERSON)
    assert "0123456789abcdef" not in str(caught.value)


def test_a_secret_that_is_not_there_is_named(tmp_path: Path, line: LineEnd) -> None:
    """The file or variable, and nothing is asked of LINE."""
    settings = line_settings(tmp_path, line, access_token={"file": str(tmp_path / "nowhere")})
    with pytest.raises(ChannelSetupError, match="nowhere"):
        name_of(LineApi(settings), PERSON)
    (tmp_path / "line-token").write_text("with ภาษาไทย")
    with pytest.raises(ChannelSetupError, match="plain characters"):
        name_of(LineApi(line_settings(tmp_path, line)), PERSON)
    assert line.requests == []


def test_many_threads_ask_for_one_token(tmp_path: Path, line: LineEnd) -> None:
    """Whoever comes first asks; the others wait for it."""
    api = LineApi(line_settings(tmp_path, line, stateless=True))
    threads = [threading.Thread(target=name_of, args=(api, PERSON)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert line.issued == 1
    assert line.asked("/v2/bot/profile/") == 8
