"""LINE as a proper channel and as a wrong one, through the real judge, by the announcement in force (R20, R21, R111-R113)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailroom import bootstrap
from mailroom.bootstrap.house import House
from mailroom.cli.operation import full_pass
from mailroom.domain.agency import ChannelRule
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.instrument import Instrument, InstrumentKind, InstrumentState
from tests.support import line_events as say
from tests.support.installation import ADDRESS, Installation
from tests.support.line_end import BOT_USER_ID, LineEnd, Sent
from tests.support.line_office import LineOffice

REQUEST = "อยากขอใบอนุญาตขายก๋วยเตี๋ยวหน้าตลาดครับ ขอยื่นคำขอเลย"
NOISE = "ขออนุญาตใช้เครื่องขยายเสียงในงานบวชครับ ขอยื่นคำขอเลย"
SERVICES = """
[[service]]
key = "food-shop"
name = "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร"
words = ["ขายก๋วยเตี๋ยว"]
{channels}

[[service]]
key = "noise"
name = "ใบอนุญาตใช้เครื่องขยายเสียง"
words = ["เครื่องขยายเสียง"]
"""
EMAIL_ONLY = """
[announcement]
effective_on = 2023-08-01
channels = ["email"]
number = "ที่ 1/2566"
"""
BOTH = """
[announcement]
effective_on = 2023-08-01
channels = ["email", "line"]
line_id = "@bantuayang"
number = "ที่ 1/2566"
"""


@dataclass
class Town:
    """The whole program in this process, a delivery and a full pass at a time; nothing waits."""

    office: LineOffice
    announcement: str = ""
    food_by: str = ""
    """Channels of the one service; the other one has both."""

    def receives(self, *events: say.Event, instrument: Instrument | None = None) -> list[Sent]:
        """What arrives at the person's end."""
        self.office.more = self.announcement
        self.office.configure()
        services = SERVICES.format(channels=f'channels = ["{self.food_by}"]' if self.food_by else "")
        (self.office.installation.folder / "services.toml").write_text(services, encoding="utf-8")
        before = len(self.office.seen())
        with bootstrap.open_house(bootstrap.load(self.office.installation.config)) as house:
            if instrument:
                _publish(house, instrument)
            content = say.body(*map(self.office.event, events), destination=BOT_USER_ID)
            house.talks["line"].spool.keep(content, datetime.now(UTC), 30)
            rounds, _ = full_pass(house)
        assert not any(one.error for one in rounds)
        return self.office.seen()[before:]

    def submits(self, words: str, **more: Any) -> tuple[dict[str, Any], str]:
        """Somebody writes and submits; the entry, and all that they read."""
        told = self.receives(say.text(words), **more)
        told += self.receives(say.text("ส่งเรื่อง"))
        return self.office.entries()[-1], "\n".join(text for one in told for text in one.texts)


def _publish(house: House, instrument: Instrument) -> None:
    with house.books.begin() as uow:
        uow.instruments.add(instrument)
        uow.commit()


@pytest.fixture
def town(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with LineEnd() as line:
        made = Town(LineOffice(installation, line))
        made.office.configure()
        for name, value in installation.environment.items():
            monkeypatch.setenv(name, value)
        yield made
        if installation.database.exists():
            installation.verify()


def follow() -> say.Event:
    return say.replied("follow", follow={"isUnblocked": False})


def test_before_an_announcement_line_is_proper(town: Town) -> None:
    """R20, R111: the greeting says that none is in force, and a request is registered and acknowledged."""
    (greeting,) = town.receives(follow())
    assert "ยังไม่มีประกาศ" in greeting.texts[0]
    assert "No announcement" in greeting.texts[0]
    entry, told = town.submits(REQUEST)
    assert (entry["kind"], entry["outcome"], entry["service"]) == ("request", "accept", "food-shop")
    assert entry["register_number"] in told


def test_line_that_is_not_announced_is_a_wrong_channel(town: Town) -> None:
    """R21: no number, and greeting, answer and notice name where it is to go; the notice says why. Nothing is dropped."""
    town.announcement = EMAIL_ONLY
    (greeting,) = town.receives(follow())
    assert ADDRESS in greeting.texts[0]
    assert "ที่ 1/2566" in greeting.texts[0]
    assert "มิใช่ช่องทาง" in greeting.texts[0]
    (noted,) = town.receives(say.text(REQUEST))
    assert ADDRESS in noted.texts[0]
    (notice,) = town.receives(say.text("ส่งเรื่อง"))
    (entry,) = town.office.entries()
    assert (entry["kind"], entry["outcome"]) == ("wrong-channel", "redirect-channel")
    assert entry["register_number"] is None
    assert ADDRESS in notice.texts[0]
    assert "ที่ 1/2566" in notice.texts[0]
    assert "วันเวลาที่ถือว่าได้รับ" in notice.texts[0]


def test_announced_for_all_services_it_is_proper(town: Town) -> None:
    """R111: the greeting names the announcement."""
    town.announcement = BOTH
    (greeting,) = town.receives(follow())
    assert "ที่ 1/2566) สำหรับทุกบริการ" in greeting.texts[0]
    assert town.submits(REQUEST)[0]["outcome"] == "accept"


def test_announced_for_some_services_another_one_is_redirected(town: Town) -> None:
    """R36, R111: the greeting lists them; one of them is registered, the other is told its own channel."""
    town.announcement, town.food_by = BOTH, "email"
    (greeting,) = town.receives(follow())
    assert "• ใบอนุญาตใช้เครื่องขยายเสียง" in greeting.texts[0]
    assert "• ใบอนุญาตจัดตั้ง" not in greeting.texts[0]
    entry, told = town.submits(REQUEST)
    assert (entry["outcome"], entry["register_number"]) == ("redirect-channel", None)
    assert ADDRESS in told
    entry, told = town.submits(NOISE)
    assert (entry["outcome"], entry["service"]) == ("accept", "noise")
    assert entry["register_number"] in told


def test_the_table_of_a_published_announcement_decides_at_once(town: Town) -> None:
    """R21, R36: lines for one service each; nothing is started anew between two messages."""
    assert town.submits(REQUEST)[0]["outcome"] == "accept"
    published = datetime.now(UTC) - timedelta(seconds=1)
    lines = (
        ChannelRule(channel="line", address="@bantuayang", services=("noise",)),
        ChannelRule(channel="email", address="food@bantuayang.test", services=("food-shop",)),
    )
    instrument = Instrument(
        id=0,
        kind=InstrumentKind.CHANNELS,
        state=InstrumentState.PUBLISHED,
        number="2/2569",
        dated=date(2026, 1, 4),
        effective_on=date(2026, 1, 4),
        rules=lines,
        code="CODE2569",
        changed_at=published,
        published_at=published,
    )
    town.receives(say.text("เป็นเรื่องใหม่"), instrument=instrument)
    town.receives(say.text(REQUEST))
    told = town.receives(say.text("เป็นเรื่องใหม่"), say.text("ส่งเรื่อง"))
    assert town.office.entries()[-1]["outcome"] == "redirect-channel"
    assert "food@bantuayang.test" in str([one.texts for one in told])


@pytest.mark.parametrize("line_id", ["bantuayang", "0812345678"])
def test_an_id_without_its_mark_is_refused(town: Town, line_id: str) -> None:
    """R113: the id of an Official Account has an @; the configuration says so before anything runs."""
    town.announcement = BOTH.replace("@bantuayang", line_id)
    with pytest.raises(ConfigurationError, match="line_id"):
        town.receives(follow())
    assert not town.office.installation.database.exists()
