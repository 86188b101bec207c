"""How a channel of conversations is: whether the platform reaches us, what may be pushed, what is refused or waits."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailroom.cli.chat_chores import WATCH_SECONDS
from mailroom.domain.chat import ChatContent, ChatMessageKind, ContentState, Quota
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from mailroom.services.chat_watch import ChatWatch
from mailroom.services.health import health
from mailroom.testing import FakeClock
from tests.support.chat_house import ChatHouse, PreparedSpool, ScriptedPlatform
from tests.support.chat_talk import START


@dataclass
class WatchedPlatform(ScriptedPlatform):
    """What it answers is set by a test; an error is raised."""

    reached: bool | Exception = True
    left: Quota | Exception = field(default_factory=lambda: Quota(None, 0))
    refusals: int = 0
    tried: int = 0

    def quota(self) -> Quota:
        if isinstance(self.left, Exception):
            raise self.left
        return self.left

    def reaches_us(self) -> bool:
        self.tried += 1
        if isinstance(self.reached, Exception):
            raise self.reached
        return self.reached

    def refused(self) -> int:
        return self.refusals

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def house(tmp_path: Path) -> ChatHouse:
    return ChatHouse(tmp_path)


@pytest.fixture
def platform() -> WatchedPlatform:
    return WatchedPlatform(PreparedSpool())


@pytest.fixture
def watch(house: ChatHouse, platform: WatchedPlatform) -> ChatWatch:
    return ChatWatch(platform=platform, books=house.books, clock=house.clock, tries_webhook=True)


def test_a_webhook_that_nothing_reaches_is_told_within_a_quarter_of_an_hour(
    watch: ChatWatch, platform: WatchedPlatform
) -> None:
    """L14: the platform is asked to deliver every ten minutes; the first failure is the alarm, a success ends it."""
    assert timedelta(seconds=WATCH_SECONDS) <= timedelta(minutes=15)
    watch.run()
    assert watch.codes() == []
    platform.reached = False
    watch.run()
    assert watch.codes() == ["line-webhook-silent"]
    platform.reached = True
    watch.run()
    assert watch.codes() == []


def test_a_silent_webhook_is_part_of_the_health(house: ChatHouse, watch: ChatWatch, platform: WatchedPlatform) -> None:
    """L14: whoever watches from outside sees the status change."""
    platform.reached = False
    watch.run()
    report = health(house.books, house.clock, others=watch.codes)
    assert report["status"] == "degraded"
    assert "line-webhook-silent" in report["problems"]


@pytest.mark.parametrize("error", [TemporaryChannelError("503"), ChannelSetupError("401")])
def test_what_the_platform_does_not_answer_is_unknown(
    watch: ChatWatch, platform: WatchedPlatform, error: Exception
) -> None:
    """L14: no alarm by itself; one that was given stays, and the one question does not hinder the other."""
    platform.reached = error
    platform.left = Quota(100, 50)
    watch.run()
    assert (watch.codes(), watch.last_quota()) == ([], Quota(100, 50))
    platform.reached, platform.left = False, error
    watch.run()
    assert (watch.codes(), watch.last_quota()) == (["line-webhook-silent"], None)
    platform.reached = error
    watch.run()
    assert watch.codes() == ["line-webhook-silent"]


def test_an_address_that_the_platform_cannot_reach_is_not_tried(house: ChatHouse, platform: WatchedPlatform) -> None:
    """Behind http on one machine nothing could arrive, and nobody need be told."""
    platform.reached = False
    watch = ChatWatch(platform=platform, books=house.books, clock=house.clock, tries_webhook=False)
    watch.run()
    assert (watch.codes(), platform.tried) == ([], 0)


@pytest.mark.parametrize(
    ("quota", "codes"),
    [
        (Quota(100, 90), []),
        (Quota(100, 91), ["line-quota"]),
        (Quota(100, 120), ["line-quota"]),
        (Quota(0, 0), []),
        (Quota(None, 5_000), []),
    ],
)
def test_a_month_that_runs_out_is_told(
    watch: ChatWatch, platform: WatchedPlatform, quota: Quota, codes: list[str]
) -> None:
    """From less than a tenth on, and never where there is no limit."""
    assert watch.last_quota() is None
    platform.left = quota
    watch.run()
    assert (watch.codes(), watch.last_quota()) == (codes, quota)


def test_refusals_without_a_delivery_since_are_told_for_an_hour(
    house: ChatHouse, watch: ChatWatch, platform: WatchedPlatform
) -> None:
    """L03: a stranger's are no trouble, for the platform's own arrive beside them; a wrong secret refuses all."""
    platform.refusals = 3
    assert watch.codes() == ["line-refused"]
    house.clock.advance(minutes=59)
    assert watch.codes() == ["line-refused"]
    house.clock.advance(minutes=2)
    assert watch.codes() == []
    platform.refusals = 4
    assert watch.codes() == ["line-refused"]
    house.later(minutes=1)
    house.receive(house.somsri.said("ไฟถนนดับ"))
    assert watch.codes() == []
    assert watch.last_delivery_at() == house.somsri.at


def test_a_content_that_does_not_come_is_told(house: ChatHouse, watch: ChatWatch) -> None:
    """L10: after ten minutes, also while the next attempt is hours away; what is fetched ends it."""
    wanted = ChatContent(state=ContentState.WANTED, due_at=START + timedelta(hours=6))
    event = house.somsri.message(ChatMessageKind.IMAGE, content=wanted)
    house.receive(event)
    assert watch.codes() == []
    house.clock.advance(minutes=11)
    assert watch.codes() == ["line-content"]
    with house.books.begin() as uow:
        uow.chats("line", "@town").save_content(event.id, replace(wanted, state=ContentState.KEPT, due_at=None))
        uow.commit()
    assert watch.codes() == []


def test_before_anything_came_nothing_is_known(house: ChatHouse, watch: ChatWatch) -> None:
    """No delivery, no quota, no problem."""
    assert isinstance(house.clock, FakeClock)
    assert (watch.codes(), watch.last_quota(), watch.last_delivery_at()) == ([], None, None)
