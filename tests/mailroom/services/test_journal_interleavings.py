"""Whatever happens in whatever order: no number that was told is given twice, and none is missing."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from mailroom.domain.agency import buddhist_year
from mailroom.domain.errors import FenceMissingError, TemporaryChannelError
from mailroom.domain.message import LoggedMessage
from mailroom.ports import UnitOfWork
from mailroom.services.journal.claims import KnownNumbers, settle_lost
from mailroom.services.journal.journalling import Journalling
from mailroom.services.journal.pages import PageDesk
from mailroom.testing import FakeClock
from mailroom.testing.books import MemoryBooks
from mailroom.testing.journal import MemoryJournal
from mailroom.testing.shelf import Shelf
from storage.sealing.keyring import new_keyring
from tests.support.book_values import ACCOUNT, CHANNEL, draft, envelope, kept, message, verdict
from tests.support.paper_values import SERVICE, outgoing

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
YEAR = buddhist_year(START)
KEY = new_keyring("age1test", START)
LICENCE = f"licence:{SERVICE}"
STEPS = 60


class World:
    """Mailbox and journal, which outlive every host, and what people outside were told."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = FakeClock(START)
        self.mailbox: list[bytes] = []
        self.place = MemoryJournal()
        self.told: dict[tuple[str, int], str] = {}
        """Number and what bears it, of everything that a letter may have told."""
        self.copies: list[Shelf] = []
        self.papers = 0
        self.licences = 0
        """The last number of a licence that was told."""
        self._start(MemoryBooks())
        for step in (self.arrive, self.receive, self.dispatch, self.back_up):
            step()

    def _start(self, books: MemoryBooks) -> None:
        """A process begins on these books; what another one had in memory is gone."""
        self.books = books
        desk = PageDesk(self.place, KEY, lambda page: (f"page {page.seq}",))
        self.journal = Journalling(desk=desk, books=books, clock=self.clock, installation="agency")
        self.known = KnownNumbers(KEY)

    def arrive(self) -> None:
        self.mailbox.append(b"mail %d" % len(self.mailbox))

    def receive(self) -> None:
        """One round: look, take custody of everything, number what is undecided."""
        self.journal.look()
        with self.books.begin() as uow:
            arrivals = [(envelope(f"INBOX/1/{n}"), kept(raw)) for n, raw in enumerate(self.mailbox)]
            uow.messages.log(arrivals, self.clock.now())
            uow.accounts.polled(CHANNEL, ACCOUNT, self.clock.now(), "")
            uow.commit()
        with suppress(FenceMissingError), self.books.begin() as uow:
            batch = uow.messages.pending(count=self.chance.randint(1, 9), size=1 << 30)
            self.known.match(uow, batch)
            for logged in batch:
                self._register(uow, logged)
            uow.commit()

    def _register(self, uow: UnitOfWork, logged: LoggedMessage) -> None:
        uow.messages.record(verdict(logged, message()))
        uow.register.enter(draft(logged, YEAR))

    def write(self) -> None:
        """A letter with a number, and a licence."""
        self.papers += 1
        number = 0
        with suppress(FenceMissingError), self.books.begin() as uow:
            uow.outgoing.enter(outgoing(document=f"{self.papers:064x}"))
            number = uow.licences.next_number(SERVICE, YEAR)
            uow.commit()
        if number:
            assert number > self.licences, "a licence's number was told before"

    def dispatch(self) -> None:
        """Letters go with every number that is given; before them, the journal."""
        try:
            self.journal.before_letter()
        except TemporaryChannelError:
            return
        shelf = self.books.shelf
        self.licences = max(self.licences, shelf.counters.get((LICENCE, YEAR), 0))
        bearers = {("in", number.number): str(entry.draft.message_id) for number, entry in shelf.entries.items()}
        for number, entry in shelf.entries.items():
            bearers["in", number.number] = shelf.messages[entry.draft.message_id].logged.digest
        bearers |= {("out", n.number): entry.draft.document or "" for n, entry in shelf.outgoing.items()}
        for key, bearer in bearers.items():
            assert self.told.setdefault(key, bearer) == bearer, f"{key} was told twice, for two matters"

    def trouble(self) -> None:
        self.place.cut = self.chance.random() < 0.5
        self.place.full = None if self.place.cut else TemporaryChannelError("full")

    def mend(self) -> None:
        self.place.cut, self.place.full = False, None

    def back_up(self) -> None:
        self.copies.append(self.books.shelf.copy())

    def crash(self) -> None:
        books = MemoryBooks()
        books.shelf = self.books.shelf
        self._start(books)

    def lose_everything(self) -> None:
        """The machine burns down; a copy, not always the newest, goes into another one."""
        if not self.copies:
            return
        books = MemoryBooks()
        books.shelf = self.chance.choice(self.copies[-3:]).copy()
        self._start(books)
        with books.begin() as uow:
            uow.keeping.require_fence(self.clock.now(), "p")
            uow.commit()

    def lose_mail(self) -> None:
        """Somebody removes one; its place in the mailbox is not taken by another."""
        if self.mailbox:
            at = self.chance.randrange(len(self.mailbox))
            self.mailbox[at] = b"spam %d" % at

    def settle(self) -> None:
        settle_lost(self.books, self.clock, [(CHANNEL, ACCOUNT)])

    @property
    def steps(self) -> Sequence[Callable[[], None]]:
        often = (self.arrive, self.receive, self.write, self.dispatch)
        return (
            *often,
            *often,
            *often,
            self.back_up,
            self.trouble,
            self.mend,
            self.crash,
            self.lose_everything,
            self.settle,
        )

    def check(self) -> None:
        """Entries, voids and claims cover every number up to the last one of each register, each number once."""
        shelf = self.books.shelf
        claims = [key for key in shelf.claims if key not in shelf.claims_closed]
        voids = [(one.series, number) for one in shelf.voids for number in range(one.first, one.last + 1)]
        for series, entries in (("in", shelf.entries), ("out", shelf.outgoing)):
            last = shelf.counters.get((series, YEAR), 0)
            numbers = [number.number for number in entries]
            numbers += [number for name, number in voids if name == series]
            numbers += [number for name, _, number in claims if name == series]
            assert sorted(numbers) == list(range(1, last + 1)), series


@pytest.mark.parametrize("seed", range(60))
def test_numbers_that_were_told_are_given_once_and_none_is_missing(seed: int) -> None:
    """Hosts crash, burn down and are restored from old copies; the journal refuses, is cut, and comes back."""
    world = World(seed)
    for _ in range(STEPS):
        world.clock.advance(seconds=7)
        world.chance.choice(world.steps)()
        world.check()
    world.mend()
    for _ in range(3 + len(world.mailbox)):
        world.clock.advance(minutes=1)
        world.receive()
    world.dispatch()
    world.settle()
    world.check()
    with world.books.look() as uow:
        assert not uow.keeping.fence_missing()
        assert uow.journal.claims() == []
    told = {bearer for (series, _), bearer in world.told.items() if series == "in"}
    assert told == {record.logged.digest for record in world.books.shelf.messages.values()}


@pytest.mark.parametrize("seed", range(15))
def test_mail_that_is_gone_leaves_void_numbers_and_none_given_twice(seed: int) -> None:
    """The same, where mails vanish from the mailbox between a loss and the next look."""
    world = World(1000 + seed)
    for step in range(STEPS):
        world.clock.advance(seconds=7)
        world.chance.choice(world.steps)()
        if step % 10 == 9:
            world.lose_everything()
            world.lose_mail()
        world.check()
