"""Numbers are noted off this machine before anybody is told of them (G8)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import structlog

from mailroom.domain.errors import ChannelError, TemporaryChannelError
from mailroom.domain.journal import ANOTHER_HOST, JournalPage, JournalState, SentStub, Stub, Untold
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.journal.pages import AnotherHostError, PageDesk, met, new_token
from mailroom.services.journal.takeover import Takeover
from mailroom.stages.reckoning import JournalGapError

log = structlog.get_logger(__name__)

PER_PAGE = 500
"""Numbers, and letters, of one page at most."""
LETTERS_TOGETHER = 20
"""So many letters may have gone that no page tells: as many go twice, at most, when everything is lost at that moment."""


class Journalling:
    """One journal of one installation. Any thread may call it; one of them is at the journal at a time."""

    def __init__(
        self,
        *,
        desk: PageDesk,
        books: Books,
        clock: Clock,
        installation: str,
        beside: bool = False,
        token: Callable[[], str] = new_token,
    ) -> None:
        """`beside`: letters wait for no page, only for the fence of a restore."""
        self._beside = beside
        self._desk = desk
        self._books = books
        self._clock = clock
        self._installation = installation
        self._token = token
        self._alone = threading.RLock()
        self.takeover = Takeover(desk=desk, books=books, clock=clock, installation=installation, token=token)

    def before_letter(self) -> None:
        """Every number that is given is noted, and letters that went, once they are many.

        Raises TemporaryChannelError: letters wait.
        """
        if self._beside:
            with self._books.look() as uow:
                _require_fence(uow)
            return
        self._write(LETTERS_TOGETHER)

    def flush(self) -> None:
        """Everything that no page tells. Raises TemporaryChannelError."""
        self._write(1)

    def look(self) -> None:
        """Before numbers are given: whether another host gives them too; after a restore, what was given meanwhile.

        Trouble of the channel is noted and keeps nobody from receiving mail.
        """
        with self._alone:
            try:
                self._look()
            except (ChannelError, JournalGapError) as error:
                log.warning("journal.unread", error=type(error).__name__, reason=str(error))

    def _look(self) -> None:
        with self._books.look() as uow:
            point = uow.journal.fence_point()
        if point is None:
            self._watched(self._news)
        elif point != ANOTHER_HOST:
            self.takeover.run()

    def _write(self, letters: int) -> None:
        with self._alone:
            while untold := self._untold(letters):
                self._watched(partial(self._page, untold))

    def _untold(self, letters: int) -> Untold | None:
        """None when there is nothing that has to be told now. Asked before each letter: it costs three short queries."""
        with self._books.look() as uow:
            _require_fence(uow)
            state, (counters, mark) = uow.journal.state(), uow.journal.told()
            behind = any(last > state.counters.get(series, 0) for series, last in counters.items())
            enough = not behind and mark - state.letters < letters
            untold = None if enough else uow.journal.untold(PER_PAGE)
        if untold is not None and (untold or dict(untold.counters) != dict(state.counters)):
            return untold
        if untold is not None or state.failing_since:
            mark = state.letters if untold is None else untold.letters
            self._save(lambda now: replace(now, letters=mark, error="", failing_since=None))
        return None

    def _page(self, untold: Untold) -> None:
        if self._begun_anew():
            return
        if self._state().token and self._news():
            # What a dead process wrote is there after all; what is untold has to be asked anew.
            return
        token = self._token()
        # One that may still come from a broken connection keeps its token: whichever of both comes first is the page.
        state = self._save(lambda now: replace(now, token=now.token or token))
        page = self._made(state, untold)
        self._desk.write(page)
        if not self._news(page, untold.letters):
            raise TemporaryChannelError(f"{self._desk.journal.name}: the page that was put there is not found again")

    def _made(self, state: JournalState, untold: Untold) -> JournalPage:
        with self._books.look() as uow:
            head = uow.chain.head()
        return JournalPage(
            installation=self._installation,
            generation=state.generation,
            seq=state.seq + 1,
            token=state.token,
            at=self._clock.now(),
            chain_seq=head.seq,
            chain_head=head.value,
            counters=untold.counters,
            stubs=tuple(replace(one, seal=self._sealed(one)) for one in untold.stubs),
            sent=tuple(replace(one, seal=self._sealed(one)) for one in untold.sent),
        )

    def _sealed(self, stub: Stub | SentStub) -> bytes:
        return self._desk.key.seal(stub.seal.decode()) if stub.seal else b""

    def _begun_anew(self) -> bool:
        """After a person stated the last numbers a new life begins, so that the host of the old one stops."""
        with self._books.look() as uow:
            state, lifted = uow.journal.state(), uow.journal.fence_lifted_at()
        if lifted is None or (state.reckoned_at is not None and lifted <= state.reckoned_at):
            return False
        self.takeover.begin_life(state)
        return True

    def _news(self, written: JournalPage | None = None, letters: int = 0) -> bool:
        """Look at what came since; whether the page that we are writing is there. Raises TemporaryChannelError.

        `letters` is how far the letters are told by what was `written`.
        """
        if self._begun_anew():
            return False
        before = state = self._state()
        found: JournalPage | None = None
        try:
            for mark, page in self._desk.read(state.mark):
                state, ours = met(state, mark, page)
                found = page if ours else found
        except AnotherHostError as error:
            self._stop(error)
        if found:
            whole = written is not None and found.sent == written.sent
            state = replace(state, letters=letters if whole else state.letters, kept_at=self._clock.now())
        if state != before:
            self._save(lambda _: state)
        self._tell_of_others()
        return found is not None

    def _stop(self, error: AnotherHostError) -> None:
        """No number is given here from now on: of two hosts that give numbers, some are given twice (S17)."""
        now = self._clock.now()
        with self._books.begin() as uow:
            if not uow.keeping.fence_missing():
                uow.keeping.require_fence(now, ANOTHER_HOST)
                uow.events.add("journal.another-host", now, detail=str(error))
            uow.commit()
        log.error("journal.another_host", reason=str(error))
        raise TemporaryChannelError(str(error)) from error

    def _tell_of_others(self) -> None:
        if self._desk.forged:
            with self._books.begin() as uow:
                uow.events.add("journal.forged", self._clock.now(), detail=f"{self._desk.forged} pages")
                uow.commit()
        self._desk.forged = self._desk.foreign = 0

    def _watched(self, work: Callable[[], object]) -> None:
        """Since when it fails is known, for the alarm, until everything is told: who can read need not be able to write."""
        now = self._clock.now()
        try:
            work()
        except ChannelError as error:
            told = str(error)
            self._save(lambda state: replace(state, error=told, failing_since=state.failing_since or now))
            raise

    def _state(self) -> JournalState:
        with self._books.look() as uow:
            return uow.journal.state()

    def _save(self, change: Callable[[JournalState], JournalState]) -> JournalState:
        with self._books.begin() as uow:
            state = change(uow.journal.state())
            uow.journal.save(state)
            uow.commit()
        return state

    def close(self) -> None:
        self._desk.journal.close()


def _require_fence(uow: UnitOfWork) -> None:
    """What the copy of a restore calls owed may have gone long ago. Raises TemporaryChannelError."""
    if uow.keeping.fence_missing():
        raise TemporaryChannelError(
            "these books were restored, or another host works with their mailbox: letters wait until the last numbers "
            "are known; see: mailroom fence show"
        )
