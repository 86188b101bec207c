"""Carrying out decisions: number, case, record and letter share one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from mailroom.domain.agency import Agency, buddhist_year
from mailroom.domain.case import Case, CaseState
from mailroom.domain.decision import Classification, Letter, Outcome, Secrecy
from mailroom.domain.message import Address, LoggedMessage, Message
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Verdict
from mailroom.domain.register import RegisterDraft, RegisterEntry, RegisterNumber
from mailroom.ports import UnitOfWork
from mailroom.services.bounces import Bounces
from mailroom.services.chat_fallback import graded_by_email
from mailroom.services.letters import Letters

CASE_STATES: Mapping[Outcome, CaseState] = MappingProxyType(
    {
        Outcome.ACCEPT: CaseState.OPEN,
        Outcome.HOLD: CaseState.HELD,
        Outcome.REDIRECT_AGENCY: CaseState.REDIRECTED,
        Outcome.REDIRECT_CHANNEL: CaseState.REDIRECTED,
        Outcome.IGNORE: CaseState.SET_ASIDE,
    }
)

YearOf = Callable[[datetime, datetime], int]
"""The พ.ศ. year of an entry, of (entered_system_at, deemed_received_at)."""


AsOwed = Callable[[UnitOfWork, OutboxItem, LoggedMessage], OutboxItem]
"""The letter as it is owed: one that went out before a restore is settled."""


def _as_it_is(_uow: UnitOfWork, item: OutboxItem, _logged: LoggedMessage) -> OutboxItem:
    """For books that were never restored."""
    return item


def year_by_deemed(_entered: datetime, deemed: datetime) -> int:
    """Mail of the evening of 31 December counts for the new year (R15, R51)."""
    return buddhist_year(deemed)


def year_by_entered(entered: datetime, _deemed: datetime) -> int:
    """Mail of the evening of 31 December counts for the old year."""
    return buddhist_year(entered)


class Actor:
    """Writes what follows from a verdict. The caller commits."""

    def __init__(
        self,
        *,
        agency: Agency,
        letters: Letters,
        year_of: YearOf = year_by_deemed,
        bounces: Bounces | None = None,
        as_owed: AsOwed = _as_it_is,
    ) -> None:
        """Without `bounces` reports on delivery are recorded like any other message, and change no letter.

        `as_owed` sees each letter before it is put into the outbox.
        """
        self._as_owed = as_owed
        self._agency = agency
        self._letters = letters
        self._year_of = year_of
        self._bounces = bounces

    def carry_out(self, verdict: Verdict, uow: UnitOfWork) -> RegisterEntry | None:
        """Record a verdict with its number, case and letter."""
        logged, decision = verdict.logged, verdict.decision
        uow.messages.record(verdict)
        entry = None
        if decision.register:
            entry = self.register(
                uow,
                logged,
                verdict.message,
                verdict.classification,
                deemed=verdict.deemed_received_at,
                now=verdict.processed_at,
            )
            self.open_case(uow, entry.number, verdict, CASE_STATES[decision.outcome])
        if decision.letter:
            self.write(uow, decision.letter, verdict, entry.number if entry else None)
        if self._bounces:
            self._bounces.note(verdict, uow)
        uow.events.add(
            "message.decided", verdict.processed_at, message_id=logged.id, detail=f"{decision.outcome} {decision.rule}"
        )
        return entry

    def register(
        self,
        uow: UnitOfWork,
        logged: LoggedMessage,
        message: Message,
        classification: Classification,
        *,
        deemed: datetime,
        now: datetime,
    ) -> RegisterEntry:
        """Enter a message in the register of letters received (R45, R50, R51)."""
        marks = classification.marks
        return uow.register.enter(
            RegisterDraft(
                message_id=logged.id,
                year=self._year_of(logged.envelope.entered_system_at, deemed),
                letter_no=marks.letter_no,
                dated=marks.dated,
                sender=printed(message.sender),
                addressee=marks.to or self._agency.name,
                subject=marks.subject or message.subject,
                entered_system_at=logged.envelope.entered_system_at,
                deemed_received_at=deemed,
                registered_at=now,
                urgency=marks.urgency,
                secrecy=marks.secrecy,
            )
        )

    def open_case(self, uow: UnitOfWork, number: RegisterNumber, verdict: Verdict, state: CaseState) -> None:
        uow.cases.open(
            Case(
                number=number,
                message_id=verdict.logged.id,
                state=state,
                service=verdict.classification.service,
                follows=verdict.follows,
            )
        )

    def write(self, uow: UnitOfWork, letter: Letter, verdict: Verdict, number: RegisterNumber | None) -> None:
        """Put a letter into the outbox; it is sent once this transaction is committed.

        About graded matter nothing goes over a chat (R58, R118): such a letter goes by e-mail where an address is known;
        else the event `letter.omitted` asks a clerk to tell the sender.
        """
        item: OutboxItem | None = self._letters.item(letter, verdict, number)
        graded = verdict.classification.marks.secrecy is not Secrecy.NONE
        if item and graded and verdict.message.is_chat:
            item = graded_by_email(uow, item, verdict.logged.envelope.account)
        if item:
            uow.outbox.put(self._as_owed(uow, item, verdict.logged))
        else:
            uow.events.add("letter.omitted", verdict.processed_at, message_id=verdict.logged.id)


def printed(sender: Address) -> str:
    """จาก, as the register prints it: name and real address."""
    if sender.name and sender.address:
        return f"{sender.name} <{sender.address}>"
    return sender.name or sender.address
