"""What people ask about their own data, and what is answered: nothing is erased, access is restricted with the reason (R106)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from mailroom.domain.agency import Agency
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.decision import Letter
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.privacy import DataRequest, RequestKind, RequestState, Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.delivery import EMAIL
from mailroom.services.letters import RandomIds
from mailroom.stages import thai
from mailroom.stages.compose import Composed, Composer, one_line

NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a clerk enters it."""

    kind: RequestKind
    number: RegisterNumber | None
    name: str
    email: str
    wish: str
    received_at: datetime


class DataRequests:
    """The register of such requests. Each act is one transaction, and an event."""

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
        """`contact` is the data protection officer or contact person, as letters name them (R104)."""
        self._books = books
        self._clock = clock
        self._agency = agency
        self._composer = composer
        self._contact = contact
        self._new_id = new_id or RandomIds()

    def enter(self, asked: Asked, clerk: Clerk) -> DataRequest:
        """Raises RefusedActionError `request-incomplete`, `no-such-case`, `in-the-future`."""
        now = self._clock.now()
        if not asked.name.strip() or not asked.wish.strip():
            raise RefusedActionError("request-incomplete")
        if asked.received_at > now:
            raise RefusedActionError("in-the-future")
        with self._books.begin() as uow:
            if asked.number is not None and uow.cases.of(asked.number) is None:
                raise RefusedActionError("no-such-case", str(asked.number))
            request = uow.privacy.add_request(
                DataRequest(
                    kind=asked.kind,
                    number=asked.number,
                    name=asked.name.strip(),
                    email=asked.email.strip(),
                    wish=asked.wish.strip(),
                    received_at=asked.received_at,
                    entered_at=now,
                    entered_by=clerk.username,
                )
            )
            self._event(uow, "privacy.requested", clerk, asked.number, f"{asked.kind} {request.id}")
            uow.commit()
        return request

    def answer(self, request_id: int, clerk: Clerk, answer: str, people: Collection[str] | None = None) -> DataRequest:
        """Answer with a reason, by letter where there is an address; with `people` the case is restricted to them.

        Raises RefusedActionError `not-an-approver`, `no-such-request`, `answered-already`, `reason-missing`,
        `nobody-named`, `no-such-person`, `no-case-to-restrict`, `restricted-already`.
        """
        only_approvers(clerk)
        if not answer.strip():
            raise RefusedActionError("reason-missing")
        with self._books.begin() as uow:
            request = _open(uow, request_id)
            if people is not None:
                self._restrict(uow, request, clerk, answer.strip(), people)
            letter = self._letter(uow, request, answer.strip(), restricted=people is not None)
            if letter is not None:
                uow.outbox.put(letter)
            answered = replace(
                request,
                state=RequestState.ANSWERED,
                answer=answer.strip(),
                answered_at=self._clock.now(),
                answered_by=clerk.username,
                letter=letter.id if letter else "",
            )
            uow.privacy.save_request(answered)
            self._event(uow, "privacy.answered", clerk, request.number, str(request.id))
            uow.commit()
        return answered

    def name_people(self, number: RegisterNumber, clerk: Clerk, people: Collection[str]) -> None:
        """Who may open a restricted case from now on."""
        only_approvers(clerk)
        with self._books.begin() as uow:
            held = _held(uow, number)
            named = _known(uow, people)
            uow.privacy.save_restriction(replace(held, people=named))
            self._event(uow, "privacy.people-named", clerk, number, f"{number}: {', '.join(named)}")
            uow.commit()

    def lift(self, number: RegisterNumber, clerk: Clerk, reason: str) -> None:
        """Everybody may see the case again."""
        only_approvers(clerk)
        if not reason.strip():
            raise RefusedActionError("reason-missing")
        with self._books.begin() as uow:
            held = _held(uow, number)
            lifted = replace(held, lifted_at=self._clock.now(), lifted_by=clerk.username, lift_reason=reason.strip())
            uow.privacy.save_restriction(lifted)
            self._event(uow, "privacy.lifted", clerk, number, f"{number}: {reason.strip()}")
            uow.commit()

    def letter_of(self, request: DataRequest) -> Composed:
        """The answer as a letter says it; equal requests give equal words."""
        with self._books.look() as uow:
            restricted = any(one.request == request.id for one in uow.privacy.restrictions(every=True))
        return self._composed(request, request.answer, restricted=restricted)

    def _restrict(
        self, uow: UnitOfWork, request: DataRequest, clerk: Clerk, reason: str, people: Collection[str]
    ) -> None:
        if request.number is None:
            raise RefusedActionError("no-case-to-restrict")
        placed = uow.privacy.restrict(
            Restriction(
                number=request.number,
                request=request.id,
                reason=reason,
                people=_known(uow, people),
                placed_at=self._clock.now(),
                placed_by=clerk.username,
            )
        )
        self._event(uow, "privacy.restricted", clerk, request.number, f"{request.number}: {', '.join(placed.people)}")

    def _letter(self, uow: UnitOfWork, request: DataRequest, answer: str, *, restricted: bool) -> OutboxItem | None:
        if not request.email:
            return None
        now, words = self._clock.now(), self._composed(request, answer, restricted=restricted)
        case = uow.cases.of(request.number) if request.number else None
        return OutboxItem(
            id=self._new_id(),
            message_id=case.message_id if case else None,
            channel=EMAIL,
            letter=Letter.DATA_ANSWER,
            to=request.email,
            to_name=request.name,
            subject=words.subject,
            text=words.text,
            html=words.html,
            created_at=now,
            due_at=now,
        )

    def _composed(self, request: DataRequest, answer: str, *, restricted: bool) -> Composed:
        values = {
            "agency": self._agency,
            "agency_name": self._agency.name,
            "name": one_line(request.name, NAME_LENGTH),
            "number": str(request.number) if request.number else "",
            "kind_th": self._composer.label("data_requests", request.kind),
            "kind_en": self._composer.label("data_requests", request.kind, language=1),
            "received_th": thai.thai_datetime(request.received_at),
            "received_en": thai.english_datetime(request.received_at),
            "answer": answer,
            "erasure": request.kind is RequestKind.ERASURE,
            "restricted": restricted,
            "contact": self._contact,
        }
        return self._composer.write(Letter.DATA_ANSWER, values)

    def _event(self, uow: UnitOfWork, name: str, clerk: Clerk, number: RegisterNumber | None, detail: str) -> None:
        case = uow.cases.of(number) if number else None
        row = case.message_id if case else None
        uow.events.add(name, self._clock.now(), message_id=row, actor=clerk.username, detail=detail)


def only_approvers(clerk: Clerk) -> None:
    """Raises RefusedActionError `not-an-approver`."""
    if clerk.role is not Role.APPROVER:
        raise RefusedActionError("not-an-approver", clerk.username)


def _open(uow: UnitOfWork, request_id: int) -> DataRequest:
    request = uow.privacy.request(request_id)
    if request is None:
        raise RefusedActionError("no-such-request", str(request_id))
    if request.state is not RequestState.OPEN:
        raise RefusedActionError("answered-already")
    return request


def _held(uow: UnitOfWork, number: RegisterNumber) -> Restriction:
    held = uow.privacy.restriction_of(number)
    if held is None:
        raise RefusedActionError("not-restricted", str(number))
    return held


def _known(uow: UnitOfWork, people: Collection[str]) -> tuple[str, ...]:
    """Somebody must be able to open the case: a matter that nobody may read cannot be dealt with."""
    every = {one.username for one in uow.clerks.every()}
    for one in people:
        if one not in every:
            raise RefusedActionError("no-such-person", one)
    if not people:
        raise RefusedActionError("nobody-named")
    return tuple(sorted(set(people)))
