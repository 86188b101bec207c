"""The dispatcher: what is committed is sent, temporary and permanent failures are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailroom.domain.errors import (
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Reply
from mailroom.ports import Books, UnitOfWork
from mailroom.services.dispatch import Dispatcher
from tests.support.workshop import REQUEST, UNCLEAR, Workshop


def _replies(workshop: Workshop) -> list[Reply]:
    return [reply for record in workshop.records() for reply in record.replies]


async def test_a_letter_is_sent_once_and_the_answer_is_kept(workshop: Workshop) -> None:
    workshop.receive(REQUEST)
    assert await workshop.dispatcher.run() == 1
    assert await workshop.dispatcher.run() == 0
    (reply,) = _replies(workshop)
    assert (reply.state, reply.reply, reply.attempts) == ("sent", "250 accepted", 1)


async def test_a_temporary_failure_is_deferred_and_others_go_on(workshop: Workshop) -> None:
    """It is tried again when it is due, not before, with the same words."""
    workshop.receive(REQUEST, UNCLEAR)
    workshop.postman.failures = [TemporaryChannelError("450 later")]
    assert await workshop.dispatcher.run() == 1
    assert sorted(reply.state for reply in _replies(workshop)) == ["deferred", "sent"]
    assert await workshop.dispatcher.run() == 0
    workshop.clock.advance(hours=5)
    assert await workshop.dispatcher.run() == 1


async def test_a_permanent_failure_is_final_and_shows(workshop: Workshop) -> None:
    workshop.receive(REQUEST)
    workshop.postman.failures = [PermanentChannelError("550 no such user")]
    await workshop.dispatcher.run()
    workshop.clock.advance(days=1)
    assert await workshop.dispatcher.run() == 0
    (reply,) = _replies(workshop)
    assert (reply.state, reply.reply) == ("failed", "550 no such user")


async def test_trouble_of_our_own_ends_the_round_at_once(workshop: Workshop) -> None:
    """A refused password concerns every letter: the server is not hammered with the rest."""
    workshop.receive(REQUEST, UNCLEAR)
    workshop.postman.failures = [ChannelSetupError("535 wrong password"), ChannelSetupError("535 wrong password")]
    assert await workshop.dispatcher.run() == 0
    assert sorted(reply.state for reply in _replies(workshop)) == ["deferred", "pending"]


async def test_an_answer_that_was_lost_leaves_the_letter_in_doubt_for_good(workshop: Workshop) -> None:
    """It is sent again, identical, and remains marked."""
    workshop.receive(REQUEST)
    workshop.postman.failures = [UncertainDeliveryError("connection lost after the final dot")]
    await workshop.dispatcher.run()
    workshop.clock.advance(hours=5)
    await workshop.dispatcher.run()
    (reply,) = _replies(workshop)
    assert (reply.state, reply.uncertain, reply.attempts) == ("sent", True, 2)


async def test_what_a_dead_process_left_claimed_is_due_again(workshop: Workshop) -> None:
    workshop.receive(REQUEST)
    with workshop.books.begin() as uow:
        (claimed,) = uow.outbox.claim("email", workshop.clock.now(), 1)
        uow.commit()
    assert await workshop.dispatcher.run() == 0
    assert workshop.dispatcher.recover() == 1
    assert await workshop.dispatcher.run() == 1
    assert workshop.postman.sent[0].text == claimed.text
    assert _replies(workshop)[0].uncertain


async def test_after_five_days_a_letter_is_given_up_and_shows(workshop: Workshop) -> None:
    workshop.receive(REQUEST)
    for _ in range(100):
        workshop.postman.failures = [TemporaryChannelError("450 later")]
        await workshop.dispatcher.run()
        workshop.clock.advance(hours=5)
    (reply,) = _replies(workshop)
    assert reply.state == "failed"
    assert "given up" in reply.reply


async def test_each_letter_costs_one_commit_and_one_is_under_way_at_a_time(workshop: Workshop) -> None:
    """What became of a letter and the claim of the next are one commit; a crash leaves only that one in doubt."""
    workshop.receive(REQUEST, UNCLEAR, "somdet@citizen.test|ขออนุญาต|ขอใบอนุญาตร้านอาหาร")
    books, postman = CountingBooks(workshop.books), WatchfulPostman(workshop)
    dispatcher = Dispatcher("email", sender=postman, books=books, archive=workshop.archive, clock=workshop.clock)
    assert await dispatcher.run() == 3
    assert postman.under_way == [1, 1, 1]
    assert books.begun == 4


@dataclass
class CountingBooks:
    """Counts the units of work that may write."""

    books: Books
    begun: int = 0

    def begin(self) -> UnitOfWork:
        self.begun += 1
        return self.books.begin()

    def look(self) -> UnitOfWork:
        return self.books.look()

    def close(self) -> None: ...


@dataclass
class WatchfulPostman:
    """Notes at each letter how many are claimed."""

    workshop: Workshop
    under_way: list[int] = field(default_factory=list)

    async def compose(self, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> bytes:
        return item.text.encode()

    async def send(self, item: OutboxItem, raw: bytes) -> str:
        self.under_way.append(sum(reply.state == "sending" for reply in _replies(self.workshop)))
        return "250 ok"

    async def close(self) -> None: ...
