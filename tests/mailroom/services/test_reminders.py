"""Reminders before a licence lapses: once for each threshold, in time, with the last moment that is safe (R16)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from mailroom.domain.agency import BANGKOK
from mailroom.domain.decision import Letter
from mailroom.domain.licence import LicenceStatus
from mailroom.domain.outbox import OutboxItem
from mailroom.stages.office_hours import deemed_received, last_safe_moment
from tests.support.post import CONTENT, HOURS, Post


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    place = Post(tmp_path)
    yield place
    place.close()


def run_on(post: Post, day: date, at: time = time(9, 0), days: tuple[int, ...] = (60, 30, 7)) -> list[OutboxItem]:
    """What a run on that day of Thailand writes."""
    post.clock.at = datetime.combine(day, at, tzinfo=BANGKOK).astimezone(UTC)
    post.reminders(days).run()
    with post.books.begin() as uow:
        items = uow.outbox.claim("email", post.clock.at, 1000)
        uow.commit()
    return items


def test_each_threshold_reminds_once(post: Post) -> None:
    """Run every day of the last three months: three letters, on the 60th, 30th and 7th day before the last."""
    post.license()
    written = {
        day: len(run_on(post, date.fromordinal(day)))
        for day in range(date(2026, 10, 1).toordinal(), date(2027, 1, 10).toordinal())
    }
    sent = [date.fromordinal(day) for day, count in written.items() for _ in range(count)]
    assert sent == [date(2026, 11, 1), date(2026, 12, 1), date(2026, 12, 24)]


def test_the_letter_says_until_when(post: Post) -> None:
    """31 December is a holiday: the last safe moment is the close of the 30th, and the letter says so."""
    post.license()
    (letter,) = run_on(post, date(2026, 12, 1))
    assert (letter.letter, letter.to) == (Letter.RENEWAL_REMINDER, "pinkaew@citizen.test")
    assert letter.subject == ("ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร เลขที่ 12/2569 จะสิ้นอายุวันที่ 31 ธันวาคม 2569")
    for body in (letter.text, letter.html):
        for words in (
            "เหลือเวลาอีก 30 วัน",
            "วันที่ 30 ธันวาคม 2569 เวลา 16.29 น.",
            "30 December 2026 at 16:29",
            "saraban@agency.example",
            "https://licence.agency.example/l/7K3M9QXR0012",
        ):
            assert words in body, words
    assert (letter.message_id, letter.in_reply_to, letter.references) == (None, "", ())


def test_days_off_are_caught_up_by_one_letter(post: Post) -> None:
    """Nothing ran for two months: the holder gets the nearest reminder alone, and no later run brings the others."""
    post.license()
    assert len(run_on(post, date(2026, 12, 26))) == 1
    assert [run_on(post, date(2026, 12, day)) for day in (26, 27, 30, 31)] == [[], [], [], []]


def test_a_late_reminder_says_that_it_is_late(post: Post) -> None:
    """After the last safe moment it does not send anyone into a trap."""
    post.license()
    (letter,) = run_on(post, date(2026, 12, 31))
    assert "สิ้นอายุในวันนี้" in letter.text
    assert "ไม่เหลือวันและเวลาทำการ" in letter.html
    assert "lapses today" in letter.text
    assert "16.29" not in letter.text


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"status": LicenceStatus.REVOKED},
        {"status": LicenceStatus.SUSPENDED},
        {"status": LicenceStatus.CEASED},
        {"content": replace(CONTENT, expires_on=None)},
        {"content": replace(CONTENT, expires_on=date(2027, 12, 31))},
        {"content": replace(CONTENT, expires_on=date(2026, 11, 30))},
    ],
)
def test_who_need_not_renew_is_left_alone(post: Post, changes: dict[str, object]) -> None:
    """Without an address, not in force, lapsed already, or far from it."""
    post.license(**changes)
    assert run_on(post, date(2026, 12, 1)) == []


def test_a_short_licence_is_not_reminded_on_the_day_of_its_paper(post: Post) -> None:
    """A threshold that was past when it was issued is none: a licence for ten days is reminded on the seventh last."""
    short = replace(CONTENT, issued_on=date(2026, 12, 1), expires_on=date(2026, 12, 11))
    post.license(content=short)
    assert run_on(post, date(2026, 12, 1)) == []
    assert len(run_on(post, date(2026, 12, 4))) == 1


def test_after_renewal_the_new_term_has_its_own_reminders(post: Post) -> None:
    licence = post.license()
    assert len(run_on(post, date(2026, 12, 1))) == 1
    renewed = replace(CONTENT, issued_on=date(2026, 12, 20), expires_on=date(2027, 12, 31))
    with post.books.begin() as uow:
        uow.licences.save(replace(licence, content=renewed, version=2, updated_at=post.clock.at))
        uow.commit()
    assert run_on(post, date(2026, 12, 24)) == []
    assert len(run_on(post, date(2027, 12, 1))) == 1


def test_never_means_never(post: Post) -> None:
    post.license()
    assert run_on(post, date(2026, 12, 24), days=()) == []


def test_many_licences_are_reminded_in_bounded_transactions(post: Post) -> None:
    """250 that lapse on one day."""
    for number in range(250):
        post.license(number)
    assert len(run_on(post, date(2026, 12, 1))) == 250
    assert run_on(post, date(2026, 12, 1)) == []


@pytest.mark.parametrize("last_day", [date(2026, 12, day) for day in range(24, 32)])
@pytest.mark.parametrize("inclusive", [False, True])
def test_the_last_safe_moment_is_the_last(last_day: date, inclusive: bool) -> None:
    """At it, receipt is deemed on or before the last day; two minutes later, after it (R15, R16)."""
    hours = replace(HOURS, close_inclusive=inclusive)
    moment = last_safe_moment(last_day, hours)
    assert deemed_received(moment, hours).astimezone(BANGKOK).date() <= last_day
    assert deemed_received(moment + timedelta(minutes=1, seconds=1), hours).astimezone(BANGKOK).date() > last_day
