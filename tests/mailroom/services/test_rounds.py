"""Custody, processing and marking, as one round of an account joins them."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, BinaryIO

import pytest

from mailroom.domain.backup import Fence
from mailroom.domain.decision import Kind, Outcome
from mailroom.domain.errors import FenceMissingError, TemporaryChannelError
from mailroom.domain.message import Envelope
from mailroom.domain.record import Reading
from mailroom.ports import Content
from mailroom.services.custody import Watch
from tests.support.workshop import REQUEST, START, UNCLEAR, LineReader, Workshop


def test_a_round_takes_decides_and_marks(workshop: Workshop) -> None:
    """In this order, and each mail once."""
    workshop.receive(REQUEST, UNCLEAR)
    again = workshop.rounds.receive(workshop.watch)
    assert (again.taken.messages, again.processed, again.marked) == (0, 0, 0)
    assert workshop.inbox.taken == ["INBOX/1/1", "INBOX/1/2"]


def test_what_is_in_custody_is_processed_although_the_server_fails(workshop: Workshop) -> None:
    """A crash after custody, then a server that is down: the register goes on without it."""
    workshop.inbox.deliver(REQUEST)
    workshop.custody.look(workshop.watch)
    workshop.inbox.fail = TemporaryChannelError("the server is down")
    outcome = workshop.rounds.receive(workshop.watch)
    assert (outcome.processed, outcome.marked, outcome.error) == (1, 0, "the server is down")
    assert workshop.rounds.receive(workshop.watch).marked == 1


def test_a_message_on_which_our_own_code_fails_is_held_and_the_others_go_on(workshop: Workshop) -> None:
    """Registered unread, with its reason; before and behind it everything is decided as usual."""
    records = workshop.receive(REQUEST, "!poison", UNCLEAR)
    kinds = [record.classification.kind for record in records if record.classification]
    assert kinds == [Kind.REQUEST, Kind.UNPARSED, Kind.REQUEST]
    assert [str(record.number) for record in records] == ["1/2569", "2/2569", "3/2569"]


def test_a_message_that_stopped_the_program_three_times_is_not_read_again(workshop: Workshop) -> None:
    """Attempts are counted before the work begins, so that a crash counts."""
    workshop.inbox.deliver(REQUEST)
    workshop.custody.look(workshop.watch)
    with workshop.books.look() as uow:
        (logged,) = uow.messages.pending(count=1, size=1)
    for _ in range(3):
        with workshop.books.begin() as uow:
            uow.messages.attempt([logged.id])
            uow.commit()
    workshop.processing.run()
    (record,) = workshop.records()
    assert record.classification is not None
    assert record.classification.kind is Kind.UNPARSED


def test_without_the_fence_of_a_restore_messages_wait_unharmed(workshop: Workshop) -> None:
    """They are in custody, no attempt is counted, and behind the fence they are decided as any other."""
    with workshop.books.begin() as uow:
        uow.keeping.require_fence(START, "4af1")
        uow.commit()
    for _ in range(4):
        with pytest.raises(FenceMissingError, match="mailroom fence"):
            workshop.receive(REQUEST)
    assert [(record.decision, record.logged.attempts) for record in workshop.records()] == [(None, 0)] * 4
    with workshop.books.begin() as uow:
        uow.keeping.lift_fence([Fence("in", 2569, 5, "สมุดทะเบียน"), Fence("out", 2569, 0, "")], "malee", START)
        uow.commit()
    workshop.processing.run()
    record = workshop.records()[0]
    assert record.classification is not None
    assert (record.classification.kind, str(record.number)) == (Kind.REQUEST, "6/2569")


def test_after_a_crash_each_message_goes_alone(workshop: Workshop) -> None:
    """Only the culprit collects attempts; its neighbours are decided at the next try."""
    for raw in (REQUEST, UNCLEAR):
        workshop.inbox.deliver(raw)
    workshop.custody.look(workshop.watch)
    with workshop.books.begin() as uow:
        uow.messages.attempt([one.id for one in uow.messages.pending(count=9, size=1 << 20)])
        uow.commit()
    assert workshop.processing.run() == 2
    assert {record.decision.outcome for record in workshop.records() if record.decision} == {
        Outcome.ACCEPT,
        Outcome.HOLD,
    }


def test_reading_ahead_keeps_the_order_of_entry_and_counts_attempts_first(workshop: Workshop) -> None:
    """While one batch is decided the next is read: nothing is read whose attempt is not committed."""
    reader = workshop.readers["email"] = AttemptsReader(workshop)
    for number in reversed(range(250)):
        workshop.inbox.deliver(f"c{number}@citizen.test|ขออนุญาต|ขอใบอนุญาตร้านอาหาร", START + timedelta(seconds=number))
    workshop.custody.look(workshop.watch)
    assert workshop.processing.run() == 250
    entered = sorted(workshop.records(), key=lambda record: record.logged.envelope.entered_system_at)
    assert [record.number.number for record in entered if record.number] == list(range(1, 251))
    assert reader.attempts == [1] * 250


class AttemptsReader(LineReader):
    """Notes the attempts that the books show for the batch that it is given."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self.attempts: list[int] = []

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        ordered = sorted(self._workshop.records(), key=lambda record: record.logged.envelope.entered_system_at)
        batch = ordered[len(self.attempts) : len(self.attempts) + len(sources)]
        self.attempts += [record.logged.attempts for record in batch]
        return super().read_many(sources)


def test_processing_goes_on_beside_custody_and_numbers_keep_the_order_of_entry(workshop: Workshop) -> None:
    """Of two folders the second is fetched last: nothing that entered after its first mail is numbered before it."""
    reader = workshop.readers["email"] = TellingReader()
    workshop.inbox.batch = 2
    for place, second in enumerate((0, 1, 2, 4, 6, 8, 3, 5, 7)):
        at = START + timedelta(seconds=second)
        workshop.inbox.put(f"{'INBOX' if place < 6 else 'Junk'}/1/{place}", f"{place}{REQUEST}".encode(), at)
    inbox = FolderByFolder(workshop.inbox)
    workshop.inbox.before_fetch = lambda one: None if one.external_id != "Junk/1/8" else reader.wait()
    assert workshop.rounds.receive(Watch(inbox, workshop.watch.since)).processed == 9
    entered = sorted(workshop.records(), key=lambda record: record.logged.envelope.entered_system_at)
    assert [record.number.number for record in entered if record.number] == list(range(1, len(entered) + 1))


class TellingReader(LineReader):
    """Tells when something was read."""

    def __init__(self) -> None:
        self._has_read = threading.Event()

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        self._has_read.set()
        return super().read_many(sources)

    def wait(self) -> None:
        assert self._has_read.wait(30), "nothing is read while custody goes on"


class FolderByFolder:
    """Fetches one folder after the other, as a mail server's inbox does."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        for _, group in groupby(sorted(envelopes, key=_folder), key=_folder):
            yield from self._inner.fetch(list(group))


def _folder(envelope: Envelope) -> str:
    return envelope.external_id.partition("/")[0]


def test_a_stream_is_kept_before_the_next_batch_is_asked_for(workshop: Workshop) -> None:
    """What comes in pieces comes from the connection itself."""
    inbox = StreamingInbox(workshop.inbox)
    for raw in (REQUEST, UNCLEAR):
        workshop.inbox.deliver(raw)
    assert workshop.custody.look(Watch(inbox, workshop.watch.since)).messages == 2
    assert inbox.consumed == 2


class StreamingInbox:
    """Gives every content in pieces, alone in its batch, and fails when it is asked for more too early."""

    trouble = ""

    def __init__(self, inbox: Any) -> None:
        self._inbox = inbox
        self.channel, self.account = inbox.channel, inbox.account
        self.consumed = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        for number, batch in enumerate(self._inbox.fetch(envelopes)):
            assert self.consumed == number
            yield [(envelope, self._pieces(content)) for envelope, content in batch]

    def _pieces(self, content: bytes) -> Iterator[bytes]:
        yield content[:10]
        yield content[10:]
        self.consumed += 1


def test_without_consent_an_old_mailbox_is_only_counted(workshop: Workshop) -> None:
    """And once the mailbox was begun, consent is not asked for again."""
    watch = Watch(workshop.inbox)
    workshop.inbox.deliver(REQUEST)
    assert workshop.custody.look(watch).awaiting_consent == 1
    assert workshop.records() == []
    workshop.custody.look(workshop.watch)
    workshop.inbox.deliver(UNCLEAR, START + timedelta(minutes=1))
    assert workshop.custody.look(watch).messages == 1


def test_a_failed_look_is_noted_with_its_reason(workshop: Workshop) -> None:
    """The queue and the health page show when a mailbox was last read, and why not since."""
    workshop.inbox.fail = TemporaryChannelError("the server is down")
    with pytest.raises(TemporaryChannelError):
        workshop.custody.look(workshop.watch)
    with workshop.books.look() as uow:
        ((_, _, success, attempt, error),) = uow.accounts.states()
    assert (success, attempt, error) == (None, START, "the server is down")


def test_a_missing_folder_is_told_while_the_others_go_on(workshop: Workshop) -> None:
    """The round does its work, and says what is wrong; health counts it as a failed look."""
    workshop.inbox.trouble = "Requests: no such folder"
    workshop.inbox.deliver(REQUEST)
    outcome = workshop.rounds.receive(workshop.watch)
    assert (outcome.processed, outcome.marked, outcome.error) == (1, 1, "Requests: no such folder")
    with workshop.books.look() as uow:
        ((_, _, success, _, error),) = uow.accounts.states()
    assert (success, error) == (None, "Requests: no such folder")
