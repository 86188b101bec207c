"""Every kind of silence turns health to degraded, under its own name."""

from datetime import datetime, timedelta

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.message import Envelope
from mailroom.domain.outbox import OutboxItem
from mailroom.services.health import health
from mailroom.testing import FakeClock, MemoryArchive, MemoryBooks


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def books(clock: FakeClock) -> MemoryBooks:
    books = MemoryBooks()
    poll(books, clock.at - timedelta(minutes=14))
    return books


def poll(books: MemoryBooks, at: datetime, error: str = "") -> None:
    with books.begin() as uow:
        uow.accounts.polled("email", "saraban@example.go.th", at, error)
        uow.commit()


def test_all_well_is_ok(books: MemoryBooks, clock: FakeClock) -> None:
    """Polled lately, nothing stuck: ok, with ages in seconds."""
    report = health(books, clock)
    assert (report["status"], report["problems"]) == ("ok", [])
    assert report["heartbeat_age"] == 840
    assert report["accounts"][0]["last_success_age"] == 840


@pytest.mark.parametrize(("minutes", "problems"), [(15, []), (16, ["pending-old"])])
def test_mail_that_waits_too_long_is_named(
    books: MemoryBooks, clock: FakeClock, minutes: int, problems: list[str]
) -> None:
    """Mail in custody that nobody decides is an alarm after a quarter of an hour."""
    at = clock.at - timedelta(minutes=minutes)
    with books.begin() as uow:
        uow.messages.log([(Envelope("email", "a", "1", at), MemoryArchive().keep([b"x"])[0])], at)
        uow.commit()
    assert health(books, clock)["problems"] == problems
    assert health(books, clock)["counts"]["pending"] == 1


@pytest.mark.parametrize(("minutes", "problems"), [(60, []), (61, ["unsent-old"])])
def test_a_letter_that_waits_too_long_is_named(
    books: MemoryBooks, clock: FakeClock, minutes: int, problems: list[str]
) -> None:
    """A letter that is owed for more than an hour is an alarm."""
    at = clock.at - timedelta(minutes=minutes)
    with books.begin() as uow:
        uow.outbox.put(
            OutboxItem(
                id="1",
                message_id=1,
                channel="email",
                letter=Letter.HELD,
                to="a@b.example",
                subject="",
                text="",
                created_at=at,
                due_at=at,
            )
        )
        uow.commit()
    assert health(books, clock)["problems"] == problems


def test_a_mailbox_that_only_fails_is_late(clock: FakeClock) -> None:
    """Attempts without success are a heartbeat, not health."""
    books = MemoryBooks()
    poll(books, clock.at, "password refused")
    report = health(books, clock)
    assert report["problems"] == ["poll-late"]
    assert report["heartbeat_age"] == 0
    assert report["accounts"][0]["failing"] is True


def test_no_mailbox_ever_seen_is_late(clock: FakeClock) -> None:
    """Before the first poll nothing is well."""
    books = MemoryBooks()
    report = health(books, clock)
    assert report["problems"] == ["poll-late"]
    assert report["heartbeat_age"] is None
