"""The stand-in of LINE's platform, asked by the program's own client."""

import asyncio
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.line.platform import LinePlatform as Client
from channels.line.sender import LineSender
from channels.line.settings import LineSettings
from mailroom.demo.line_account import File
from mailroom.demo.line_platform import LinePlatform, line_platform
from mailroom.demo.line_script import PIMJAI
from mailroom.domain.chat import ContentState
from mailroom.domain.decision import Letter
from mailroom.domain.errors import ChannelSetupError, PermanentChannelError
from mailroom.domain.outbox import OutboxItem
from tests.support.sending import hand_over

NOW = datetime.now(UTC)


@pytest.fixture
def platform() -> Iterator[LinePlatform]:
    with line_platform() as opened:
        opened.account.add(PIMJAI)
        yield opened


def settings(platform: LinePlatform, folder: Path, secret: str = "") -> LineSettings:
    access = platform.access
    (folder / "secret").write_text(secret or access.secret)
    return LineSettings.model_validate(
        {
            "line_id": access.line_id,
            "channel_secret": {"file": str(folder / "secret")},
            "channel_id": access.channel_id,
            "api_url": access.url,
            "data_url": access.url,
        }
    )


def letter(text: str, token: str = "", name: str = "ab" * 16) -> OutboxItem:
    return OutboxItem(
        id=name,
        channel="line",
        letter=Letter.PROMPT,
        to=PIMJAI.id,
        subject="",
        text=text,
        in_reply_to=token,
        created_at=datetime.now(UTC),
        due_at=NOW,
    )


def send(platform: LinePlatform, folder: Path, *items: OutboxItem) -> list[str]:
    async def all_of_them() -> list[str]:
        sender = LineSender(settings(platform, folder))
        told = [await hand_over(sender, one) for one in items]
        await sender.close()
        return told

    return asyncio.run(all_of_them())


def test_a_reply_token_serves_once_and_then_a_push_costs(platform: LinePlatform, tmp_path: Path) -> None:
    """What both brought is in the chat, in order, the second marked as paid for."""
    token = platform.account.reply_token(PIMJAI.id)
    told = send(platform, tmp_path, letter("หนึ่ง", token), letter("สอง", token, "cd" * 16))
    assert [one.partition(" ")[0] for one in told] == ["replied", "pushed"]
    assert [(one.message["text"], one.free) for one in platform.account.chat(PIMJAI.id)] == [
        ("หนึ่ง", True),
        ("สอง", False),
    ]


def test_a_push_that_is_repeated_arrives_once(platform: LinePlatform, tmp_path: Path) -> None:
    """The key of the letter is known."""
    told = send(platform, tmp_path, letter("หนึ่ง"), letter("หนึ่ง"))
    assert told[1].startswith("pushed before")
    assert (len(platform.account.chat(PIMJAI.id)), platform.account.pushed) == (1, 1)


def test_who_blocked_the_account_sees_nothing(platform: LinePlatform, tmp_path: Path) -> None:
    """LINE takes the message all the same, and does not count it."""
    platform.account.block(PIMJAI.id, True)
    send(platform, tmp_path, letter("หนึ่ง"))
    assert (platform.account.chat(PIMJAI.id), platform.account.pushed) == ([], 0)


def test_names_quotas_and_contents_are_told(platform: LinePlatform, tmp_path: Path) -> None:
    """As the program asks for them."""
    client = Client(settings(platform, tmp_path))
    said = platform.account.says(PIMJAI.id, {"type": "image", "id": "77"}, File("a.png", "image/png", b"bytes"))
    into = io.BytesIO()
    assert client.name_of(PIMJAI.id) == PIMJAI.name
    assert (client.quota().limit, client.quota().used) == (300, 0)
    assert (client.fetch(said.id, into, 100).state, into.getvalue()) == (ContentState.KEPT, b"bytes")
    assert client.fetch("78", into, 100).state is ContentState.GONE
    client.close()


def test_a_wrong_secret_gets_no_token(platform: LinePlatform, tmp_path: Path) -> None:
    """And without a token nothing is answered."""
    client = Client(settings(platform, tmp_path, secret="another"))
    with pytest.raises(ChannelSetupError):
        client.quota()
    client.close()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{platform.url}/v2/bot/info")
    assert refused.value.code == 401
    refused.value.close()


def test_what_line_would_not_take_is_refused(platform: LinePlatform, tmp_path: Path) -> None:
    """A message to nobody that is known."""
    nobody = letter("หนึ่ง")
    object.__setattr__(nobody, "to", "U" + "9" * 32)
    with pytest.raises(PermanentChannelError):
        send(platform, tmp_path, nobody)


def test_the_webhook_can_be_tried(agency: Any) -> None:
    """LINE's own test of it: a signed delivery of nothing, through the running webhook."""
    platform, talks = agency.platform, agency.house.talks["line"]
    with agency.at_work():
        assert talks.platform.reaches_us()
    platform.courier.url = "http://127.0.0.1:9/"
    assert not talks.platform.reaches_us()


def test_broken_requests_are_answered_and_hurt_nobody(platform: LinePlatform) -> None:
    """400 for what is no JSON, 404 for what there is not."""
    token = platform.account.issue_token()
    for path, body, status in (("/v2/bot/message/push", b"{", 400), ("/v2/bot/nothing", b"", 404)):
        request = urllib.request.Request(platform.url + path, body, {"Authorization": f"Bearer {token}"}, method="POST")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert (refused.value.code, "message" in json.load(refused.value)) == (status, True)
        refused.value.close()
