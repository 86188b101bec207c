"""Incidents with personal data: assessed, contained, told to the commission and to the people, in time (R98-R102)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from mailroom.domain.agency import Agency
from mailroom.domain.breach import Breach, BreachFacts, BreachKind, BreachStep, Risk, StepKind
from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Letter
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.delivery import EMAIL
from mailroom.services.letters import RandomIds
from mailroom.services.records.reach import Person
from mailroom.services.records.requests import NAME_LENGTH, only_approvers
from mailroom.stages import thai
from mailroom.stages.compose import Composed, Composer, one_line

BY_HAND = frozenset({StepKind.CONTAINED, StepKind.MEASURE, StepKind.NOTIFIED, StepKind.TOLD, StepKind.NOTE})
"""Steps that a clerk notes; others follow from what is done here."""


class Breaches:
    """The register of incidents. Each act is one transaction, with a step that stays."""

    def __init__(
        self,
        *,
        books: Books,
        clock: Clock,
        agency: Agency,
        composer: Composer,
        contact: str,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        self._books = books
        self._clock = clock
        self._agency = agency
        self._composer = composer
        self._contact = contact
        self._new_id = new_id or RandomIds()

    def open(self, title: str, known_at: datetime, kinds: Iterable[BreachKind], nature: str, clerk: Clerk) -> Breach:
        """Anybody who signs in may report; both periods run from `known_at`.

        Raises RefusedActionError `breach-incomplete`, `in-the-future`.
        """
        facts = BreachFacts(kinds=frozenset(kinds), nature=nature.strip())
        if not title.strip() or not facts.kinds:
            raise RefusedActionError("breach-incomplete")
        now = self._not_ahead(known_at)
        with self._books.begin() as uow:
            breach = uow.privacy.open_breach(
                Breach(title=title.strip(), known_at=known_at, opened_at=now, opened_by=clerk.username, facts=facts)
            )
            self._step(uow, breach.id, StepKind.REPORTED, clerk, known_at, title.strip())
            uow.commit()
        return breach

    def assess(self, breach_id: int, facts: BreachFacts, reason: str, clerk: Clerk) -> None:
        """What is known by now. That nobody is at risk needs a reason, and an approver: then nobody is told (R100)."""
        if not facts.kinds:
            raise RefusedActionError("breach-incomplete")
        if facts.risk is Risk.NONE:
            only_approvers(clerk)
            if not reason.strip():
                raise RefusedActionError("reason-missing")
        with self._books.begin() as uow:
            breach = _open(uow, breach_id)
            uow.privacy.save_breach(replace(breach, facts=facts))
            self._step(uow, breach_id, StepKind.ASSESSED, clerk, self._clock.now(), _told(facts, reason.strip()))
            uow.commit()

    def note(self, breach_id: int, kind: StepKind, happened_at: datetime, text: str, clerk: Clerk) -> None:
        """Something was done. Of a notice to the commission, or to the people, the time stops the period.

        A notice after 72 hours must say why it is late (R101). Raises RefusedActionError `breach-late-reason` and others.
        """
        if kind not in BY_HAND or not text.strip():
            raise RefusedActionError("breach-step-incomplete")
        self._not_ahead(happened_at)
        with self._books.begin() as uow:
            breach = _open(uow, breach_id)
            if happened_at < breach.known_at and kind in _ENDS_PERIOD:
                raise RefusedActionError("breach-before-known")
            if kind is StepKind.NOTIFIED and happened_at > breach.notify_by and not breach.facts.late_reason.strip():
                raise RefusedActionError("breach-late-reason")
            if kind is StepKind.NOTIFIED:
                breach = replace(breach, notified_at=breach.notified_at or happened_at)
            if kind is StepKind.TOLD:
                breach = replace(breach, told_at=breach.told_at or happened_at)
            uow.privacy.save_breach(breach)
            self._step(uow, breach_id, kind, clerk, happened_at, text.strip())
            uow.commit()

    def tell(self, breach_id: int, people: Iterable[Person], clerk: Clerk) -> int:
        """Write to each of the people concerned, once for each address; how many letters (R102).

        Raises RefusedActionError `breach-not-assessed`, `nobody-to-tell`.
        """
        only_approvers(clerk)
        now = self._clock.now()
        with self._books.begin() as uow:
            breach = _open(uow, breach_id)
            if not (breach.facts.nature and breach.facts.effects and breach.facts.measures):
                raise RefusedActionError("breach-not-assessed")
            letters = [self._letter(breach, one, now) for one in people]
            if not letters:
                raise RefusedActionError("nobody-to-tell")
            for letter in letters:
                uow.outbox.put(letter)
            uow.privacy.save_breach(replace(breach, told_at=breach.told_at or now))
            self._step(uow, breach_id, StepKind.TOLD, clerk, now, f"{len(letters)}")
            uow.commit()
        return len(letters)

    def close(self, breach_id: int, reason: str, clerk: Clerk) -> None:
        """Raises RefusedActionError `breach-not-told` while somebody has still to be told."""
        only_approvers(clerk)
        if not reason.strip():
            raise RefusedActionError("reason-missing")
        with self._books.begin() as uow:
            breach = _open(uow, breach_id)
            if breach.is_due or breach.is_untold:
                raise RefusedActionError("breach-not-told")
            now = self._clock.now()
            uow.privacy.save_breach(replace(breach, closed_at=now))
            self._step(uow, breach_id, StepKind.CLOSED, clerk, now, reason.strip())
            uow.commit()

    def letter_of(self, breach: Breach) -> Composed:
        """What the people would be told, to look at before it is sent."""
        return self._composed(breach, "")

    def _letter(self, breach: Breach, person: Person, now: datetime) -> OutboxItem:
        words = self._composed(breach, person.name)
        return OutboxItem(
            id=self._new_id(),
            channel=person.channel or EMAIL,
            letter=Letter.BREACH_NOTICE,
            to=person.address,
            to_name=person.name,
            subject=words.subject,
            text=words.text,
            html=words.html,
            created_at=now,
            due_at=now,
        )

    def _composed(self, breach: Breach, name: str) -> Composed:
        values = {
            "agency": self._agency,
            "agency_name": self._agency.name,
            "name": one_line(name, NAME_LENGTH),
            "number": "",
            "known_th": thai.thai_datetime(breach.known_at),
            "known_en": thai.english_datetime(breach.known_at),
            "facts": breach.facts,
            "contact": self._contact,
        }
        return self._composer.write(Letter.BREACH_NOTICE, values)

    def _not_ahead(self, at: datetime) -> datetime:
        """Now. Raises RefusedActionError for an instant that is still to come."""
        now = self._clock.now()
        if at > now:
            raise RefusedActionError("in-the-future")
        return now

    def _step(
        self, uow: UnitOfWork, breach: int, kind: StepKind, clerk: Clerk, happened_at: datetime, text: str
    ) -> None:
        now = self._clock.now()
        uow.privacy.step(
            BreachStep(breach=breach, kind=kind, happened_at=happened_at, noted_at=now, actor=clerk.username, text=text)
        )
        uow.events.add(f"breach.{kind}", now, actor=clerk.username, detail=str(breach))


_ENDS_PERIOD = frozenset({StepKind.NOTIFIED, StepKind.TOLD})


def _open(uow: UnitOfWork, breach_id: int) -> Breach:
    breach = uow.privacy.breach(breach_id)
    if breach is None:
        raise RefusedActionError("no-such-breach", str(breach_id))
    if breach.closed_at is not None:
        raise RefusedActionError("breach-closed")
    return breach


def _told(facts: BreachFacts, reason: str) -> str:
    """The assessment as it stays on record: codes and figures, then the reason in the clerk's words."""
    people, records = ("?" if one is None else str(one) for one in (facts.people, facts.records))
    marks = f"{'+'.join(sorted(facts.kinds))} risk={facts.risk} people={people} records={records}"
    return f"{marks} {reason}".strip()
