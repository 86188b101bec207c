"""Letters that come back become a clerk's task, and only those that a report can name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.message import Envelope
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.services.acting import Actor
from mailroom.services.announcements import Announcements
from mailroom.services.bounces import Bounces
from mailroom.services.letters import Letters
from mailroom.services.processing import Processing
from mailroom.stages.judge import Judge
from tests.support.delivery_reports import DELAYED, FAILED, RELAYED, DirectReader, headers_of, report
from tests.support.post import AGENCY, CATALOGUE, HOURS, START, Post

OTHER = "f" * 32


class Desk:
    """Delivery with incoming mail beside it."""

    def __init__(self, folder: Path) -> None:
        self.post = Post(folder)
        readers = {"email": DirectReader()}
        letters = Letters(agency=AGENCY, catalogue=CATALOGUE, composer=self.post.composer)
        self.processing = Processing(
            archive=self.post.archive,
            readers=readers,
            books=self.post.books,
            judges={"email": Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)},
            actor=Actor(agency=AGENCY, letters=letters, bounces=Bounces(archive=self.post.archive, readers=readers)),
            announcements=Announcements(),
            clock=self.post.clock,
        )
        self._count = 0

    def receive(self, raw: bytes) -> int:
        """Take a mail into custody and decide it; its row."""
        self._count += 1
        envelope = Envelope("email", "saraban@agency.example", f"INBOX/1/{self._count}", START, size=len(raw))
        with self.post.books.begin() as uow:
            uow.messages.log([(envelope, self.post.archive.keep([raw])[0])], START)
            uow.commit()
        self.processing.run()
        return self._count

    async def send(self, message_id: int | None = None) -> OutboxItem:
        """A licence that was handed over and accepted."""
        (letter,) = self.post.hand_over(message_id=message_id)
        await self.post.dispatcher.run()
        return self.post.item(letter.id)

    def counts(self) -> dict[str, int]:
        with self.post.books.look() as uow:
            return uow.queue.counts()

    def names(self, row: int) -> list[str]:
        return [one.name for one in self.post.events(row)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    place = Desk(tmp_path)
    yield place
    place.post.close()


REQUEST = (
    "From: p@citizen.test\r\nTo: saraban@agency.example\r\nSubject: ขอใบอนุญาต\r\n\r\nขอใบอนุญาตร้านอาหาร\r\n".encode()
)


def returned_whole(item: OutboxItem) -> bytes:
    return report(FAILED.format(envelope=""), headers_of(item.id) + "\nbody", returned_type="message/rfc822")


def returned_headers(item: OutboxItem) -> bytes:
    return report(FAILED.format(envelope=""), headers_of(item.id))


def named_by_envelope(item: OutboxItem) -> bytes:
    return report(FAILED.format(envelope=f"Original-Envelope-Id: {item.id}\n"), "Subject: x\n")


@pytest.mark.parametrize("made", [returned_whole, returned_headers, named_by_envelope])
async def test_a_letter_that_comes_back_is_undelivered(desk: Desk, made: object) -> None:
    """Failed with the other side's words, in the view of undelivered letters, and on the record; never answered."""
    request = desk.receive(REQUEST)
    item = await desk.send(request)
    assert desk.counts()["undelivered"] == 0
    assert callable(made)
    row = desk.receive(made(item))
    now = desk.post.item(item.id)
    assert now.state is OutboxState.FAILED
    assert now.reply == "5.1.1 pinkaew@citizen.test: 550 5.1.1 <pinkaew@citizen.test>: user unknown"
    assert now.sent_at == START
    assert desk.counts()["undelivered"] == 1
    assert "letter.bounced" in desk.names(request)
    with desk.post.books.look() as uow:
        assert uow.outbox.of_message(row) == ()
        (bounced,) = (one for one in uow.events.of_message(request) if one.name == "letter.bounced")
    assert bounced.detail == f"pinkaew@citizen.test: {now.reply}"


async def test_it_stays_failed(desk: Desk) -> None:
    """The dispatcher does not send it again, and a second report changes nothing."""
    item = await desk.send(desk.receive(REQUEST))
    desk.receive(returned_headers(item))
    desk.receive(returned_whole(item))
    desk.post.clock.advance(days=2)
    sent = len(desk.post.postman.sent)
    await desk.post.dispatcher.run()
    assert len(desk.post.postman.sent) == sent
    assert desk.post.item(item.id).state is OutboxState.FAILED


async def test_a_delay_is_noted_only(desk: Desk) -> None:
    request = desk.receive(REQUEST)
    item = await desk.send(request)
    desk.receive(report(DELAYED, headers_of(item.id)))
    assert desk.post.item(item.id).state is OutboxState.SENT
    assert desk.names(request).count("letter.delayed") == 1


@pytest.mark.parametrize(
    "raw",
    [
        report(FAILED.format(envelope=""), headers_of(OTHER)),
        report(FAILED.format(envelope=f"Original-Envelope-Id: {OTHER}\n"), "Subject: x\n"),
        report(FAILED.format(envelope=""), "Message-ID: <1@agency.example>\n"),
        report(FAILED.format(envelope=""), "To: pinkaew@citizen.test\nSubject: ใบอนุญาต\n"),
        report("nothing", "nothing"),
    ],
)
async def test_who_cannot_name_a_letter_is_not_believed(desk: Desk, raw: bytes) -> None:
    """Anyone can write a report; ids of letters are random and known to their receivers alone."""
    item = await desk.send(desk.receive(REQUEST))
    row = desk.receive(raw)
    assert desk.post.item(item.id).state is OutboxState.SENT
    assert desk.names(row) == ["message.decided"]


async def test_success_and_ordinary_mail_change_nothing(desk: Desk) -> None:
    """A person may quote a report; only a report itself counts."""
    item = await desk.send(desk.receive(REQUEST))
    desk.receive(report(RELAYED, headers_of(item.id)))
    quoted = f"From: p@citizen.test\r\nSubject: ?\r\n\r\nAction: failed\r\nMessage-ID: <{item.id}@agency.example>\r\n"
    desk.receive(quoted.encode())
    assert desk.post.item(item.id).state is OutboxState.SENT


def test_a_letter_that_never_left_cannot_come_back(desk: Desk) -> None:
    (letter,) = desk.post.hand_over()
    desk.receive(returned_headers(letter))
    assert desk.post.item(letter.id).state is OutboxState.PENDING


async def test_a_letter_that_answers_no_message_is_found_all_the_same(desk: Desk) -> None:
    """The event stands at the report, and the letter among those that no record shows."""
    item = await desk.send()
    row = desk.receive(returned_headers(item))
    assert desk.names(row) == ["letter.bounced", "message.decided"]
    with desk.post.books.look() as uow:
        (stranded,) = uow.outbox.stranded(10)
    assert (stranded.id, stranded.letter, stranded.state) == (item.id, Letter.LICENCE, OutboxState.FAILED)


async def test_an_acknowledgement_that_comes_back_shows_too(desk: Desk) -> None:
    """Letters of every kind, for example where a server had refused the null return path."""
    request = desk.receive(REQUEST)
    await desk.post.dispatcher.run()
    (sent,) = desk.post.postman.sent
    desk.receive(report(FAILED.format(envelope=""), headers_of(sent.id)))
    assert desk.post.item(sent.id).state is OutboxState.FAILED
    assert "letter.bounced" in desk.names(request)
