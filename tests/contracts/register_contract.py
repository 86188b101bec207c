"""What register, cases, outbox and upkeep promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailroom.domain.case import Case, CaseState
from mailroom.domain.decision import Outcome
from mailroom.domain.errors import StorageError
from mailroom.domain.message import LoggedMessage
from mailroom.domain.outbox import OutboxState
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.support.book_values import (
    ACCOUNT,
    CHANNEL,
    NOW,
    arrive,
    decide,
    decision,
    draft,
    full_message,
    item,
    message,
    verdict,
)

DAY = timedelta(days=1)


def enter(books: Books, logged: LoggedMessage) -> None:
    with books.begin() as uow:
        uow.register.enter(draft(logged))
        uow.commit()


class RegisterContract:
    def test_numbers_run_from_one_in_each_year(self, books: Books) -> None:
        """Two years may be open at once, each with its own unbroken numbers."""
        rows = arrive(books, *(b"%d" % n for n in range(5)))
        years = (2568, 2569, 2568, 2569, 2569)
        with books.begin() as uow:
            entries = [uow.register.enter(draft(logged, year)) for logged, year in zip(rows, years, strict=True)]
            uow.commit()
        assert [str(entry.number) for entry in entries] == ["1/2568", "1/2569", "2/2568", "2/2569", "3/2569"]
        with books.look() as uow:
            assert uow.register.last(2569) == RegisterNumber(2569, 3)
            assert uow.register.last(2570) is None

    def test_numbers_go_on_in_the_next_transaction(self, books: Books) -> None:
        """The counter is committed with the entries."""
        rows = arrive(books, b"a", b"b")
        for number, logged in enumerate(rows, 1):
            with books.begin() as uow:
                assert uow.register.enter(draft(logged)).number.number == number
                uow.commit()

    def test_a_message_has_one_number(self, books: Books) -> None:
        """A second entry for a message fails, and gives no number away."""
        [logged, other] = arrive(books, b"a", b"b")
        with books.begin() as uow:
            uow.register.enter(draft(logged))
            uow.commit()
        with pytest.raises(StorageError):
            enter(books, logged)
        with books.begin() as uow:
            assert uow.register.enter(draft(other)).number.number == 2

    def test_the_register_is_listed_with_its_messages(self, books: Books) -> None:
        """In order of year and number, all or one year, each line as it was entered."""
        rows = arrive(books, *(b"%d" % n for n in range(450)))
        with books.begin() as uow:
            for n, logged in enumerate(rows):
                uow.messages.record(verdict(logged, full_message()))
                uow.register.enter(draft(logged, 2568 + n % 2, letter_no=f"ที่ {n}", dated=NOW.date()))
            uow.commit()
        with books.look() as uow:
            listed = list(uow.register.entries(None))
            assert [entry for entry, _ in listed if entry.number.year == 2569] == [
                entry for entry, _ in uow.register.entries(2569)
            ]
            assert uow.register.of_message(rows[3].id) == next(
                entry for entry, record in listed if record.logged.id == rows[3].id
            )
        assert [entry.number for entry, _ in listed] == sorted(entry.number for entry, _ in listed)
        for entry, record in listed:
            assert (entry.draft.message_id, record.number) == (record.logged.id, entry.number)
            assert record.message is not None
            assert record.message.attachments == full_message().attachments

    def test_cases_are_opened_and_carried_on(self, books: Books) -> None:
        """A case is found by its number and changes its state."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            entry = decide(uow, logged, message())
            case = Case(entry.number, logged.id, CaseState.OPEN, "build")
            assert uow.cases.of(entry.number) == case
            changed = replace(case, state=CaseState.REDIRECTED, follows=RegisterNumber(2568, 3))
            uow.cases.save(changed)
            assert uow.cases.of(entry.number) == changed
            assert uow.cases.of(RegisterNumber(2568, 1)) is None

    def test_due_letters_are_claimed_once(self, books: Books) -> None:
        """The one that is due longest comes first, whole, with its attempt counted; a second claim finds nothing."""
        [logged] = arrive(books, b"a")
        waiting = [item(logged.id, n, due_at=NOW - n * DAY) for n in range(3)]
        with books.begin() as uow:
            for one in (*waiting, item(logged.id, 7, due_at=NOW + DAY), item(logged.id, 8, channel="line")):
                uow.outbox.put(one)
            uow.commit()
        with books.begin() as uow:
            assert uow.outbox.claim(CHANNEL, NOW, 2) == [waiting[2].claimed(), waiting[1].claimed()]
            uow.commit()
        with books.begin() as uow:
            assert uow.outbox.claim(CHANNEL, NOW, 9) == [waiting[0].claimed()]
            assert uow.outbox.claim(CHANNEL, NOW, 9) == []

    def test_what_became_of_a_letter_is_saved(self, books: Books) -> None:
        """A sent letter is never claimed again; a deferred one is, when its time comes."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            for key in (1, 2, 3):
                uow.outbox.put(item(logged.id, key))
            first, second, third = sorted(uow.outbox.claim(CHANNEL, NOW, 9), key=lambda one: one.id)
            uow.outbox.save(first.sent(NOW, "250 ok"))
            uow.outbox.save(second.deferred(NOW + DAY, "451 later"))
            uow.outbox.save(third.failed("550 no"))
            uow.commit()
        with books.begin() as uow:
            states = {reply.reply: reply.state for reply in uow.outbox.of_message(logged.id)}
            assert states == {"250 ok": "sent", "451 later": "deferred", "550 no": "failed"}
            assert uow.outbox.claim(CHANNEL, NOW, 9) == []
            [again] = uow.outbox.claim(CHANNEL, NOW + DAY, 9)
            assert (again.id, again.attempts) == (second.id, 2)

    def test_what_a_dead_process_claimed_is_due_again(self, books: Books) -> None:
        """After a crash a claimed letter is due at once, and marked as uncertain."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.outbox.put(item(logged.id))
            uow.outbox.claim(CHANNEL, NOW, 9)
            uow.commit()
        with books.begin() as uow:
            assert uow.outbox.reclaim(NOW + DAY) == 1
            assert uow.outbox.reclaim(NOW + DAY) == 0
            uow.commit()
        with books.begin() as uow:
            [again] = uow.outbox.claim(CHANNEL, NOW + DAY, 9)
        assert (again.uncertain, again.attempts) == (True, 2)

    def test_an_account_is_started_once(self, books: Books) -> None:
        """The first start stays; polls tell success from failure."""
        with books.begin() as uow:
            assert uow.accounts.started(CHANNEL, ACCOUNT) is None
            uow.accounts.polled(CHANNEL, ACCOUNT, NOW - DAY, "")
            assert uow.accounts.started(CHANNEL, ACCOUNT) is None
            uow.accounts.start(CHANNEL, ACCOUNT, NOW)
            uow.accounts.start(CHANNEL, ACCOUNT, NOW + DAY)
            uow.accounts.polled(CHANNEL, ACCOUNT, NOW, "no route")
            assert uow.accounts.started(CHANNEL, ACCOUNT) == NOW
            assert uow.accounts.states() == [(CHANNEL, ACCOUNT, NOW - DAY, NOW, "no route")]
            uow.accounts.polled(CHANNEL, ACCOUNT, NOW + DAY, "")
            assert uow.accounts.states() == [(CHANNEL, ACCOUNT, NOW + DAY, NOW + DAY, "")]

    def test_ages_show_what_waits(self, books: Books) -> None:
        """The oldest message and letter that wait, and how many do."""
        with books.look() as uow:
            nothing = {"oldest_pending_at": None, "oldest_unsent_at": None}
            assert uow.health.ages() == nothing | {"pending": 0, "unsent": 0, "failed": 0, "held": 0}
        held, _ = arrive(books, b"a", b"b")
        with books.begin() as uow:
            uow.messages.record(verdict(held, message(), decision=decision(Outcome.HOLD)))
            for key, state in enumerate(OutboxState):
                uow.outbox.put(item(held.id, key, state=state, created_at=NOW - (key + 1) * DAY))
            uow.commit()
        with books.look() as uow:
            waiting = {"oldest_pending_at": NOW, "oldest_unsent_at": NOW - 3 * DAY}
            assert uow.health.ages() == waiting | {"pending": 1, "unsent": 3, "failed": 1, "held": 1}
