"""What every place for the journal promises, and what the books promise about it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest

from mailroom.domain.backup import Fence, NumberVoid
from mailroom.domain.errors import FenceMissingError, TemporaryChannelError
from mailroom.domain.journal import Claim, JournalState, SentStub, Stub
from mailroom.ports import Books, UnitOfWork
from mailroom.ports.journal import Journal
from tests.contracts.sent_contract import sent_copy
from tests.support.book_values import NOW, YEAR, arrive, draft, item
from tests.support.paper_values import SERVICE, outgoing

PAGE = "สมุดบันทึกเลข หน้า 1 · page 1\n\nโปรดอย่าลบ\n\n{}"
LICENCE = f"licence:{SERVICE}"


class JournalKit(Protocol):
    """The other side of a journal."""

    def journal(self) -> Journal:
        """Another process's, closed by the suite."""

    def disturb(self) -> None:
        """Somebody puts there what is no page."""

    def lose(self) -> None:
        """Somebody removes all that is there."""

    def stop(self) -> None:
        """Nothing answers any more."""


def texts(journal: Journal, since: str = "") -> list[str]:
    return [text.replace("\r\n", "\n").strip() for _, text in journal.pages(since)]


class JournalContract:
    """Subclass it and give it a `kit` fixture."""

    @pytest.fixture
    def kit(self) -> Any:
        raise NotImplementedError

    @pytest.fixture
    def journal(self, kit: JournalKit) -> Any:
        made = kit.journal()
        yield made
        made.close()

    def test_what_was_never_written_to_is_empty(self, journal: Journal) -> None:
        """No page, and no error."""
        assert list(journal.pages()) == []

    def test_pages_come_back_in_order_and_whole(self, journal: Journal) -> None:
        """In whatever language, long lines too."""
        pages = [PAGE.format(n) + "x" * 3000 for n in range(45)]
        for page in pages:
            journal.append(page)
        assert texts(journal) == pages

    def test_another_process_reads_them(self, journal: Journal, kit: JournalKit) -> None:
        """On return of `append` they are there for everybody."""
        journal.append(PAGE.format(1))
        other = kit.journal()
        assert texts(other) == [PAGE.format(1)]
        other.append(PAGE.format(2))
        assert texts(journal) == [PAGE.format(1), PAGE.format(2)]
        other.close()

    def test_from_a_mark_on_only_later_ones_are_read(self, journal: Journal) -> None:
        """The one of the mark itself comes again, so that it is seen to be there still."""
        for number in range(3):
            journal.append(PAGE.format(number))
        marks = [mark for mark, _ in journal.pages()]
        assert [mark for mark, _ in journal.pages(marks[1])] == marks[1:]
        assert texts(journal, marks[2]) == [PAGE.format(2)]
        assert len(set(marks)) == 3

    @pytest.mark.parametrize("mark", ["", "1:99999999999999", "x", "0:1", ":", "ก:ข"])
    def test_a_mark_of_another_place_means_from_the_beginning(self, journal: Journal, mark: str) -> None:
        """Better read twice than passed over."""
        journal.append(PAGE.format(1))
        assert texts(journal, mark) == [PAGE.format(1)]

    def test_what_is_no_page_does_not_hide_those_behind_it(self, journal: Journal, kit: JournalKit) -> None:
        """It is given as it is, or empty."""
        journal.append(PAGE.format(1))
        kit.disturb()
        journal.append(PAGE.format(2))
        found = texts(journal)
        assert (found[0], found[-1]) == (PAGE.format(1), PAGE.format(2))

    def test_after_a_loss_the_place_is_made_again(self, journal: Journal, kit: JournalKit) -> None:
        """Marks of before mean nothing, and nothing of what is new is passed over."""
        journal.append(PAGE.format(1))
        ((mark, _),) = journal.pages()
        kit.lose()
        assert list(journal.pages(mark)) == []
        with suppress(TemporaryChannelError):  # A server may stumble once over what went from under it.
            journal.append(PAGE.format(2))
        if not texts(journal):
            journal.append(PAGE.format(2))
        assert texts(journal, mark) == [PAGE.format(2)]

    def test_what_does_not_answer_is_temporary(self, journal: Journal, kit: JournalKit) -> None:
        """For writing and for reading."""
        kit.stop()
        with pytest.raises(TemporaryChannelError):
            journal.append(PAGE.format(1))
        with pytest.raises(TemporaryChannelError):
            list(journal.pages())


def claim(number: int, seal: bytes = b"\x00seal\xff", **more: Any) -> Claim:
    values: dict[str, Any] = {"series": "in", "year": YEAR, "entered_at": NOW, "deemed_at": NOW + timedelta(hours=1)}
    return Claim(number=number, seal=seal, **(values | more))


def state(**more: Any) -> JournalState:
    return replace(JournalState(), **more)


def lift(uow: UnitOfWork, last: int, *claims: Claim) -> None:
    """Restored, and the journal says that numbers went up to `last`."""
    uow.keeping.require_fence(NOW, "p1")
    uow.keeping.lift_fence(
        [Fence("in", YEAR, last, ""), Fence("out", YEAR, 0, "")], "journal", NOW, [c.key for c in claims]
    )
    uow.journal.add_claims(claims, [])


class JournalBookContract:
    def test_the_state_of_the_journal_is_kept_whole(self, books: Books) -> None:
        """Before the first page it is that of a first life; the latest holds."""
        whole = JournalState(
            generation=3,
            seq=1 << 30,
            counters={("in", YEAR): 4, (LICENCE, YEAR): 2},
            letters=1 << 40,
            token="ab" * 16,
            mark="17:3",
            kept_at=NOW,
            failing_since=NOW,
            error="กล่องเต็ม",
            reckoned_at=NOW,
        )
        with books.begin() as uow:
            assert uow.journal.state() == JournalState()
            uow.journal.save(state(seq=1))
            uow.journal.save(whole)
            uow.commit()
        with books.look() as uow:
            assert uow.journal.state() == whole

    def test_numbers_of_every_series_are_untold_until_a_page_tells_them(self, books: Books) -> None:
        """With digest and times where a register has them; then nothing is left."""
        first, second = arrive(books, b"a", b"b")
        with books.begin() as uow:
            entries = [uow.register.enter(draft(one)) for one in (first, second)]
            sent = uow.outgoing.enter(outgoing())
            uow.licences.next_number(SERVICE, YEAR)
            uow.licences.raise_numbers("old", YEAR, 0)
            uow.commit()
        with books.begin() as uow:
            untold = uow.journal.untold(100)
            assert untold.counters == {("in", YEAR): 2, ("out", YEAR): 1, (LICENCE, YEAR): 1}
            assert list(untold.stubs) == [
                *(
                    Stub(
                        series="in",
                        year=YEAR,
                        number=entry.number.number,
                        seal=one.digest.encode(),
                        entered_at=entry.draft.registered_at,
                        deemed_at=entry.draft.deemed_received_at,
                    )
                    for entry, one in zip(entries, (first, second), strict=True)
                ),
                Stub(series=LICENCE, year=YEAR, number=1, seal=b""),
                Stub(
                    series="out",
                    year=YEAR,
                    number=1,
                    seal=(sent.draft.document or "").encode(),
                    entered_at=sent.draft.registered_at,
                ),
            ]
            uow.journal.save(state(counters=untold.counters))
            assert not uow.journal.untold(100)

    def test_a_page_takes_so_many_and_the_next_one_goes_on(self, books: Books) -> None:
        """What a page tells and how far it counts agree, so that nothing between two pages is lost."""
        with books.begin() as uow:
            for _ in range(3):
                uow.outgoing.enter(outgoing(document=None))
                uow.licences.next_number(SERVICE, YEAR)
            numbers = []
            for _ in range(4):
                untold = uow.journal.untold(2)
                assert {one.seal for one in untold.stubs} <= {b""}
                numbers.append([(one.series, one.number) for one in untold.stubs])
                uow.journal.save(state(counters=untold.counters))
            assert numbers == [
                [(LICENCE, 1), (LICENCE, 2)],
                [(LICENCE, 3), ("out", 1)],
                [("out", 2), ("out", 3)],
                [],
            ]

    def test_letters_that_went_are_untold_and_attempts_that_failed_are_not(self, books: Books) -> None:
        """With their kind, and the message that they answer."""
        [logged] = arrive(books, b"a")
        letters = [item(logged.id, n) for n in range(3)]
        with books.begin() as uow:
            for letter in letters:
                uow.outbox.put(letter)
            for letter, accepted in zip(letters, (True, False, True), strict=True):
                uow.sent.add(sent_copy(1, item=letter.id, accepted=accepted))
            uow.commit()
        with books.begin() as uow:
            assert uow.journal.untold(0 + 100).sent == tuple(
                SentStub(one.id, one.letter.value, logged.digest.encode()) for one in (letters[0], letters[2])
            )
            first = uow.journal.untold(1)
            assert [one.item for one in first.sent] == [letters[0].id]
            uow.journal.save(state(letters=first.letters))
            uow.journal.save(state(letters=uow.journal.untold(1).letters))
            assert [one.item for one in uow.journal.untold(1).sent] == [letters[2].id]
            assert uow.journal.told()[1] == uow.journal.untold(100).letters

    def test_the_digest_behind_a_number_is_known(self, books: Books) -> None:
        """Of registers alone."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            number = uow.register.enter(draft(logged)).number
            assert uow.journal.digest_of("in", YEAR, number.number) == logged.digest
            assert uow.journal.digest_of("in", YEAR, 2) is None
            assert uow.journal.digest_of(LICENCE, YEAR, 1) is None

    def test_a_claimed_number_is_given_to_its_message_and_to_no_other(self, books: Books) -> None:
        """With year and times of before; numbers go on behind the last."""
        first, second = arrive(books, b"a", b"b")
        with books.begin() as uow:
            lift(uow, 3, claim(2), claim(3, b"other"))
            assert uow.journal.claims() == [claim(2), claim(3, b"other")]
            assert uow.keeping.voids() == [NumberVoid("in", YEAR, 1, 1, NOW, "journal")]
            uow.journal.found(claim(2), second.id)
            uow.commit()
        with books.begin() as uow:
            assert uow.register.enter(draft(first)).number.number == 4
            late = NOW + timedelta(days=9)
            entry = uow.register.enter(draft(second, registered_at=late, deemed_received_at=late))
            assert (entry.number.number, entry.draft.registered_at) == (2, NOW)
            assert entry.draft.deemed_received_at == NOW + timedelta(hours=1)
            assert uow.journal.claims() == [claim(3, b"other")]
            uow.commit()
        with books.look() as uow:
            assert uow.register.of_message(second.id) == entry
            assert uow.register.last(YEAR) is not None

    def test_while_a_fence_is_missing_no_claimed_number_is_given_either(self, books: Books) -> None:
        """A second restore, before the first one was settled."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            lift(uow, 1, claim(1))
            uow.journal.found(claim(1), logged.id)
            uow.keeping.require_fence(NOW, "p2")
            assert (uow.journal.fence_point(), uow.journal.fence_lifted_at()) == ("p2", NOW)
            with pytest.raises(FenceMissingError):
                uow.register.enter(draft(logged))

    def test_claims_that_nothing_answers_become_void(self, books: Books) -> None:
        """In rows, with the reason of every lost number."""
        with books.begin() as uow:
            claims = [claim(number, b"%d" % number) for number in (1, 2, 4)]
            lift(uow, 4, *claims)
            uow.journal.void(claims, NOW, "journal")
            assert uow.journal.claims() == []
            assert [(one.first, one.last) for one in uow.keeping.voids()] == [(1, 2), (3, 3), (4, 4)]

    def test_letters_that_went_are_settled_once(self, books: Books) -> None:
        """Told twice they are one."""
        letters = [SentStub(f"{n}" * 32, "acknowledgement", b"%d" % n) for n in (2, 1)]
        with books.begin() as uow:
            uow.journal.add_claims([], letters)
            uow.journal.add_claims([], letters)
            assert uow.journal.letters() == letters[::-1]
            uow.journal.letter_settled(letters[0], NOW)
            assert uow.journal.letters() == [letters[1]]
