"""A clerk's decisions on messages that the program could not, or should not, decide."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mailroom.domain.agency import Announcement
from mailroom.domain.case import CaseState
from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Decision, Kind, Letter, Outcome, Reason
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.record import MessageRecord, Verdict
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.acting import CASE_STATES, Actor
from mailroom.services.announcements import Announcements
from mailroom.services.corrections import note_decision

ALLOWED: Mapping[Outcome, frozenset[Outcome]] = MappingProxyType(
    {
        Outcome.HOLD: frozenset({Outcome.ACCEPT, Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL, Outcome.IGNORE}),
        Outcome.ACCEPT: frozenset({Outcome.REDIRECT_AGENCY}),
        Outcome.REDIRECT_CHANNEL: frozenset({Outcome.ACCEPT}),  # «รับไว้ดำเนินการ» (R21)
        Outcome.REDIRECT_AGENCY: frozenset({Outcome.ACCEPT}),
        Outcome.IGNORE: frozenset({Outcome.ACCEPT}),
    }
)
"""What a clerk may make of a message, by the decision in force."""

ROBOTS = frozenset({Kind.AUTO_REPLY, Kind.DSN, Kind.MDN, Kind.MAILING_LIST})
"""Never answered, whatever a clerk decides (RFC 3834)."""


class Desk:
    """Each action is one transaction: the first of two clerks decides, the second is told."""

    def __init__(
        self, *, books: Books, actor: Actor, catalogue: Catalogue, announcements: Announcements, clock: Clock
    ) -> None:
        self._books = books
        self._actor = actor
        self._catalogue = catalogue
        self._announcements = announcements
        self._clock = clock

    def choices(self, record: MessageRecord) -> frozenset[Outcome]:
        """What a clerk may make of a message now."""
        with self._books.look() as uow:
            return self._choices(uow, record)

    def accept(self, message_id: int, clerk: Clerk, reason: str, service: str | None = None) -> None:
        """Take the matter up: it is registered if it was not, and acknowledged if it was not."""
        if service is not None and self._catalogue.service(service) is None:
            raise RefusedActionError("no-such-service", service)
        self._decide(message_id, clerk, reason, Outcome.ACCEPT, letter=Letter.ACKNOWLEDGEMENT, service=service)

    def redirect_agency(self, message_id: int, clerk: Clerk, reason: str, agency: str) -> None:
        """Tell the sender which agency is directly responsible, and how to reach it (R19)."""
        other = self._catalogue.agency(agency)
        if other is None or not other.reachable:
            raise RefusedActionError("agency-without-channel", agency)
        self._decide(
            message_id, clerk, reason, Outcome.REDIRECT_AGENCY, letter=Letter.REDIRECT_AGENCY, agency=other.name
        )

    def redirect_channel(self, message_id: int, clerk: Clerk, reason: str) -> None:
        """Tell the sender the announced channels (R21)."""
        with self._books.look() as uow:
            if self._announced(uow) is None:
                raise RefusedActionError("no-announcement")
        self._decide(message_id, clerk, reason, Outcome.REDIRECT_CHANNEL, letter=Letter.REDIRECT_CHANNEL)

    def ignore(self, message_id: int, clerk: Clerk, reason: str) -> None:
        """Nothing has to be done. A number, once given, stays in the register."""
        self._decide(message_id, clerk, reason, Outcome.IGNORE, letter=None)

    def _choices(self, uow: UnitOfWork, record: MessageRecord) -> frozenset[Outcome]:
        if record.decision is None or record.duplicate_of is not None:
            return frozenset()
        allowed = ALLOWED[record.decision.outcome]
        return allowed if self._announced(uow) else allowed - {Outcome.REDIRECT_CHANNEL}

    def _announced(self, uow: UnitOfWork) -> Announcement | None:
        """Until an announcement is in force, every channel in use is proper (R20)."""
        return self._announcements.current(uow, self._clock.now())

    def _decide(
        self,
        message_id: int,
        clerk: Clerk,
        reason: str,
        outcome: Outcome,
        *,
        letter: Letter | None,
        agency: str | None = None,
        service: str | None = None,
    ) -> None:
        if not reason.strip():
            raise RefusedActionError("reason-missing")
        with self._books.begin() as uow:
            record = self._actable(uow, message_id, outcome)
            decision = Decision(
                outcome=outcome,
                rule="clerk",
                reasons=(Reason("clerk", reason.strip()),),
                register=outcome in {Outcome.ACCEPT, Outcome.REDIRECT_AGENCY} or record.number is not None,
                letter=letter if letter and self._owed(record, letter) else None,
                agency=agency,
            )
            self._carry_out(uow, record, decision, service)
            uow.messages.decide_anew(message_id, decision, clerk, reason.strip(), service)
            note_decision(uow, record, outcome, clerk, self._clock.now(), service=service, agency=agency)
            uow.events.add(
                "message.decided",
                self._clock.now(),
                message_id=message_id,
                actor=clerk.username,
                detail=f"{outcome} {reason.strip()}",
            )
            uow.commit()

    def _actable(self, uow: UnitOfWork, message_id: int, outcome: Outcome) -> MessageRecord:
        record = uow.messages.get(message_id)
        if record is None or record.decision is None:
            raise RefusedActionError("no-such-message")
        if record.duplicate_of is not None:
            raise RefusedActionError("another-copy")
        if outcome not in self._choices(uow, record):
            raise RefusedActionError("decided-meanwhile")
        return record

    @staticmethod
    def _owed(record: MessageRecord, letter: Letter) -> bool:
        """One acknowledgement per entry; the neutral one counts. Nobody is written to without an address."""
        message, classification = record.message, record.classification
        if message is None or classification is None or not message.sender.address or classification.kind in ROBOTS:
            return False
        sent = {reply.letter for reply in record.replies}
        same = {Letter.ACKNOWLEDGEMENT, Letter.HELD} if letter is Letter.ACKNOWLEDGEMENT else {letter}
        return not sent & same

    def _carry_out(self, uow: UnitOfWork, record: MessageRecord, decision: Decision, service: str | None) -> None:
        verdict = replace(self._verdict(record, decision, service), announcement=self._announced(uow))
        number = record.number
        if number is None and decision.register:
            number = self._actor.register(
                uow,
                verdict.logged,
                verdict.message,
                verdict.classification,
                deemed=verdict.deemed_received_at,
                now=verdict.processed_at,
            ).number
        if number is not None:
            self._move_case(uow, number, verdict)
        if decision.letter:
            self._actor.write(uow, decision.letter, verdict, number)

    def _move_case(self, uow: UnitOfWork, number: RegisterNumber, verdict: Verdict) -> None:
        state: CaseState = CASE_STATES[verdict.decision.outcome]
        case = uow.cases.of(number)
        if case is None:
            self._actor.open_case(uow, number, verdict, state)
        else:
            uow.cases.save(replace(case, state=state, service=verdict.classification.service))

    def _verdict(self, record: MessageRecord, decision: Decision, service: str | None) -> Verdict:
        """The record as a verdict of now, so that one piece of code acts on both."""
        message, classification, deemed = record.message, record.classification, record.deemed_received_at
        if message is None or classification is None or deemed is None:
            raise RefusedActionError("no-such-message")
        return Verdict(
            logged=record.logged,
            message=message,
            classification=replace(classification, service=service or classification.service),
            decision=decision,
            deemed_received_at=deemed,
            processed_at=self._clock.now(),
            follows=record.follows,
        )
