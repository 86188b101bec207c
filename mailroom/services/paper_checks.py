"""Why a step on the road of a paper is refused: asked in the same way by every step, inside its transaction."""

import re
from datetime import datetime

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Issuance, IssuanceState, Licence, LicenceStatus
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import UnitOfWork
from mailroom.stages.licence_content import faults
from mailroom.stages.licence_rules import ALLOWED

OPEN = frozenset(
    {IssuanceState.PREPARED, IssuanceState.SUBMITTED, IssuanceState.RETURNED, IssuanceState.APPROVED},
)
"""States of a paper that is still on its road."""
EDITABLE = frozenset({IssuanceState.PREPARED, IssuanceState.RETURNED})

_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


def paper(uow: UnitOfWork, issuance_id: int, states: frozenset[IssuanceState]) -> Issuance:
    """The paper, which is in one of the states."""
    found = uow.issuances.get(issuance_id)
    if found is None:
        raise RefusedActionError("no-such-paper", str(issuance_id))
    if found.state not in states:
        raise RefusedActionError(f"paper-{found.state}", str(issuance_id))
    return found


def licensing(catalogue: Catalogue, key: str) -> Service:
    """The service of a licence."""
    service = catalogue.service(key)
    if service is None:
        raise RefusedActionError("no-such-service", key)
    if not service.licence:
        raise RefusedActionError("service-without-licence", service.name)
    return service


def licence(uow: UnitOfWork, licence_id: int | None) -> Licence:
    found = uow.licences.get(licence_id) if licence_id is not None else None
    if found is None:
        raise RefusedActionError("no-such-licence", "" if licence_id is None else str(licence_id))
    return found


def allowed(act: Act, on: Licence, at: datetime) -> None:
    """That the act may happen to the licence as it stands at that time."""
    status = on.status_on(at.astimezone(BANGKOK).date())
    if status not in ALLOWED[act]:
        raise RefusedActionError(_NOT_NOW[status], on.number)


_NOT_NOW = {
    LicenceStatus.VALID: "licence-in-force",
    LicenceStatus.AMENDED: "licence-in-force",
    LicenceStatus.SUSPENDED: "licence-suspended",
    LicenceStatus.REVOKED: "licence-revoked",
    LicenceStatus.EXPIRED: "licence-expired",
    LicenceStatus.CEASED: "licence-ceased",
}


def alone(uow: UnitOfWork, on: Licence) -> None:
    """That no other paper of this licence is on its road: the second would undo what the first changes."""
    for other in uow.issuances.of_licence(on.id):
        if other.state in OPEN:
            raise RefusedActionError("paper-open", str(other.id))


def approver(clerk: Clerk) -> None:
    if clerk.role is not Role.APPROVER:
        raise RefusedActionError("not-an-approver", clerk.username)


def may_approve(clerk: Clerk, waiting: Issuance, *, two_person: bool) -> None:
    """That this clerk may approve that paper: an approver, whose name it prints, and who did not submit it."""
    approver(clerk)
    if waiting.signatory != clerk.username:
        raise RefusedActionError("other-signatory", waiting.signatory)
    if two_person and waiting.submitted_by == clerk.username:
        raise RefusedActionError("own-paper", str(waiting.id))


def approvers(uow: UnitOfWork, clerk: Clerk, *, two_person: bool) -> list[Clerk]:
    """Whose name a paper may print that this clerk submits."""
    found = [one for one in uow.clerks.every() if one.role is Role.APPROVER]
    return [one for one in found if not two_person or one.username != clerk.username]


def reason(text: str) -> str:
    """A reason that was given, without blanks around it."""
    if not text.strip():
        raise RefusedActionError("reason-missing")
    return text.strip()


def complete(issuance: Issuance, service: Service) -> None:
    """That a paper has all that its service asks for, and somebody to be sent to."""
    for code, detail in faults(issuance.content, service):
        raise RefusedActionError(code, detail)
    if issuance.channel == "email" and not issuance.email:
        raise RefusedActionError("email-missing")


def mailbox(address: str) -> str:
    """An address that is empty or looks like one."""
    address = address.strip()
    if address and not _MAILBOX.fullmatch(address):
        raise RefusedActionError("email-wrong", address)
    return address
