"""What unit of work and message log promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailroom.domain.decision import Classification, Kind, Letter, Outcome
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.message import LoggedMessage
from mailroom.domain.record import Event, MessageRecord
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.support.book_values import (
    ACCOUNT,
    CHANNEL,
    NOW,
    YEAR,
    arrive,
    decide,
    decision,
    draft,
    envelope,
    full_classification,
    full_message,
    item,
    kept,
    message,
    verdict,
)

DAY = timedelta(days=1)


def record_of(books: Books, logged: LoggedMessage) -> MessageRecord:
    with books.look() as uow:
        record = uow.messages.get(logged.id)
    assert record is not None
    return record


def decide_and_fail(books: Books, logged: LoggedMessage) -> None:
    with books.begin() as uow:
        decide(uow, logged, message(), 1)
        raise KeyError


def record_all(books: Books, *rows: LoggedMessage) -> None:
    with books.begin() as uow:
        for logged in rows:
            uow.messages.record(verdict(logged, message()))
        uow.commit()


class LogContract:
    def test_the_event_log_tells_of_each_message_in_order(self, books: Books) -> None:
        """Who, what, when and why, as it was added; also before the commit, and of no other message."""
        [logged, other] = arrive(books, b"a", b"b")
        with books.begin() as uow:
            uow.events.add("message.opened", NOW, message_id=logged.id, actor="malee")
            uow.events.add("message.opened", NOW, message_id=other.id, actor="chai")
            uow.events.add("message.decided", NOW + DAY, message_id=logged.id, detail="hold")
            assert len(uow.events.of_message(logged.id)) == 2
            uow.commit()
        with books.look() as uow:
            assert uow.events.of_message(logged.id) == [
                Event("message.opened", NOW, logged.id, "malee", ""),
                Event("message.decided", NOW + DAY, logged.id, "", "hold"),
            ]

    def test_nothing_stays_without_commit(self, books: Books) -> None:
        """Leaving the block without commit, or by an exception, leaves no trace; numbers go back too."""
        [logged, other] = arrive(books, b"a", b"b")
        with books.begin() as uow:
            assert decide(uow, logged, message()).number == RegisterNumber(YEAR, 1)
        with pytest.raises(KeyError):
            decide_and_fail(books, logged)
        with books.begin() as uow:
            assert decide(uow, other, message()).number == RegisterNumber(YEAR, 1)
            uow.commit()
        with books.look() as uow:
            assert uow.messages.get(logged.id) == MessageRecord(logged, NOW)
            assert uow.outbox.of_message(logged.id) == ()

    def test_a_look_cannot_commit(self, books: Books) -> None:
        """Who only reads cannot commit by mistake."""
        with books.look() as uow, pytest.raises(RuntimeError):
            uow.commit()

    def test_a_committed_unit_of_work_is_over(self, books: Books) -> None:
        """A second commit is refused: what came between would not be in it."""
        with books.begin() as uow:
            uow.commit()
            with pytest.raises(RuntimeError):
                uow.commit()

    def test_a_look_sees_one_state(self, books: Books) -> None:
        """What another commits meanwhile does not show in a look that has begun to read."""
        with books.look() as uow:
            assert list(uow.messages.every()) == []
            arrive(books, b"a")
            assert list(uow.messages.every()) == []

    def test_an_arrival_is_logged_once(self, books: Books) -> None:
        """The same external id again is passed over, and the first row stays as it was."""
        first, again = kept(b"first"), kept(b"again")
        for content in (first, again):
            with books.begin() as uow:
                uow.messages.log([(envelope("INBOX/1/1"), content)], NOW)
                uow.commit()
        with books.look() as uow:
            [record] = uow.messages.every()
        assert (record.logged.digest, record.logged.envelope) == (first.digest, envelope("INBOX/1/1"))

    def test_known_ids_are_those_of_the_account(self, books: Books) -> None:
        """What another account logged under the same id is not known here; any number may be asked."""
        arrive(books, b"a", b"b")
        asked = [f"INBOX/1/{n}" for n in range(3000)]
        with books.look() as uow:
            assert uow.messages.known(CHANNEL, ACCOUNT, asked) == {"INBOX/1/0", "INBOX/1/1"}
            assert uow.messages.known(CHANNEL, "other@agency.test", asked) == set()

    def test_pending_comes_in_order_of_entry_within_bounds(self, books: Books) -> None:
        """At most so many messages, and so many bytes beyond the first, which is never left behind."""
        with books.begin() as uow:
            times = (3, 1, 2, 0)
            arrivals = [(envelope(str(n), NOW + n * DAY), kept(b"x", size=100)) for n in times]
            uow.messages.log(arrivals, NOW)
            uow.commit()
        with books.look() as uow:
            for count, size, expected in ((9, 999, "0123"), (2, 999, "01"), (9, 250, "012"), (9, 0, "0")):
                batch = uow.messages.pending(count=count, size=size)
                assert "".join(one.envelope.external_id for one in batch) == expected
            passed_over = [one.id for one in uow.messages.pending(count=2, size=999)]
            batch = uow.messages.pending(count=1, size=999, without=passed_over)
            assert "".join(one.envelope.external_id for one in batch) == "2"
            early = uow.messages.pending(count=9, size=999, before=NOW + 2 * DAY)
            assert "".join(one.envelope.external_id for one in early) == "01"

    def test_attempts_are_counted(self, books: Books) -> None:
        """Each attempt shows in the row, so that a crash is not forgotten."""
        [logged] = arrive(books, b"a")
        for _ in range(2):
            with books.begin() as uow:
                uow.messages.attempt([logged.id])
                uow.commit()
        assert record_of(books, logged).logged.attempts == 2

    def test_a_verdict_is_read_back_whole(self, books: Books) -> None:
        """Everything that the log keeps of a message comes back as it was recorded."""
        [logged] = arrive(books, b"a")
        said = replace(full_message(), headers={"list-id": ("x",)}, part_types=("text/plain",))
        made = verdict(
            logged,
            said,
            classification=full_classification(),
            decision=decision(letter=Letter.HELD),
            deemed_received_at=NOW + DAY,
            duplicate_of="d" * 64,
            follows=RegisterNumber(2568, 7),
        )
        with books.begin() as uow:
            uow.messages.record(made)
            entry = uow.register.enter(draft(logged))
            uow.outbox.put(item(logged.id))
            uow.commit()
        record = record_of(books, logged)
        assert record == MessageRecord(
            logged=logged,
            arrived_at=NOW,
            message=full_message(),
            classification=full_classification(),
            decision=decision(letter=Letter.HELD),
            deemed_received_at=NOW + DAY,
            processed_at=NOW,
            number=entry.number,
            follows=RegisterNumber(2568, 7),
            duplicate_of="d" * 64,
            replies=record.replies,
        )
        [reply] = record.replies
        assert (reply.letter, reply.to, reply.state) == (Letter.ACKNOWLEDGEMENT, "Somchai@example.test", "pending")

    def test_a_message_is_decided_once(self, books: Books) -> None:
        """Of two that decide on one message the second fails, with all that it wrote."""
        [logged, other] = arrive(books, b"a", b"b")
        with books.begin() as uow:
            uow.messages.record(verdict(logged, message()))
            uow.commit()
        with pytest.raises(StorageError):
            record_all(books, other, logged)
        assert record_of(books, other).decision is None

    def test_a_clerk_decides_anew(self, books: Books) -> None:
        """The clerk's decision, name and reason are in force; what was understood stays, but for the service."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            clerk = uow.clerks.add("somsri", "สมศรี", "")
            uow.messages.record(verdict(logged, message(), decision=decision(Outcome.HOLD)))
            uow.messages.decide_anew(logged.id, decision(Outcome.IGNORE, register=False), clerk, "ซ้ำ", "road")
            uow.commit()
        record = record_of(books, logged)
        assert record.decision == decision(Outcome.IGNORE, register=False)
        assert (record.decided_by, record.clerk_reason) == ("somsri", "ซ้ำ")
        assert record.classification == Classification(Kind.REQUEST, "road")

    def test_nothing_undecided_is_decided_anew(self, books: Books) -> None:
        """A clerk cannot decide what the program has not, nor what is not there."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            clerk = uow.clerks.add("somsri", "สมศรี", "")
            for one in (logged.id, 999):
                with pytest.raises(RefusedActionError):
                    uow.messages.decide_anew(one, decision(), clerk, "reason")

    def test_only_decided_messages_are_untaken(self, books: Books) -> None:
        """A message is marked at the server once it is decided, and only once."""
        first, second, _ = arrive(books, b"a", b"b", b"c")
        with books.begin() as uow:
            for logged in (first, second):
                uow.messages.record(verdict(logged, message()))
            uow.commit()
        with books.begin() as uow:
            assert uow.messages.untaken(CHANNEL, ACCOUNT, 9) == ["INBOX/1/0", "INBOX/1/1"]
            assert uow.messages.untaken(CHANNEL, ACCOUNT, 1) == ["INBOX/1/0"]
            uow.messages.taken(CHANNEL, ACCOUNT, ["INBOX/1/0"], NOW)
            assert uow.messages.untaken(CHANNEL, ACCOUNT, 9) == ["INBOX/1/1"]

    def test_every_message_is_listed_in_order_of_custody(self, books: Books) -> None:
        """All of a long log, each with its own attachments and replies."""
        rows = arrive(books, *(b"%d" % n for n in range(450)))
        with books.begin() as uow:
            for logged in rows[::2]:
                decide(uow, logged, message(attachments=full_message().attachments), logged.id)
            uow.commit()
        with books.look() as uow:
            listed = list(uow.messages.every())
        assert [record.logged.id for record in listed] == [logged.id for logged in rows]
        for record in listed[::2]:
            assert record.message is not None
            assert record.message.attachments == full_message().attachments
            assert len(record.replies) == 1
