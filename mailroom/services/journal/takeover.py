"""A restored installation learns from the journal what was promised after its backup, and begins a new life."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailroom.domain.agency import buddhist_year
from mailroom.domain.backup import Fence
from mailroom.domain.errors import RefusedActionError, TemporaryChannelError
from mailroom.domain.journal import JOURNAL, Claim, JournalPage, JournalState, SentStub, Series
from mailroom.domain.outbox import OutboxState
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.journal.pages import PageDesk
from mailroom.stages.reckoning import JournalGapError, Reckoned, reckon

log = structlog.get_logger(__name__)

KNOWN_SENT = "it went out before a restore: the journal tells so"
OWED = frozenset({OutboxState.PENDING, OutboxState.DEFERRED, OutboxState.SENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What the journal gave back."""

    pages: int
    """Later ones than the books know of."""
    last: dict[Series, int]
    """After which number each series goes on."""
    claims: int
    """Numbers whose messages are looked for."""
    voids: int
    """Numbers of which nothing can be found again."""
    letters: int
    """Letters that went out already, and that the books did not know as sent."""
    ignored: int
    """Pages that were forged, or written under other keys."""


class Takeover:
    """Safe to repeat: until the books are changed, in one transaction, nothing is but one more page in the journal."""

    def __init__(
        self, *, desk: PageDesk, books: Books, clock: Clock, installation: str, token: Callable[[], str]
    ) -> None:
        self._desk = desk
        self._books = books
        self._clock = clock
        self._installation = installation
        self._token = token

    def run(self) -> TakenOver:
        """Numbers are given again, each series after the last one that anybody was told.

        Raises RefusedActionError `fence-none` when numbers are given, JournalGapError when the journal is not whole,
        TemporaryChannelError when it cannot be read. Then a person has to state the last numbers.
        """
        with self._books.look() as uow:
            if uow.journal.fence_point() is None:
                raise RefusedActionError("fence-none")
            state = uow.journal.state()
        self._desk.forged = self._desk.foreign = 0
        reckoned, mark = self._reckoned(state)
        ignored = self._desk.forged + self._desk.foreign
        self._require_no_conflict(reckoned)
        told = {**state.counters, **{key: max(n, state.counters.get(key, 0)) for key, n in reckoned.counters.items()}}
        life = self._new_life(replace(state, generation=reckoned.generation, counters=told, mark=mark))
        taken = self._take_over(reckoned, life)
        taken = replace(taken, ignored=ignored)
        log.info("fence.reckoned", pages=taken.pages, claims=taken.claims, voids=taken.voids, letters=taken.letters)
        return taken

    def begin_life(self, state: JournalState) -> None:
        """After a person stated the numbers: later than every page that is there. Raises TemporaryChannelError."""
        generation, mark = state.generation, state.mark
        for place, page in self._desk.read(mark):
            mark = place
            generation = max(generation, page.generation) if page else generation
        life = self._new_life(replace(state, generation=generation, mark=mark))
        with self._books.begin() as uow:
            uow.journal.save(life)
            uow.commit()

    def _reckoned(self, state: JournalState) -> tuple[Reckoned, str]:
        """From the mark on that the books know; where that does not suffice, from everything that is there."""
        for since in dict.fromkeys((state.mark, "")):
            marks = [since]
            try:
                return reckon(self._pages(since, marks), state), marks[-1]
            except JournalGapError:
                if not since:
                    raise
        raise JournalGapError("nothing was read")

    def _pages(self, since: str, marks: list[str]) -> Iterator[JournalPage]:
        for mark, page in self._desk.read(since):
            marks.append(mark)
            if page is not None:
                yield page

    def _require_no_conflict(self, reckoned: Reckoned) -> None:
        """A number that both hosts gave, to two messages, is for people to settle."""
        with self._books.look() as uow:
            for (series, year, number), stub in sorted(reckoned.stubs.items()):
                digest = uow.journal.digest_of(series, year, number)
                if digest is not None and stub.seal and self._desk.key.seal(digest) != stub.seal:
                    raise JournalGapError(
                        f"number {number}/{year} of {series} was given here, and to another matter there"
                    )

    def _new_life(self, state: JournalState) -> JournalState:
        """The first page of a new life: every older host stops. Raises TemporaryChannelError."""
        now, token = self._clock.now(), self._token()
        with self._books.look() as uow:
            head = uow.chain.head()
        page = JournalPage(
            installation=self._installation,
            generation=state.generation + 1,
            seq=1,
            token=token,
            at=now,
            chain_seq=head.seq,
            chain_head=head.value,
            counters=state.counters,
        )
        self._desk.write(page)
        for mark, found in self._desk.read(state.mark):
            if found is not None and found.generation >= page.generation:
                if found.token != token:
                    break
                return replace(
                    state,
                    generation=page.generation,
                    seq=1,
                    token="",
                    mark=mark,
                    kept_at=now,
                    reckoned_at=now,
                    failing_since=None,
                    error="",
                )
        raise TemporaryChannelError(
            f"{self._desk.journal.name}: another host began beside this one; try again when it is stopped"
        )

    def _take_over(self, reckoned: Reckoned, life: JournalState) -> TakenOver:
        with self._books.begin() as uow:
            now, known = self._clock.now(), uow.keeping.last_numbers()
            claims = [
                Claim(
                    series=stub.series,
                    year=stub.year,
                    number=stub.number,
                    seal=stub.seal,
                    entered_at=stub.entered_at,
                    deemed_at=stub.deemed_at,
                )
                for key, stub in sorted(reckoned.stubs.items())
                if stub.series == INCOMING and stub.seal and stub.number > known.get(key[:2], 0)
            ]
            last = _last(known, reckoned, buddhist_year(now))
            fences = [Fence(name, year, number, JOURNAL) for (name, year), number in sorted(last.items())]
            uow.keeping.lift_fence(fences, JOURNAL, now, [claim.key for claim in claims])
            settled, unknown = _letters(uow, reckoned, now)
            uow.journal.add_claims(claims, unknown)
            uow.journal.save(replace(life, letters=uow.journal.told()[1], reckoned_at=now))
            taken = TakenOver(
                pages=reckoned.pages,
                last=last,
                claims=len(claims),
                voids=sum(number - known.get(key, 0) for key, number in last.items()) - len(claims),
                letters=settled + len(unknown),
                ignored=0,
            )
            uow.events.add("fence.reckoned", now, actor=JOURNAL, detail=_detail(taken))
            uow.commit()
        return taken


def _last(known: dict[Series, int], reckoned: Reckoned, year: int) -> dict[Series, int]:
    """Both registers and every known series, in every year from the last of the books to this one."""
    names = {INCOMING, OUTGOING} | {name for name, _ in (*known, *reckoned.counters)}
    first = min(max((of_year for _, of_year in known), default=year), year)
    keys = (
        {(name, of_year) for name in names for of_year in range(first, year + 1)}
        | known.keys()
        | reckoned.counters.keys()
    )
    return {key: max(known.get(key, 0), reckoned.counters.get(key, 0)) for key in keys}


def _letters(uow: UnitOfWork, reckoned: Reckoned, now: datetime) -> tuple[int, list[SentStub]]:
    """How many that were owed are settled now, and those that the outbox does not hold."""
    settled, unknown = 0, []
    for stub in reckoned.sent.values():
        item = uow.outbox.get(stub.item)
        if item is None and stub.seal:
            unknown.append(stub)
        elif item is not None and item.state in OWED:
            uow.outbox.save(replace(item.settled(), reply=KNOWN_SENT))
            uow.events.add("letter.known", now, message_id=item.message_id, actor=JOURNAL, detail=KNOWN_SENT)
            settled += 1
    return settled, unknown


def _detail(taken: TakenOver) -> str:
    last = " ".join(f"{name}/{year}={number}" for (name, year), number in sorted(taken.last.items()))
    return f"{last}; {taken.claims} numbers are looked for, {taken.voids} are void, {taken.letters} letters had gone"
