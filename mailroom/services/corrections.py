"""What clerks say of a message: by a decision, in the form that sets right, or in the audit. Each is kept for learning."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import NOBODYS, Kind, Outcome
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import NONE, Correction, Head, Source
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.stages.clues import without_model
from mailroom.stages.lessons import may_learn

CHOICES: tuple[Kind, ...] = (
    *(Kind.REQUEST, Kind.COMPLAINT, Kind.ENQUIRY, Kind.STATUS_ENQUIRY, Kind.FOLLOW_UP, Kind.WITHDRAWAL),
    *(
        Kind.PAYMENT_SLIP,
        Kind.OFFICIAL_LETTER,
        Kind.FORWARDED,
        Kind.THANKS,
        Kind.WRONG_AGENCY,
        Kind.SPAM,
        Kind.PHISHING,
    ),
)
"""What a clerk may call a message, in the order of the form; all others are told by what it is made of."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a clerk says of a message, with all that goes together."""

    kind: Kind
    service: str = NONE
    agency: str = NONE
    """The other agency that is responsible; with any other kind than wrong-agency there is none."""

    def answers(self) -> dict[Head, str]:
        """By question. Which agency, where none of the list is right, is left open."""
        found = {Head.KIND: self.kind.value}
        if self.kind is not Kind.WRONG_AGENCY:
            return found | {Head.SERVICE: self.service, Head.AGENCY: NONE}
        return found | ({Head.AGENCY: self.agency} if self.agency else {})


def checked(saying: Saying, catalogue: Catalogue) -> Saying:
    """What goes together. Raises RefusedActionError `no-such-kind`, `no-such-service` or `no-such-agency`."""
    if saying.kind not in CHOICES:
        raise RefusedActionError("no-such-kind", str(saying.kind))
    if saying.service and catalogue.service(saying.service) is None:
        raise RefusedActionError("no-such-service", saying.service)
    if saying.agency and catalogue.agency(saying.agency) is None:
        raise RefusedActionError("no-such-agency", saying.agency)
    foreign = saying.kind is Kind.WRONG_AGENCY
    about_nothing = foreign or saying.kind in NOBODYS
    return replace(saying, service=NONE if about_nothing else saying.service, agency=saying.agency if foreign else NONE)


def note_decision(
    uow: UnitOfWork,
    record: MessageRecord,
    outcome: Outcome,
    clerk: Clerk,
    at: datetime,
    *,
    service: str | None = None,
    agency: str | None = None,
) -> None:
    """What a decision says of a message without another word. `record` is the message as the clerk saw it.

    Who accepts a matter says that it is ours, and names the service where the form had one; who names another agency
    says so. Setting aside and another channel say nothing of what it is about.
    """
    if outcome is Outcome.ACCEPT:
        answers = {Head.AGENCY: NONE} | ({Head.SERVICE: service} if service else {})
    elif outcome is Outcome.REDIRECT_AGENCY and agency:
        answers = {Head.AGENCY: agency}
    else:
        return
    note(uow, record, answers, clerk, at, Source.DECISION)


def note(
    uow: UnitOfWork,
    record: MessageRecord,
    answers: Mapping[Head, str],
    clerk: Clerk,
    at: datetime,
    source: Source,
    *,
    drawing: int | None = None,
    before: Mapping[Head, str] | None = None,
) -> None:
    """Keep answers for learning; nothing of what is secret. `before` is what had been answered, where the record may
    have changed since.
    """
    if record.classification is None or not may_learn(record):
        return
    was = dict(without_model(record.classification)) | dict(before or {})
    for head, value in answers.items():
        uow.learning.add(
            Correction(
                message_id=record.logged.id,
                head=head,
                value=value,
                was=was[head],
                by=clerk.username,
                at=at,
                source=source,
                model=record.classification.model,
                audit=drawing,
            )
        )


class Corrections:
    """The form that sets right what was understood."""

    def __init__(self, *, books: Books, clock: Clock, catalogue: Catalogue) -> None:
        self._books = books
        self._clock = clock
        self._catalogue = catalogue

    def set_right(self, message_id: int, clerk: Clerk, saying: Saying) -> None:
        """Kind and service stand as the clerk says; decision, number and letters stay. Raises RefusedActionError.

        What is secret is set right all the same, and not learned from (R58).
        """
        saying, now = checked(saying, self._catalogue), self._clock.now()
        with self._books.begin() as uow:
            record = uow.messages.get(message_id)
            if record is None or record.classification is None:
                raise RefusedActionError("no-such-message")
            note(uow, record, saying.answers(), clerk, now, Source.QUEUE)
            uow.learning.reclassify(message_id, saying.kind, saying.service or None)
            self._case(uow, record, saying)
            detail = f"{saying.kind} {saying.service or '-'}"
            uow.events.add("message.reclassified", now, message_id=message_id, actor=clerk.username, detail=detail)
            uow.commit()

    @staticmethod
    def _case(uow: UnitOfWork, record: MessageRecord, saying: Saying) -> None:
        case = uow.cases.of(record.number) if record.number else None
        if case is not None and case.message_id == record.logged.id:
            uow.cases.save(replace(case, service=saying.service or None))
