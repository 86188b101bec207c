"""When old mail may leave the mailbox, and when somebody is told that it is full."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailroom.domain.backup import BackupRun
from mailroom.domain.errors import RefusedActionError, TemporaryChannelError
from mailroom.services.mailbox import Mailboxes, twice_kept
from mailroom.testing import MemoryBooks
from tests.support.book_values import ACCOUNT, CHANNEL, NOW, arrive, message, verdict

DAY = timedelta(days=1)


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 1, tzinfo=UTC)


class Room:
    """`ports.Space` of a mailbox in memory."""

    account = ACCOUNT
    alarm_percent = 80

    def __init__(self) -> None:
        self.used, self.limit = 10, 100
        self.there: set[str] = set()
        self.moved: list[tuple[str, int]] = []
        self.broken = False

    def measure(self) -> tuple[int, int | None]:
        if self.broken:
            raise TemporaryChannelError("no answer")
        return self.used, self.limit

    def move(self, external_ids: Sequence[str], year: int) -> tuple[str, list[str]]:
        gone = [one for one in external_ids if one in self.there]
        self.moved += [(one, year) for one in gone]
        return f"kept/{year}", gone

    def close(self) -> None:
        """Nothing is open."""


class Place:
    def __init__(self, *targets: str) -> None:
        self.books, self.room = MemoryBooks(), Room()
        self.mailboxes = Mailboxes(
            books=self.books, spaces={CHANNEL: lambda: self.room}, targets=targets, clock=Clock()
        )

    def take(self, *contents: bytes) -> list[str]:
        logged = arrive(self.books, *contents)
        with self.books.begin() as uow:
            for one in logged:
                uow.messages.record(verdict(one, message()))
            uow.commit()
        ids = [one.envelope.external_id for one in logged]
        self.room.there.update(ids)
        return ids

    def copy(self, target: str, days: float, *, verified: bool = True, forgotten: bool = False) -> None:
        at = NOW + days * DAY
        with self.books.begin() as uow:
            run = uow.keeping.begin_backup(BackupRun(target=target, started_at=at))
            point = f"{target}{run.id}"
            uow.keeping.end_backup(BackupRun(id=run.id, target=target, started_at=at, ended_at=at, point=point))
            if verified:
                uow.keeping.verified(target, point, at)
            if forgotten:
                uow.keeping.forgotten(target, [point], at)
            uow.commit()


def run(target: str, day: int, *, verified: bool = True, forgotten: bool = False) -> BackupRun:
    at = NOW + day * DAY
    return BackupRun(
        target=target, started_at=at, verified_at=at if verified else None, forgotten_at=at if forgotten else None
    )


@pytest.mark.parametrize(
    ("runs", "targets", "day"),
    [
        ([], ["disk"], None),
        ([run("disk", 1)], ["disk"], None),
        ([run("disk", 1), run("disk", 3)], ["disk"], 1),
        ([run("disk", 1), run("disk", 3), run("disk", 5, verified=False)], ["disk"], 1),
        ([run("disk", 1), run("disk", 3, forgotten=True)], ["disk"], None),
        ([run("disk", 1), run("disk", 3)], ["disk", "away"], None),
        ([run("disk", 1), run("disk", 7), run("away", 3)], ["disk", "away"], 3),
        ([run("disk", 1), run("gone", 3)], ["disk"], None),
    ],
)
def test_two_verified_backups_are_two_that_a_drill_proved_and_at_two_places_where_there_are_two(
    runs: list[BackupRun], targets: list[str], day: int | None
) -> None:
    """By table: the instant before which all was archived that both hold."""
    assert twice_kept(runs, targets) == (None if day is None else NOW + day * DAY)


def test_without_two_verified_backups_nothing_is_proposed() -> None:
    """With the reason."""
    place = Place("disk")
    place.take(b"a")
    place.copy("disk", 1)
    with pytest.raises(RefusedActionError, match="backups-missing"):
        place.mailboxes.propose(Clock().now())


def test_old_mail_is_proposed_moved_by_year_and_noted() -> None:
    """What is no longer there is not noted as moved, and nothing is proposed twice."""
    place = Place("disk")
    first, second = place.take(b"a", b"b")
    place.copy("disk", 1)
    place.copy("disk", 2)
    (proposal,) = place.mailboxes.propose(Clock().now())
    assert [one.external_id for one in proposal.messages] == [first, second]
    place.room.there.discard(second)
    (clearing,) = place.mailboxes.clear(proposal, "admin")
    assert (clearing.folder, len(clearing.messages), clearing.actor) == ("kept/2569", 1, "admin")
    assert place.room.moved == [(first, 2569)]
    (again,) = place.mailboxes.propose(Clock().now())
    assert [one.external_id for one in again.messages] == [second]
    (event,) = [one for one in place.books.shelf.events if one.name == "mailbox.cleared"]
    assert event.actor == "admin"


@pytest.mark.parametrize(
    ("used", "limit", "codes"),
    [
        (79, 100, []),
        (80, 100, ["mailbox-filling"]),
        (94, 100, ["mailbox-filling"]),
        (95, 100, ["mailbox-full"]),
        (10**9, None, []),
    ],
)
def test_a_mailbox_that_fills_up_is_told(used: int, limit: int | None, codes: list[str]) -> None:
    """From the configured share on, and louder when mail is about to be refused."""
    place = Place("disk")
    place.room.used, place.room.limit = used, limit
    assert place.mailboxes.watch() is False
    assert place.mailboxes.codes() == codes


def test_a_server_that_does_not_answer_leaves_what_was_known() -> None:
    """Its silence is told by the account's own alarm."""
    place = Place("disk")
    place.room.used = 90
    place.mailboxes.watch()
    place.room.broken = True
    place.mailboxes.watch()
    assert place.mailboxes.codes() == ["mailbox-filling"]
