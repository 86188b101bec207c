"""Letters as sent: the bytes are kept before they go, and the other side's answer afterwards."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailroom.domain.errors import PermanentChannelError, StorageError, TemporaryChannelError
from mailroom.domain.evidence import SentCopy
from mailroom.domain.message import Kept, Place
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Reply
from mailroom.ports import Content
from mailroom.services.dispatch import Dispatcher
from mailroom.testing import RecordingSender
from storage.findings import Severity
from storage.verify import verify
from tests.support.workshop import AGENCY, REQUEST, UNCLEAR, Workshop


@dataclass
class WatchedSender(RecordingSender):
    """Calls `at_send` when bytes are about to go."""

    at_send: Callable[[bytes], None] = lambda _: None
    signature: list[bytes] = field(default_factory=list)
    """One for each composing: what differs from one attempt to the next."""

    async def compose(self, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> bytes:
        return await super().compose(item, enclosed) + (self.signature.pop(0) if self.signature else b"")

    async def send(self, item: OutboxItem, raw: bytes) -> str:
        self.at_send(raw)
        return await super().send(item, raw)


class FullArchive:
    """Takes nothing."""

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        raise StorageError("the disk is full; make room")


def replies(workshop: Workshop) -> list[Reply]:
    return [reply for record in workshop.records() for reply in record.replies]


def copies(workshop: Workshop) -> list[SentCopy]:
    with workshop.books.look() as uow:
        return [one for reply in replies(workshop) for one in uow.sent.of_item(reply.id)]


def kept(workshop: Workshop, copy: SentCopy) -> bytes:
    with closing(workshop.archive.open(Place(copy.segment, copy.offset, copy.stored_length), copy.digest)) as source:
        return source.read()


def dispatcher(workshop: Workshop, sender: RecordingSender, before: Callable[[], None] = lambda: None) -> Dispatcher:
    return Dispatcher(
        "email",
        sender=sender,
        books=workshop.books,
        archive=workshop.archive,
        clock=workshop.clock,
        before_letter=before,
    )


async def test_the_bytes_are_in_the_archive_before_they_go(workshop: Workshop) -> None:
    """And the books name them, with the server's answer, once it is known."""
    there: list[bool] = []
    segments = workshop.archive._folder

    def look(raw: bytes) -> None:
        from storage.archive import SegmentArchive

        with closing(SegmentArchive(segments.parent)) as archive:
            there.extend(one.size == len(raw) for one in list(archive.scan())[-1:])

    sender = WatchedSender(at_send=look)
    workshop.receive(REQUEST)
    await dispatcher(workshop, sender).run()
    assert there == [True]
    [copy] = copies(workshop)
    assert kept(workshop, copy) == sender.raws[0]
    assert (copy.attempt, copy.reply, copy.accepted, copy.size) == (1, "250 accepted", True, len(sender.raws[0]))


async def test_a_letter_that_cannot_be_kept_does_not_go(workshop: Workshop) -> None:
    """It waits, and says why; when there is room again it goes."""
    workshop.receive(REQUEST)
    sending = dispatcher(workshop, workshop.postman)
    archive, sending._copies._archive = sending._copies._archive, FullArchive()  # type: ignore[assignment]
    assert await sending.run() == 0
    [reply] = replies(workshop)
    assert (workshop.postman.sent, reply.state, reply.uncertain) == ([], "deferred", False)
    assert "kept" in reply.reply
    assert "make room" in reply.reply
    assert copies(workshop) == []
    sending._copies._archive = archive
    workshop.clock.advance(hours=1)
    assert await sending.run() == 1


async def test_each_attempt_is_noted_and_equal_bytes_are_kept_once(workshop: Workshop) -> None:
    """A server that is away for days fills no disk; what it said each time stays."""
    workshop.receive(REQUEST)
    workshop.postman.failures = [TemporaryChannelError("450 later"), TemporaryChannelError("451 still later")]
    for _ in range(3):
        await workshop.dispatcher.run()
        workshop.clock.advance(hours=2)
    noted = copies(workshop)
    assert [(one.attempt, one.reply, one.accepted) for one in noted] == [
        (1, "450 later", False),
        (2, "451 still later", False),
        (3, "250 accepted", True),
    ]
    assert len({(one.segment, one.offset, one.digest) for one in noted}) == 1


async def test_a_signature_makes_each_attempt_a_copy_of_its_own(workshop: Workshop) -> None:
    """What was handed over at each attempt is kept, not what went in the end."""
    sender = WatchedSender(failures=[TemporaryChannelError("450 later")], signature=[b"one", b"two"])
    sending = dispatcher(workshop, sender)
    workshop.receive(REQUEST)
    for _ in range(2):
        await sending.run()
        workshop.clock.advance(hours=2)
    first, second = (kept(workshop, one) for one in copies(workshop))
    assert (first[-3:], second[-3:], first[:-3] == second[:-3]) == (b"one", b"two", True)


async def test_what_was_refused_is_kept_too(workshop: Workshop) -> None:
    """That an address took nothing is proven as well as that it did."""
    workshop.receive(REQUEST)
    workshop.postman.failures = [PermanentChannelError("550 no such user")]
    await workshop.dispatcher.run()
    [copy] = copies(workshop)
    assert (copy.reply, copy.accepted) == ("550 no such user", False)


async def test_letters_wait_while_what_comes_before_them_cannot_be_done(workshop: Workshop) -> None:
    """Nothing goes, nothing counts as an attempt, nothing is noted; the next round tries anew."""
    workshop.receive(REQUEST, UNCLEAR)
    troubles: list[Exception] = [TemporaryChannelError("the journal takes nothing"), StorageError("the disk is full")]

    def before() -> None:
        if troubles:
            raise troubles.pop(0)

    sending = dispatcher(workshop, workshop.postman, before)
    for _ in range(2):
        assert await sending.run() == 0
        assert [(one.state, one.attempts, one.reply) for one in replies(workshop)] == [("pending", 0, "")] * 2
    assert copies(workshop) == []
    assert await sending.run() == 2


async def test_what_comes_before_a_letter_sees_its_number_committed(workshop: Workshop) -> None:
    """Once for each letter, also for one that came into the books in the middle of the round."""
    workshop.receive(REQUEST)
    seen: list[int] = []

    def before() -> None:
        with workshop.books.look() as uow:
            seen.append(sum(1 for _ in uow.register.entries(None)))
        if len(seen) == 1:
            workshop.receive(REQUEST.replace("somchai", "somying"))

    assert await dispatcher(workshop, workshop.postman, before).run() == 2
    assert seen == [1, 2]


async def test_a_process_that_dies_over_a_letter_leaves_its_bytes(workshop: Workshop, tmp_path: Path) -> None:
    """After the start it goes again, is kept again, and the check notes bytes that nobody names: no fault, nothing lost."""

    def die(_: bytes) -> None:
        raise SystemExit

    workshop.receive(REQUEST)
    with pytest.raises(SystemExit):
        await dispatcher(workshop, WatchedSender(at_send=die)).run()
    assert copies(workshop) == []
    workshop.dispatcher.recover()
    assert await workshop.dispatcher.run() == 1
    [copy] = copies(workshop)
    assert (copy.attempt, kept(workshop, copy)) == (2, workshop.postman.raws[0])
    report = verify(tmp_path / "archive", f"sqlite:///{tmp_path / 'books.db'}", AGENCY.key)
    assert report.ok, report.findings
    assert [one.severity for one in report.findings] == [Severity.NOTE]
