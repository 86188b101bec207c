"""Finding the same request twice, behind the hot path: proposed to clerks, linked when a second key agrees, never merged."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mailroom.domain.agency import Agency
from mailroom.domain.fact import SlipKind
from mailroom.domain.match import MatchKey, MatchState, Registered, SameRequest
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.delivery import EMAIL
from mailroom.stages.facts import read_slip_code
from mailroom.stages.match_keys import Traits, said_traits, shared, telephones

if TYPE_CHECKING:
    from mailroom.stages.likeness import Pieces

ALIKE = 0.6
"""Words that are so alike are proposed by themselves."""
ALIKE_WITH_KEY = 0.4
"""Words that are so alike are linked when something else agrees: who repeats a request seldom finds the same words."""
MOST = 3
"""So many earlier messages are proposed with one: a text that goes round is sent by hundreds."""
LOOKED_AT = 12
"""So many of the likest are asked for a second key."""
BATCH = 200
"""Messages of one transaction."""
LEAST_FILE = 2048
"""Bytes of an attachment that tells something: logos of signatures are smaller."""
BEGINNING = RegisterNumber(0, 0)
_PROOFS = frozenset({SlipKind.TRANSFER, SlipKind.WALLET})


@dataclass(slots=True)
class _Known:
    """Pieces of texts that were compared before, so that none is taken apart twice."""

    pieces: dict[int, "tuple[int, Pieces | None]"] = field(default_factory=dict)
    """By message, with a hash of its words: they change when something is taken back (R117)."""

    def of(self, one: Registered) -> "Pieces | None":
        from mailroom.stages.likeness import own_words, pieces_of  # loads numpy

        mark = hash((one.subject, one.text))
        known = self.pieces.get(one.message_id)
        if known is None or known[0] != mark:
            words = own_words(one.subject, one.text)
            known = self.pieces[one.message_id] = (mark, pieces_of(words) if words else None)
        return known[1]

    def forget_others(self, messages: Sequence[Registered]) -> None:
        present = {one.message_id for one in messages}
        self.pieces = {row: known for row, known in self.pieces.items() if row in present}


class Matching:
    """Incremental: the cursor stands at the last entry of the register that was compared. May be stopped at any time."""

    def __init__(
        self, *, books: Books, clock: Clock, agency: Agency, days: int, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """Each new entry is compared with those of the last `days`. One thread runs it."""
        self._books = books
        self._clock = clock
        self._window = timedelta(days=days)
        self._agency = agency
        self._stopping = stopping
        self._known = _Known()

    def run(self) -> bool:
        """All that is new. No letters come of it."""
        while not self._stopping() and self._batch():
            pass
        return False

    def _batch(self) -> bool:
        """Whether there may be more."""
        now = self._clock.now()
        since = now - self._window
        with self._books.look() as uow:
            last = uow.matches.last_entry()
            cursor = uow.matches.cursor() or uow.matches.last_entry(since) or BEGINNING
            if last is None or last <= cursor:
                return False
            messages = uow.matches.comparable(since)
            new = [one for one in messages if one.number > cursor][: BATCH + 1]
            more = len(new) > BATCH
            new = new[:BATCH]
            upto = new[-1].number if more else last
            found = list(self._compared(uow, [one for one in messages if one.number <= upto], new))
        if not more:
            self._known.forget_others(messages)
        with self._books.begin() as uow:
            uow.matches.add(found)
            for one in found:
                if one.linked:
                    uow.events.add("match.linked", now, message_id=one.message_id, detail=one.told(one.other_id))
            uow.matches.advance(upto)
            uow.commit()
        return more

    def _compared(
        self, uow: UnitOfWork, messages: Sequence[Registered], new: Sequence[Registered]
    ) -> Iterator[SameRequest]:
        from mailroom.stages.likeness import Likeness  # loads numpy

        pairs = [(one, pieces) for one in messages if (pieces := self._known.of(one)) is not None]
        index = Likeness([pieces for _, pieces in pairs])
        fresh = {one.message_id for one in new}
        traits = _TraitBook(uow, telephones(self._agency.phone))
        for row, (one, _) in enumerate(pairs):
            if one.message_id in fresh:
                likest = index.likest(row, LOOKED_AT)
                alike = [(pairs[at][0], score) for at, score in likest if score >= ALIKE_WITH_KEY]
                yield from self._proposals(traits, one, alike)

    def _proposals(
        self, traits: "_TraitBook", one: Registered, alike: Sequence[tuple[Registered, float]]
    ) -> list[SameRequest]:
        """Those with a second key first, then the likest."""
        found = []
        for other, score in alike:
            if _is_one_matter(one, other):
                continue
            keys = shared(traits.of(one), traits.of(other))
            if keys or score >= ALIKE:
                found.append(
                    SameRequest(
                        message_id=one.message_id,
                        other_id=other.message_id,
                        score=round(min(score, 1.0), 3),
                        keys=keys,
                        state=MatchState.AGREED if keys else MatchState.PROPOSED,
                        found_at=self._clock.now(),
                    )
                )
        return sorted(found, key=lambda match: (not match.linked, -match.score))[:MOST]


def _is_one_matter(one: Registered, other: Registered) -> bool:
    """What refers to the other is of one case already."""
    return one.follows is not None and one.follows in (other.number, other.follows)


class _TraitBook:
    """Traits of messages, read once each."""

    def __init__(self, uow: UnitOfWork, ours: frozenset[str]) -> None:
        self._uow = uow
        self._ours = ours
        self._read: dict[int, Traits] = {}

    def of(self, one: Registered) -> Traits:
        if one.message_id not in self._read:
            self._read[one.message_id] = self._traits(one)
        return self._read[one.message_id]

    def _traits(self, one: Registered) -> Traits:
        values = said_traits(one.subject, one.text, ours=self._ours)
        values[MatchKey.ATTACHMENT] = self._uow.matches.files(one.message_id, LEAST_FILE)
        values[MatchKey.SLIP] = values.get(MatchKey.SLIP, frozenset()) | self._slips(one.message_id)
        by_mail = one.channel == EMAIL
        where = EMAIL if by_mail else f"{one.channel} {one.account}"
        sender = one.sender.casefold()
        return Traits(
            sender=f"{where} {sender}" if sender else "",
            address=sender if by_mail else "",
            proven="" if by_mail else self._proven(one),
            values=values,
        )

    def _slips(self, message_id: int) -> frozenset[str]:
        """References of transfers in the codes of attachments, as far as those are read."""
        readings = self._uow.attachments.of_message(message_id).values()
        codes = (read_slip_code(code) for reading in readings for code in reading.codes)
        return frozenset(code.reference for code in codes if code is not None and code.kind in _PROOFS)

    def _proven(self, one: Registered) -> str:
        person = self._uow.chats(one.channel, one.account).person(one.sender) if one.sender else None
        return person.email.casefold() if person and person.email_proven_at else ""
