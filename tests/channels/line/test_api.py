"""Requests to LINE: when the library is loaded, what is given up, what is not followed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from channels.line.api import LineApi
from channels.line.platform import LinePlatform
from channels.line.profile import name_of
from channels.line.quota import read_quota
from channels.line.settings import LineSettings
from mailroom.domain.chat import Quota
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from tests.support.dovecot import free_port
from tests.support.line_end import PERSON, LineEnd, Raw, Redirect, ServerError, Silence, Status
from tests.support.line_settings import line_settings


@pytest.fixture
def hasty(settings: LineSettings) -> Iterator[LineApi]:
    made = LineApi(settings, timeout=0.3)
    yield made
    made.close()


def test_the_library_is_loaded_with_the_first_request() -> None:
    """Importing every channel, and making one of each part, loads nothing of it: a pass over mail stays quick."""
    code = (
        "import sys, channels; from channels.line.settings import LineSettings as S\n"
        "s = S(line_id='@a', channel_secret={'env': 'A'}, channel_id='1')\n"
        "c = channels.CHANNELS['line']; c.sender(s, 'x', None); c.chat(s); c.check(s, 'https://a.test')\n"
        "sys.exit(any(n.partition('.')[0] in {'linebot', 'aiohttp', 'urllib3'} for n in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_connections_are_kept(api: LineApi, line: LineEnd) -> None:
    """Ten requests, one connection."""
    for _ in range(10):
        name_of(api, PERSON)
    assert line.asked("/v2/bot/profile") == 10
    assert line.connections == 1


def test_a_request_ends_in_time(hasty: LineApi, line: LineEnd) -> None:
    """LINE is silent: the request is given up, and the next one works."""
    line.script("profile", Silence())
    with pytest.raises(TemporaryChannelError, match="no answer in time"):
        name_of(hasty, PERSON)
    assert name_of(hasty, PERSON) == ""


def test_redirections_are_not_followed(api: LineApi, line: LineEnd) -> None:
    """The token goes nowhere else."""
    line.script("profile", Redirect(line.url + "/v2/bot/info"))
    with pytest.raises(ChannelSetupError, match="not followed"):
        name_of(api, PERSON)
    assert line.asked("/v2/bot/info") == 0


def test_nobody_is_there(tmp_path: Path, line: LineEnd) -> None:
    """No connection: nothing was sent, and later is another chance."""
    settings = line_settings(tmp_path, line, api_url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TemporaryChannelError, match="no connection") as caught:
        name_of(LineApi(settings), PERSON)
    assert type(caught.value) is TemporaryChannelError


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("สมศรี  มีสุข", "สมศรี มีสุข"),
        ("a\u202eb\u0000c\nd", "abc d"),
        ("🌸" * 300, "🌸" * 100),
        ("", ""),
    ],
)
def test_a_name_is_one_plain_line(api: LineApi, line: LineEnd, shown: str, name: str) -> None:
    """Chosen by the person: nothing in it turns or breaks what stands beside it."""
    line.profiles[PERSON] = shown
    assert name_of(api, PERSON) == name


def test_strangers_and_people_who_blocked_us_have_no_name(api: LineApi, line: LineEnd) -> None:
    """LINE answers 404, and 400 to what is no id; without an id nothing is asked."""
    line.profiles[PERSON] = "สมศรี"
    line.blocked.add(PERSON)
    assert name_of(api, PERSON) == ""
    line.script("profile", Status(400))
    assert name_of(api, "../x") == name_of(api, "") == ""


@pytest.mark.parametrize("fault", [ServerError(), Status(429), Status(409), Raw(b"\xff\xfe"), Raw(b"[]")])
def test_a_name_that_is_not_told_now(api: LineApi, line: LineEnd, fault: Raw) -> None:
    """It may be told later."""
    line.script("profile", fault)
    with pytest.raises(TemporaryChannelError):
        name_of(api, PERSON)


@pytest.mark.parametrize("body", [b"{}", b'{"displayName": null}', b'{"displayName": 5, "new": {"a": [1]}}'])
def test_an_answer_with_news_is_read_all_the_same(api: LineApi, line: LineEnd, body: bytes) -> None:
    """What LINE leaves out or adds one day is no failure."""
    line.script("profile", Raw(body))
    assert name_of(api, PERSON) == ""


def test_the_quota_is_as_line_counts_it(api: LineApi, line: LineEnd) -> None:
    """With a limit, without one, and when LINE does not say."""
    line.quota_used = 17
    assert read_quota(api) == Quota(500, 17)
    line.quota_limit = None
    assert read_quota(api) == Quota(None, 17)
    line.script("quota", Status(400))
    with pytest.raises(TemporaryChannelError):
        read_quota(api)


def test_the_platform_is_the_account(settings: LineSettings, line: LineEnd) -> None:
    """Its id in small letters, its path, and what it asks."""
    platform = LinePlatform(settings)
    line.profiles[PERSON] = "สมศรี"
    assert (platform.channel, platform.account, platform.webhook_path) == ("line", "@bantuayang", "/line/webhook")
    assert (platform.name_of(PERSON), platform.quota(), platform.refused()) == ("สมศรี", Quota(500, 0), 0)
    platform.close()


@pytest.mark.parametrize(
    ("endpoint", "active", "success", "reached"),
    [
        (True, True, True, True),
        (True, True, False, False),
        (True, False, True, False),
        (False, True, True, False),
    ],
)
def test_whether_line_reaches_us_is_known(
    settings: LineSettings, line: LineEnd, *, endpoint: bool, active: bool, success: bool, reached: bool
) -> None:
    """L14: LINE's own test fails, it uses no webhook any more, or it knows none: nothing arrives."""
    line.endpoint, line.endpoint_active = "https://saraban.example/line/webhook" if endpoint else "", active
    line.endpoint_test = {"success": success, "statusCode": 200 if success else 503, "reason": "x"}
    with closing(LinePlatform(settings)) as platform:
        assert platform.reaches_us() is reached
