"""The blind audit: what goes without a clerk is drawn and decided once more by one who does not see the answer.

Bounds on the error of a model hold while the mail stays alike; this is how anybody finds out when it does not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Classification, Kind, Secrecy
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import AUDITED, NONE, Drawing, Found, Head, HeadState, Source
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.corrections import Saying, checked, note
from mailroom.settings import LearningSection
from mailroom.stages.audit_rule import WINDOW, asks, sample, seed_of
from mailroom.stages.certified import upper_bound
from mailroom.stages.lessons import may_learn

DAYS_BACK = 7
"""So many days are drawn for afterwards, where the program did not run."""
LATE = timedelta(days=14)
"""So long a drawing may wait for a clerk."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one question stands in the audit."""

    head: Head
    audited: int
    """Of the last ones."""
    wrong: int
    bound: float
    """No greater share is wrong, at 95 %."""
    target: float
    asks: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What a clerk learns after answering."""

    message_id: int
    agrees: bool
    answer: str
    """The machine's."""
    head: Head
    value: str
    """The clerk's."""


class Audit:
    """Each step is one transaction."""

    def __init__(
        self, *, books: Books, clock: Clock, agency: str, catalogue: Catalogue, settings: LearningSection
    ) -> None:
        """`agency` is the key of the agency: it seeds what is drawn."""
        self._books = books
        self._clock = clock
        self._agency = agency
        self._catalogue = catalogue
        self._settings = settings

    def draw(self) -> int:
        """Draw for each day that is over and was not drawn for. Returns how many messages."""
        count = 0
        with self._books.look() as uow:
            last = uow.learning.drawn_until()
        for day in self._days(last):
            with self._books.begin() as uow:
                drawings = self._drawn(uow, day)
                uow.learning.draw(drawings)
                uow.commit()
            count += len(drawings)
        return count

    def _days(self, last: date | None) -> Iterator[date]:
        today = self._clock.now().astimezone(BANGKOK).date()
        first = today - timedelta(days=DAYS_BACK)
        day = max(first, last + timedelta(days=1)) if last else first
        while day < today:
            yield day
            day += timedelta(days=1)

    def _drawn(self, uow: UnitOfWork, day: date) -> list[Drawing]:
        since = datetime.combine(day, time(), BANGKOK)
        found = [one for one in uow.learning.found(since, since + timedelta(days=1)) if _may_be_audited(one)]
        given = {
            head: [(one.digest, (one, answer)) for one in found if (answer := self._given(head, one))]
            for head in AUDITED
        }
        settings = self._settings
        redirects, services = sample(
            given[Head.AGENCY],
            given[Head.SERVICE],
            settings.audit_share,
            settings.audit_per_day,
            seed_of(self._agency, day),
        )
        return [
            Drawing(
                message_id=one.message_id,
                head=head,
                day=day,
                answer=answer,
                model=one.classification.model,
                drawn_at=self._clock.now(),
            )
            for head, drawn in ((Head.AGENCY, redirects), (Head.SERVICE, services))
            for one, answer in drawn
        ]

    def _given(self, head: Head, found: Found) -> str:
        """The answer that was given without a clerk, or would have been but for the audit; empty where there is none."""
        classification = found.classification
        kept_back = next((one for one in classification.reasons if one.code == f"audit-asks-{head}"), None)
        if head is Head.AGENCY:
            named = self._catalogue.agency(kept_back.detail if kept_back else _redirect(classification))
            return named.name if named and named.reachable else NONE
        if kept_back:
            return next((one.key for one in self._catalogue.services if one.name == kept_back.detail), NONE)
        return classification.service or NONE

    def next_for(self, clerk: Clerk) -> tuple[Drawing, MessageRecord] | None:
        """The oldest drawing that this clerk may answer; nobody audits what they decided themselves."""
        with self._books.look() as uow:
            for one in uow.learning.open_drawings():
                record = uow.messages.get(one.message_id)
                if record is not None and may_learn(record) and record.decided_by != clerk.username:
                    return one, record
        return None

    def waiting(self) -> int:
        with self._books.look() as uow:
            return len(uow.learning.open_drawings())

    def shown(self, drawing: int, clerk: Clerk) -> tuple[Drawing, MessageRecord]:
        """A drawing and its message. Raises RefusedActionError `no-such-audit` or `audited-already`."""
        with self._books.look() as uow:
            return self._open(uow, drawing, clerk)

    def _open(self, uow: UnitOfWork, number: int, clerk: Clerk) -> tuple[Drawing, MessageRecord]:
        drawing = uow.learning.drawing(number)
        if drawing is None:
            raise RefusedActionError("no-such-audit")
        if all(one.id != number for one in uow.learning.open_drawings()):
            raise RefusedActionError("audited-already")
        record = uow.messages.get(drawing.message_id)
        if record is None or not may_learn(record) or record.decided_by == clerk.username:
            raise RefusedActionError("no-such-audit")
        return drawing, record

    def told(self, number: int) -> Told | None:
        """What there is to tell of a drawing once it is answered; None before that."""
        with self._books.look() as uow:
            drawing = uow.learning.drawing(number)
            said = uow.learning.of_message(drawing.message_id) if drawing else []
        answered = next((one for one in said if one.audit == number), None)
        if drawing is None or answered is None:
            return None
        agrees = answered.value == drawing.answer
        return Told(drawing.message_id, agrees, drawing.answer, drawing.head, answered.value)

    def answer(self, number: int, clerk: Clerk, saying: Saying) -> Told:
        """Keep what the clerk says, and draw the conclusions. Raises RefusedActionError."""
        saying, now = checked(saying, self._catalogue), self._clock.now()
        answers = saying.answers()
        with self._books.begin() as uow:
            drawing, record = self._open(uow, number, clerk)
            if drawing.head is Head.AGENCY and Head.AGENCY not in answers:
                raise RefusedActionError("agency-missing")
            # Whose matter it is not is about no service of ours: then the service that was found is wrong.
            answers = {Head.SERVICE: NONE} | answers
            said = answers.pop(drawing.head)
            was = {drawing.head: drawing.answer}
            note(uow, record, {drawing.head: said}, clerk, now, Source.AUDIT, drawing=number, before=was)
            note(uow, record, answers, clerk, now, Source.AUDIT)
            uow.events.add("message.audited", now, message_id=drawing.message_id, actor=clerk.username)
            self._conclude(uow, now)
            uow.commit()
        return Told(drawing.message_id, said == drawing.answer, drawing.answer, drawing.head, said)

    def _conclude(self, uow: UnitOfWork, now: datetime) -> None:
        """Ask from now on, or answer again."""
        states = uow.learning.states()
        for head in AUDITED:
            standing, state = self._standing(uow, head, states), states.get(head)
            wanted = asks(standing.asks, standing.wrong, standing.audited, standing.target)
            if wanted == standing.asks:
                continue
            version = state.version if state else 0
            by = state.by if state and not version else ""  # Who switched the models off is remembered.
            why = f"audit {standing.wrong}/{standing.audited}"
            uow.learning.set_state(HeadState(head=head, version=version, asks=wanted, at=now, by=by, why=why))
            uow.events.add("audit.asks" if wanted else "audit.answers", now, detail=f"{head} {why}")

    def standings(self) -> list[Standing]:
        with self._books.look() as uow:
            states = uow.learning.states()
            return [self._standing(uow, head, states) for head in AUDITED]

    def _standing(self, uow: UnitOfWork, head: Head, states: Mapping[Head, HeadState]) -> Standing:
        answered = uow.learning.answered(head, WINDOW)
        wrong, state = sum(one.is_wrong for one in answered), states.get(head)
        target = self._settings.error_redirect if head is Head.AGENCY else self._settings.error_service
        bound = upper_bound(wrong, len(answered))
        return Standing(head, len(answered), wrong, bound, target, state.asks if state else False)


def audit_codes(books: Books, clock: Clock) -> list[str]:
    """Codes of problems, for the health endpoint and the banner of the queue."""
    with books.look() as uow:
        states, opened = uow.learning.states(), uow.learning.open_drawings()
    codes = [f"audit-{head}-asks" for head in AUDITED if head in states and states[head].asks]
    late = any(clock.now() - one.drawn_at > LATE for one in opened)
    return [*codes, "audit-late"] if late else codes


def _may_be_audited(found: Found) -> bool:
    """Neither what is secret, nor what a sender chose from our own list."""
    chosen = any(one.code == "service-chosen" for one in found.classification.reasons)
    return found.classification.marks.secrecy is Secrecy.NONE and not chosen


def _redirect(classification: Classification) -> str | None:
    return classification.agency if classification.kind is Kind.WRONG_AGENCY else None
