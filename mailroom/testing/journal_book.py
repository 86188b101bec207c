"""Books of the journal in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from mailroom.domain.backup import NumberVoid
from mailroom.domain.journal import Claim, JournalState, SentStub, Series, Stub, Untold
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING, RegisterNumber
from mailroom.stages.fence import is_series
from mailroom.stages.reckoning import stretches
from mailroom.testing.shelf import Shelf


class MemoryJournalBook:
    """`ports.JournalBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def state(self) -> JournalState:
        return self._shelf.journal[-1] if self._shelf.journal else JournalState()

    def save(self, state: JournalState) -> None:
        self._shelf.journal.append(state)

    def untold(self, limit: int) -> Untold:
        state, (last, _) = self.state(), self.told()
        stubs: list[Stub] = []
        counters = dict(state.counters)
        for series, number in sorted(last.items()):
            told = state.counters.get(series, 0)
            if number > told and len(stubs) < limit:
                found = list(self._numbers(series, told, number))[: limit - len(stubs)]
                counters[series] = found[-1].number if len(stubs) + len(found) == limit else number
                stubs += found
        copies = self._shelf.sent[state.letters : state.letters + limit]
        items = [self._shelf.items[copy.item] for copy in copies if copy.accepted]
        sent = tuple(SentStub(one.id, one.letter.value, self._digest(one.message_id)) for one in items)
        return Untold(stubs=tuple(stubs), sent=sent, counters=counters, letters=state.letters + len(copies))

    def told(self) -> tuple[dict[Series, int], int]:
        counters = {key: last for key, last in self._shelf.counters.items() if is_series(key[0])}
        return counters, len(self._shelf.sent)

    def _numbers(self, series: Series, told: int, last: int) -> Iterator[Stub]:
        name, year = series
        for number in range(told + 1, last + 1):
            stub = Stub(series=name, year=year, number=number, seal=b"")
            if name not in {INCOMING, OUTGOING}:
                yield stub
            elif RegisterNumber(year, number) in (self._shelf.outgoing if name == OUTGOING else self._shelf.entries):
                yield replace(self._entered(stub), seal=(self.digest_of(name, year, number) or "").encode())

    def _entered(self, stub: Stub) -> Stub:
        number = RegisterNumber(stub.year, stub.number)
        if stub.series == OUTGOING:
            return replace(stub, entered_at=self._shelf.outgoing[number].draft.registered_at)
        draft = self._shelf.entries[number].draft
        return replace(stub, entered_at=draft.registered_at, deemed_at=draft.deemed_received_at)

    def _digest(self, message_id: int | None) -> bytes:
        return self._shelf.messages[message_id].logged.digest.encode() if message_id is not None else b""

    def digest_of(self, series: str, year: int, number: int) -> str | None:
        key = RegisterNumber(year, number)
        if series == INCOMING and key in self._shelf.entries:
            return self._digest(self._shelf.entries[key].draft.message_id).decode()
        if series == OUTGOING and key in self._shelf.outgoing:
            return self._shelf.outgoing[key].draft.document
        return None

    def fence_point(self) -> str | None:
        return self._shelf.fences[-1] if self._shelf.fences else None

    def fence_lifted_at(self) -> datetime | None:
        return max(self._shelf.lifted, default=None)

    def add_claims(self, claims: Sequence[Claim], letters: Sequence[SentStub]) -> None:
        for claim in claims:
            self._shelf.claims.setdefault(claim.key, claim)
        for letter in letters:
            self._shelf.letter_claims.setdefault(letter.item, letter)

    def claims(self) -> list[Claim]:
        return open_claims(self._shelf)

    def found(self, claim: Claim, message_id: int) -> None:
        self._shelf.claims[claim.key] = replace(claim, message_id=message_id)

    def void(self, claims: Collection[Claim], at: datetime, by: str) -> None:
        series: dict[Series, list[int]] = {}
        for claim in claims:
            self._shelf.claims_closed[claim.key] = at
            series.setdefault((claim.series, claim.year), []).append(claim.number)
        for (name, year), numbers in series.items():
            self._shelf.voids += [NumberVoid(name, year, first, last, at, by) for first, last in stretches(numbers)]

    def letters(self) -> list[SentStub]:
        closed = self._shelf.letter_claims_closed
        return [one for _, one in sorted(self._shelf.letter_claims.items()) if one.item not in closed]

    def letter_settled(self, letter: SentStub, at: datetime) -> None:
        self._shelf.letter_claims_closed[letter.item] = at


def open_claims(shelf: Shelf) -> list[Claim]:
    """In order of series, year and number."""
    return [claim for key, claim in sorted(shelf.claims.items()) if key not in shelf.claims_closed]


def claimed(shelf: Shelf, message_id: int) -> Claim | None:
    """The number in the register that a message had before a restore, while it is not entered again."""
    found = (claim for claim in open_claims(shelf) if claim.series == INCOMING)
    return next((claim for claim in found if claim.message_id == message_id), None)
