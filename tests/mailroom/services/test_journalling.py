"""Numbers are noted elsewhere before anybody is told of them, and come back from there."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroom.domain.backup import Fence
from mailroom.domain.errors import FenceMissingError, TemporaryChannelError
from mailroom.domain.journal import ANOTHER_HOST
from mailroom.domain.outbox import OutboxState
from mailroom.services.journal.alarms import journal_codes
from mailroom.stages.journal_page import page_of
from mailroom.stages.reckoning import JournalGapError
from mailroom.testing.journal import MemoryJournal
from storage.sealing.keyring import new_keyring
from tests.support.noting_office import NotingOffice
from tests.support.workshop import CLERK, THANKS, UNCLEAR

Made = Callable[..., NotingOffice]
GONE = TemporaryChannelError("the mailbox does not answer")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[NotingOffice]:
    made = NotingOffice(tmp_path / "office")
    yield made
    made.close()


def request(number: int) -> str:
    return f"p{number}@citizen.test|ขออนุญาตขายอาหาร {number}|ขอยื่นคำขอใบอนุญาตร้านอาหาร {number}"


def receive(office: NotingOffice, *numbers: int) -> None:
    office.receive(*map(request, numbers))


def send(office: NotingOffice) -> int:
    office.clock.advance(seconds=1)
    return asyncio.run(office.dispatcher.run())


def told(office: NotingOffice) -> list[str]:
    """The letters that went, by whom they went to."""
    return [item.to for item in office.postman.sent]


def pages(office: NotingOffice) -> list[tuple[int, int, int, int]]:
    """Of each page: life, number of the page, how many numbers, how many letters."""
    assert isinstance(office.place, MemoryJournal)
    found = (page_of(text) for text in office.place.texts)
    return [(one.page.generation, one.page.seq, len(one.page.stubs), len(one.page.sent)) for one in found if one]


def test_a_round_of_letters_is_noted_by_one_page_before_the_first_goes(office: NotingOffice) -> None:
    """Numbers before letters; what went is told by the next page, or at the end of the pass."""
    receive(office, 1, 2, 3)
    assert pages(office) == []
    assert send(office) == 3
    assert pages(office) == [(1, 1, 3, 0)]
    office.journal.flush()
    office.journal.flush()
    assert pages(office) == [(1, 1, 3, 0), (1, 2, 0, 3)]


def test_a_page_tells_a_stranger_nothing(office: NotingOffice) -> None:
    """Neither who wrote nor what, nor a digest that somebody could compare; the first line is for people."""
    receive(office, 1)
    send(office)
    office.journal.flush()
    assert isinstance(office.place, MemoryJournal)
    whole = "\n".join(office.place.texts)
    assert whole.startswith("หน้า 1")
    for secret in ("citizen", "ขออนุญาต", *(record.logged.digest for record in office.records())):
        assert secret not in whole


def test_letters_wait_while_the_journal_does_not_answer_and_mail_is_received(office: NotingOffice) -> None:
    """After fifteen minutes somebody is told, also when it can be read and only takes nothing more."""
    receive(office, 1)
    assert isinstance(office.place, MemoryJournal)
    office.place.full = GONE
    assert send(office) == 0
    receive(office, 2)
    assert len(office.numbers()) == 2
    assert journal_codes(office.books, office.clock) == []
    office.clock.advance(minutes=16)
    assert journal_codes(office.books, office.clock) == ["journal-late"]
    office.place.full = None
    assert send(office) == 2
    assert journal_codes(office.books, office.clock) == []
    assert pages(office) == [(1, 1, 2, 0)]


def test_a_page_whose_answer_was_lost_is_one_page(office: NotingOffice) -> None:
    """It is found there at the next try, whether it came before that or comes late."""
    receive(office, 1)
    assert isinstance(office.place, MemoryJournal)
    office.place.cut = True
    assert send(office) == 0
    late = office.place.texts.pop()
    office.place.before_append = lambda: office.place.texts.append(late)
    assert send(office) == 1
    receive(office, 2)
    assert send(office) == 1
    assert pages(office) == [(1, 1, 1, 0), (1, 1, 1, 0), (1, 2, 1, 1)]


def test_many_letters_are_told_although_no_number_is_given(office: NotingOffice) -> None:
    """When all is lost in that moment, so many at most go twice."""
    receive(office, *range(45))
    send(office)
    assert [letters for _, _, _, letters in pages(office)] == [0, 20, 20]


def test_a_process_that_died_after_its_page_goes_on_with_it(office: NotingOffice, tmp_path: Path) -> None:
    """The page is known again by its token, and is written once."""
    receive(office, 1)
    assert isinstance(office.place, MemoryJournal)
    office.place.cut = True
    with pytest.raises(TemporaryChannelError):
        office.journal.flush()
    again = NotingOffice(office.folder, journal=office.place, inbox=office.inbox, postman=office.postman)
    assert send(again) == 1
    assert pages(again) == [(1, 1, 1, 0)]
    again.close()


def lost(office: NotingOffice, tmp_path: Path, *, before: int = 3, after: int = 4) -> NotingOffice:
    """A copy after the first mails, more mail, and a host that has the copy; nothing of the first one is left."""
    receive(office, *range(before))
    send(office)
    office.back_up(tmp_path / "copy")
    receive(office, *range(before, before + after))
    send(office)
    office.journal.flush()
    office.clock.advance(hours=1)
    return office.restored(tmp_path / "copy", tmp_path / "new")


def test_mail_comes_back_under_its_own_number_and_nobody_is_written_to_twice(
    office: NotingOffice, tmp_path: Path
) -> None:
    """By itself, with the first round: numbers, times, and one letter for each mail."""
    new = lost(office, tmp_path)
    before, letters = office.numbers(), told(office)
    new.rounds.receive(new.watch)
    assert new.numbers() == before
    assert send(new) == 0
    assert told(new) == letters
    assert new.settle() == 0
    assert new.faults() == []
    with new.books.look() as ours, office.books.look() as theirs:
        assert [entry for entry, _ in ours.register.entries(None)] == [
            entry for entry, _ in theirs.register.entries(None)
        ]
    new.receive(request(99))
    assert send(new) == 1
    assert new.numbers().keys() > before.keys()
    assert max(new.numbers().values()) == max(before.values()) + 1
    assert journal_codes(new.books, new.clock) == []
    new.close()


def test_what_was_waiting_in_the_copy_and_went_since_does_not_go_again(office: NotingOffice, tmp_path: Path) -> None:
    """The outbox of the copy calls them owed; the journal says that they went."""
    receive(office, 1, 2)
    office.back_up(tmp_path / "copy")
    send(office)
    office.journal.flush()
    new = office.restored(tmp_path / "copy", tmp_path / "new")
    assert send(new) == 0, "before the numbers are known nothing goes"
    new.rounds.receive(new.watch)
    assert send(new) == 0
    states = {reply.state for record in new.records() for reply in record.replies}
    assert states == {OutboxState.SETTLED.value}
    assert new.faults() == []
    new.close()


def test_numbers_whose_mail_is_nowhere_are_void_after_all_mailboxes_were_seen(
    office: NotingOffice, tmp_path: Path
) -> None:
    """Until then they are known gaps; clerks are told of them."""
    new = lost(office, tmp_path)
    missing = [key for key, (_, raw) in new.inbox.mails.items() if "คำขอ" in raw.decode() and " 4|" in raw.decode()]
    for key in missing:
        del new.inbox.mails[key]
    new.journal.look()
    assert new.settle() == 0
    assert new.faults() == []
    assert "numbers-open" not in journal_codes(new.books, new.clock)
    new.clock.advance(minutes=1)
    new.custody.look(new.watch)
    assert new.settle() == 0, "what is in custody is not decided yet"
    new.rounds.receive(new.watch)
    assert new.settle() == 1
    assert sorted(new.numbers().values()) == [1, 2, 3, 4, 6, 7]
    assert new.faults() == []
    assert journal_codes(new.books, new.clock) == ["numbers-lost"]
    with new.books.look() as uow:
        assert [(one.first, one.last, one.reason) for one in uow.keeping.voids()] == [(5, 5, "lost-in-restore")]
    new.close()


def test_a_number_that_a_clerk_gave_waits_for_the_clerk(office: NotingOffice, tmp_path: Path) -> None:
    """What the program itself would not register is not void, and gets its number with the same decision."""
    receive(office, 1)
    office.back_up(tmp_path / "copy")
    office.receive(UNCLEAR, THANKS)
    thanks = office.records()[2]
    assert thanks.number is None
    office.desk.accept(thanks.logged.id, CLERK, "เป็นคำขอ")
    send(office)
    office.journal.flush()
    office.clock.advance(hours=1)
    new = office.restored(tmp_path / "copy", tmp_path / "new")
    new.rounds.receive(new.watch)
    assert new.settle() == 0
    assert new.faults() == []
    new.clock.advance(hours=25)
    assert journal_codes(new.books, new.clock) == ["numbers-open"]
    new.receive(request(2))
    new.desk.accept(new.records()[2].logged.id, CLERK, "เป็นคำขอ")
    before = office.numbers()
    assert {digest: new.numbers()[digest] for digest in before} == before
    assert max(new.numbers().values()) == 4
    assert new.faults() == []
    new.close()


def test_forged_and_foreign_pages_are_passed_over_and_told(office: NotingOffice, tmp_path: Path) -> None:
    """Whoever can write into the folder can neither raise nor lower a number."""
    stranger = NotingOffice(
        tmp_path / "stranger", journal=office.place, key=new_keyring("age1other", office.clock.now())
    )
    new = lost(office, tmp_path)
    receive(stranger, *range(20))
    send(stranger)
    assert isinstance(new.place, MemoryJournal)
    forged = new.place.texts[1].replace('"seq": 2', '"seq": 9')
    new.place.texts += [forged, "ขายของ", "{", '{"form": "mailroom-journal-1"}', ""]
    taken = new.journal.takeover.run()
    assert taken.last[("in", 2569)] == 7
    assert taken.ignored == 2
    new.rounds.receive(new.watch)
    assert new.numbers() == office.numbers()
    new.close()
    stranger.close()


def test_without_the_whole_journal_a_person_states_the_numbers(office: NotingOffice, tmp_path: Path) -> None:
    """Removed, or a page missing: no number is given until somebody says which were; then a new life begins."""
    new = lost(office, tmp_path)
    assert isinstance(new.place, MemoryJournal)
    whole = list(new.place.texts)
    for left in ([], whole[:1] + whole[2:]):
        new.place.texts[:] = left
        new.place.life += 1
        with pytest.raises(JournalGapError):
            new.journal.takeover.run()
        with pytest.raises(FenceMissingError):
            new.rounds.receive(new.watch)
        assert send(new) == 0
    with new.books.begin() as uow:
        uow.keeping.lift_fence([Fence("in", 2569, 7, "สมุด"), Fence("out", 2569, 0, "")], "malee", new.clock.now())
        uow.commit()
    new.rounds.receive(new.watch)
    send(new)
    assert min(number for number in new.numbers().values() if number > 3) == 8
    assert max(generation for generation, *_ in pages(new)) == 2
    assert new.faults() == []
    new.close()


def test_of_two_hosts_the_older_one_stops_before_it_gives_a_number(office: NotingOffice, tmp_path: Path) -> None:
    """A restored host begins a new life; the first one, still running, finds its page and gives no more numbers."""
    new = lost(office, tmp_path)
    new.rounds.receive(new.watch)
    office.inbox.deliver(request(50), office.clock.now())
    with pytest.raises(FenceMissingError):
        office.rounds.receive(office.watch)
    assert send(office) == 0
    assert "another-host" in journal_codes(office.books, office.clock)
    with office.books.look() as uow:
        assert uow.journal.fence_point() == ANOTHER_HOST
    new.rounds.receive(new.watch)
    assert send(new) == 1
    new.close()


def test_of_two_clones_the_one_whose_page_comes_second_sends_nothing(office: NotingOffice, tmp_path: Path) -> None:
    """Even when both write in the same instant: the order of the journal decides."""
    receive(office, 1)
    send(office)
    office.journal.flush()
    office.back_up(tmp_path / "copy")
    clone = office.restored(tmp_path / "copy", tmp_path / "clone", fenced=False)
    receive(office, 2)
    clone.rounds.receive(clone.watch)
    clone.inbox.deliver(request(3), clone.clock.now())
    assert isinstance(office.place, MemoryJournal)
    office.place.before_append = lambda: clone.journal.flush()
    assert send(office) == 0
    assert send(clone) == 1
    assert told(office) == ["p1@citizen.test", "p2@citizen.test"]
    clone.close()


def test_the_host_that_a_person_chooses_goes_on(office: NotingOffice, tmp_path: Path) -> None:
    """`fence compute` on the one that was stopped: it learns what the other did, and that one stops in turn."""
    new = lost(office, tmp_path)
    new.rounds.receive(new.watch)
    new.receive(request(60))
    send(new)
    new.journal.flush()
    office.inbox.mails.update(new.inbox.mails)
    office.journal.look()
    office.journal.takeover.run()
    office.rounds.receive(office.watch)
    assert office.numbers() == new.numbers()
    assert send(office) == 0
    with pytest.raises(FenceMissingError):
        new.receive(request(61))
    new.close()
