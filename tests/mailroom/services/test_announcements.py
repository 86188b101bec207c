"""The announcement in force switches wrong-channel handling, and letters quote it: nothing restarts (R20, R21, R36)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailroom.domain.agency import Announcement, ChannelRule
from mailroom.domain.decision import Letter, Outcome
from mailroom.domain.instrument import Instrument, InstrumentKind, InstrumentState
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import MessageRecord
from mailroom.services.announcements import Announced, Announcements
from mailroom.services.compliance import differences, setup_gaps
from mailroom.testing import MemoryBooks
from tests.support.workshop import CLERK, REQUEST, START, Workshop

DAY = date(2026, 1, 7)
EMAIL = ChannelRule(channel="email", address="saraban@bantuayang.test")
LINE = ChannelRule(channel="line", address="@bantuayang")


def instrument(*rules: ChannelRule, effective_on: date = DAY, **more: object) -> Instrument:
    published = START - timedelta(days=1)
    one = Instrument(
        id=0,
        kind=InstrumentKind.CHANNELS,
        state=InstrumentState.PUBLISHED,
        number="1/2569",
        dated=date(2026, 1, 4),
        effective_on=effective_on,
        rules=rules,
        phones=("0 2999 9999",),
        code="".join(str(len(rules)) * 12),
        changed_at=published,
        published_at=published,
    )
    return replace(one, **more)  # type: ignore[arg-type]


class Office(Workshop):
    """A workshop in whose books instruments stand."""

    def __init__(self, folder: Path, *, announcement: Announcement | None = None) -> None:
        super().__init__(folder, announcement=announcement)
        self._sent = 0

    def keep(self, one: Instrument) -> Instrument:
        with self.books.begin() as uow:
            kept = uow.instruments.add(replace(one, code=f"CODE{one.effective_on}{len(uow.instruments.every())}"))
            uow.commit()
        return kept

    def ask(self, at: datetime, raw: str = REQUEST) -> MessageRecord:
        """A message enters then, is decided a minute later."""
        self._sent += 1
        self.clock.at = at + timedelta(minutes=1)
        address = f"citizen{self._sent}@citizen.test"
        self.inbox.deliver(raw.replace("somchai@citizen.test", address), at)
        self.rounds.receive(self.watch)
        return max(self.records(), key=lambda one: one.logged.id)

    def letters(self) -> list[OutboxItem]:
        with self.books.begin() as uow:
            return uow.outbox.claim("email", self.clock.now() + timedelta(days=9), 100)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def outcome(record: MessageRecord) -> Outcome:
    assert record.decision is not None
    return record.decision.outcome


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2026, 1, day, hour, 0, tzinfo=UTC)


def test_wrong_channel_begins_on_the_effective_day(office: Office) -> None:
    """Midnight in Thailand, by when a message entered; the program runs on."""
    office.keep(instrument(LINE))
    assert outcome(office.ask(at(6))) is Outcome.ACCEPT
    assert outcome(office.ask(at(6, 16))) is Outcome.ACCEPT
    record = office.ask(at(6, 17))
    assert (outcome(record), record.number) == (Outcome.REDIRECT_CHANNEL, None)


def test_an_instrument_published_between_two_batches_counts_for_the_second(office: Office) -> None:
    """Nothing is started anew."""
    assert outcome(office.ask(at(8))) is Outcome.ACCEPT
    kept = office.keep(instrument(LINE, published_at=at(8, 5)))
    assert outcome(office.ask(at(8, 6))) is Outcome.REDIRECT_CHANNEL
    with office.books.begin() as uow:
        uow.instruments.save(replace(kept, state=InstrumentState.WITHDRAWN, changed_at=at(8, 7)), kept.state)
        uow.commit()
    assert outcome(office.ask(at(8, 8))) is Outcome.ACCEPT


def test_it_never_works_backwards(office: Office) -> None:
    """What entered before it was published came on a proper channel, whatever day it prints."""
    office.keep(instrument(LINE, effective_on=date(2026, 1, 1), published_at=at(9)))
    assert outcome(office.ask(at(8))) is Outcome.ACCEPT
    assert outcome(office.ask(at(9))) is Outcome.REDIRECT_CHANNEL


def test_each_service_has_its_own_channels(office: Office) -> None:
    """A channel is proper for a service when a line covers it on that day (R36)."""
    office.keep(instrument(replace(EMAIL, services=("noise",)), replace(LINE, services=("food-shop",))))
    assert outcome(office.ask(at(8))) is Outcome.REDIRECT_CHANNEL
    noise = "somchai@citizen.test|ขอใช้เครื่องขยายเสียง|ขออนุญาตขอใช้เครื่องขยายเสียง"
    assert outcome(office.ask(at(8, 4), noise)) is Outcome.ACCEPT


def test_a_matter_of_no_known_service_is_not_shut_out(office: Office) -> None:
    office.keep(instrument(replace(EMAIL, services=("noise",)), LINE))
    thanks = "somchai@citizen.test|สอบถาม|สำนักงานเปิดกี่โมง"
    assert outcome(office.ask(at(8), thanks)) is not Outcome.REDIRECT_CHANNEL


def test_another_units_box_is_no_wrong_channel(office: Office) -> None:
    """Whoever writes to the box of another unit is passed on inside the agency (R18, R36)."""
    office.keep(instrument(replace(EMAIL, unit="กองช่าง", address="works@bantuayang.test"), LINE))
    assert outcome(office.ask(at(8))) is Outcome.ACCEPT


def test_a_line_holds_for_its_own_days(office: Office) -> None:
    office.keep(instrument(replace(EMAIL, ends_on=date(2026, 1, 8)), LINE))
    assert outcome(office.ask(at(8))) is Outcome.ACCEPT
    assert outcome(office.ask(at(9))) is Outcome.REDIRECT_CHANNEL


def test_when_every_line_has_ended_nobody_is_sent_away(office: Office) -> None:
    """There is no channel that a notice could name."""
    office.keep(instrument(replace(LINE, ends_on=date(2026, 1, 8))))
    assert outcome(office.ask(at(9))) is Outcome.ACCEPT


def test_letters_quote_the_announcement(office: Office) -> None:
    """Channels with address and unit, number, day, page and telephone: of the instrument, not of the settings."""
    kept = office.keep(instrument(replace(LINE, unit="งานสารบรรณ"), replace(EMAIL, services=("noise",))))
    office.ask(at(8))
    [letter] = office.letters()
    assert letter.letter is Letter.REDIRECT_CHANNEL
    for text in (letter.text, letter.html):
        assert "ไลน์: @bantuayang (งานสารบรรณ)" in text
        assert "ประกาศกำหนดช่องทาง 1/2569 ลงวันที่ 4 มกราคม 2569" in text
        assert f"/announcements/{kept.code}" in text
        assert "0 2999 9999" in text
        assert "0 2000 0000" not in text
        assert "saraban@bantuayang.test" not in text


def test_an_acknowledgement_names_the_announcement(office: Office) -> None:
    office.keep(instrument(EMAIL))
    office.ask(at(8))
    [letter] = office.letters()
    assert letter.letter is Letter.ACKNOWLEDGEMENT
    assert "อีเมล ประกาศกำหนดช่องทาง 1/2569 ลงวันที่ 4 มกราคม 2569" in letter.text
    assert "0 2999 9999" in letter.text


def test_before_the_day_letters_name_no_announcement(office: Office) -> None:
    office.keep(instrument(EMAIL))
    office.ask(at(5))
    [letter] = office.letters()
    assert "ประกาศกำหนดช่องทาง" not in letter.text
    assert "0 2000 0000" in letter.text


def test_a_clerk_can_redirect_once_it_is_in_force(office: Office) -> None:
    """The choice appears with the day."""
    office.keep(instrument(LINE))
    unclear = "somchai@citizen.test|ขออนุญาต|ขอยื่นคำขอตามที่คุยกัน"
    held = office.ask(at(6), unclear)
    assert Outcome.REDIRECT_CHANNEL not in office.desk.choices(held)
    office.clock.at = at(8)
    assert Outcome.REDIRECT_CHANNEL in office.desk.choices(held)
    office.desk.redirect_channel(held.logged.id, CLERK, "ผิดช่องทาง")
    assert "@bantuayang" in office.letters()[-1].text


def test_the_configured_announcement_holds_until_one_of_the_books_does(tmp_path: Path) -> None:
    """And never again, also when that one is withdrawn."""
    configured = Announcement(date(2026, 1, 2), ("line",), line_id="@old")
    office = Office(tmp_path, announcement=configured)
    assert outcome(office.ask(at(5))) is Outcome.REDIRECT_CHANNEL
    kept = office.keep(instrument(EMAIL))
    assert outcome(office.ask(at(6))) is Outcome.REDIRECT_CHANNEL
    assert outcome(office.ask(at(7))) is Outcome.ACCEPT
    gone = replace(kept, state=InstrumentState.WITHDRAWN, changed_at=at(8))
    announced = Announced(configured, (gone,))
    assert announced.at(at(6)) == configured
    assert announced.at(at(7)) is not None
    assert announced.at(at(7)) != configured
    assert announced.at(at(8)) is None
    office.close()


def test_one_withdrawn_before_its_day_never_was(tmp_path: Path) -> None:
    configured = Announcement(date(2026, 1, 2), ("line",))
    gone = instrument(EMAIL, state=InstrumentState.WITHDRAWN, changed_at=at(6))
    assert Announced(configured, (gone,)).at(at(20)) == configured


def test_what_is_missing_is_named_until_both_are_recorded() -> None:
    """Announcement and order (R34); the display of licences is not asked for (R28)."""
    books, now = MemoryBooks(), at(8)
    with books.begin() as uow:
        assert [one.code for one in setup_gaps(uow, now, Announcements())] == ["channels-overdue", "system-overdue"]
        assert [one.code for one in setup_gaps(uow, datetime(2023, 6, 1, tzinfo=UTC), Announcements())] == [
            "channels-unannounced",
            "system-undesignated",
        ]
        unnumbered = Announcements(Announcement(date(2023, 8, 1), ("email",)))
        assert [one.code for one in setup_gaps(uow, now, unnumbered)] == ["channels-unnumbered", "system-overdue"]
        numbered = Announcements(Announcement(date(2023, 8, 1), ("email",), "1/2566"))
        assert [one.code for one in setup_gaps(uow, now, numbered)] == ["system-overdue"]
        uow.instruments.add(instrument(EMAIL, effective_on=date(2026, 3, 1)))
        uow.instruments.add(instrument(kind=InstrumentKind.SYSTEM, code="ORDER"))
        assert setup_gaps(uow, now, Announcements()) == []


def test_two_announcements_that_differ_are_reported() -> None:
    """The configured one no longer holds; what differs is named."""
    books, now = MemoryBooks(), at(8)
    configured = Announcements(Announcement(date(2023, 8, 1), ("email",), "1/2566"))
    with books.begin() as uow:
        assert differences(uow, now, configured) == []
        uow.instruments.add(instrument(EMAIL, LINE))
        [found] = differences(uow, now, configured)
        assert differences(uow, now, Announcements()) == []
    assert found.code == "two-announcements"
    assert found.detail == "channels, effective_on, number, url, line_id"
