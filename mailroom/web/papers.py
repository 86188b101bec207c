"""Papers on their road: the list, one paper as clerk and approver see it, and its PDF."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Issuance, IssuanceState
from mailroom.domain.service import Service
from mailroom.services import paper_checks as check
from mailroom.services.licence_office import LicenceOffice
from mailroom.web.downloads import disposition
from mailroom.web.instruments import FRAMED
from mailroom.web.message import is_secret
from mailroom.web.paper_form import Typed, faults_by_item, item_keys, values_of
from mailroom.web.queue import PAGE_SIZE, addresses, page_number, search_text
from mailroom.web.reads import in_sight
from mailroom.web.site import Site, Visit

VIEWS: Mapping[str, IssuanceState] = {
    "prepare": IssuanceState.PREPARED,
    "waiting": IssuanceState.SUBMITTED,
    "returned": IssuanceState.RETURNED,
    "approved": IssuanceState.APPROVED,
    "issued": IssuanceState.ISSUED,
    "cancelled": IssuanceState.CANCELLED,
}
"""Views of the list, in their order."""
COUNTED = 200
"""So many waiting papers are looked through for the count in the masthead."""


def waiting_for(house: LicenceOffice) -> Callable[[Clerk], int]:
    """How many papers wait for somebody: for their approval, or returned to the clerks."""

    def count(clerk: Clerk) -> int:
        with house.books.look() as uow:
            if clerk.role is not Role.APPROVER:
                return uow.issuances.counts().get(IssuanceState.RETURNED, 0)
            submitted = uow.issuances.in_state(IssuanceState.SUBMITTED, limit=COUNTED)
        return sum(one.signatory == clerk.username for one in submitted)

    return count


def papers_page(site: Site, visit: Visit) -> Response:
    """One page of one view."""
    house, search, page = site.house, search_text(visit), page_number(visit)
    with house.books.look() as uow:
        counts = uow.issuances.counts()
        view = _view(visit, counts)
        found = uow.issuances.page([VIEWS[view]], search, offset=page * PAGE_SIZE, limit=PAGE_SIZE + 1)
        papers = in_sight(uow, found[:PAGE_SIZE], visit.clerk)
    visit.listed.extend(one.id for one in papers)
    return site.pages.show(
        "papers.html",
        session=visit.session,
        papers=papers,
        more=len(found) > PAGE_SIZE,
        page=page,
        view=view,
        views=VIEWS,
        counts=counts,
        search=search,
        address=addresses("/papers", view=view, q=search),
        title=lambda key: service_title(site, key),
        reason=house.turns.reason,
        done=visit.query.get("done", ""),
    )


def _view(visit: Visit, counts: Mapping[str, int]) -> str:
    """The view that was asked for; else the first that asks something of this person."""
    wanted = visit.query.get("view", "")
    if wanted in VIEWS:
        return wanted
    usual = ("waiting", "returned") if visit.clerk.role is Role.APPROVER else ("returned", "prepare", "waiting")
    return next((name for name in usual if counts.get(VIEWS[name], 0)), usual[0])


def paper_page(site: Site, visit: Visit) -> Response:
    return shown(site, visit, existing(site, visit), done=visit.query.get("done", ""))


def state_part(site: Site, visit: Visit) -> Response:
    """The state of a paper alone, which its page asks for until it is issued."""
    paper = existing(site, visit)
    return site.pages.show("paper_state.html", paper=paper, reason=_reason(site, paper))


def existing(site: Site, visit: Visit) -> Issuance:
    """The paper of the address. Raises 404."""
    with site.house.books.look() as uow:
        found = uow.issuances.get(visit.row("id"))
    if found is None:
        raise HTTPException(404)
    return found


def service_of(site: Site, paper: Issuance) -> Service:
    """The service of a paper, or a plain one where the catalogue has lost it."""
    return site.catalogue.service(paper.service) or Service(paper.service, paper.service)


def service_title(site: Site, key: str) -> str:
    service = site.catalogue.service(key)
    return (service.licence_name or service.name) if service else key


def shown(
    site: Site,
    visit: Visit,
    paper: Issuance,
    *,
    done: str = "",
    refused: RefusedActionError | None = None,
    failed: str = "",
    typed: Typed | None = None,
) -> Response:
    """The page of one paper; `refused`, `failed` and `typed` repeat what could not be done."""
    house, service = site.house, service_of(site, paper)
    with house.books.look() as uow:
        licence = uow.licences.get(paper.licence_id) if paper.licence_id is not None else None
        record = uow.messages.get(paper.message_id) if paper.message_id is not None else None
        approvers = check.approvers(uow, visit.clerk, two_person=house.two_person)
        document = uow.documents.get(paper.document or "")
        names = {one.username: one.display_name or one.username for one in uow.clerks.every()}
    editable = paper.state in check.EDITABLE
    faults = faults_by_item(paper.content, service, email=paper.email, channel=paper.channel) if editable else {}
    return site.pages.show(
        "paper.html",
        session=visit.session,
        status=409 if refused or failed or (typed and typed.errors) else 200,
        paper=paper,
        service=service,
        title=service_title(site, paper.service),
        licence=licence,
        record=record,
        secret=record is not None and is_secret(record),
        late=house.proposals.late(record, licence) if record and licence and paper.act == "renew" else 0,
        keys=item_keys(service),
        values=values_of(paper.content, service) | {"email": paper.email, "follows": paper.follows},
        typed=typed.values if typed else {},
        errors={**faults, **typed.errors} if typed else faults,
        approvers=approvers,
        editable=editable,
        cannot_approve=refusal(house, visit.clerk, paper),
        may_cancel=paper.state in check.OPEN and (paper.state != "approved" or visit.clerk.role is Role.APPROVER),
        reason=_reason(site, paper),
        document=document,
        names=names,
        seen=paper.changed_at.isoformat(),
        done=done,
        refused=refused,
        failed=failed,
    )


def refusal(house: LicenceOffice, clerk: Clerk, paper: Issuance) -> RefusedActionError | None:
    """Why this person cannot approve the paper: told before a button is offered."""
    try:
        check.may_approve(clerk, paper, two_person=house.two_person)
    except RefusedActionError as error:
        return error
    return None


def _reason(site: Site, paper: Issuance) -> str:
    return site.house.turns.reason(paper.id) if paper.state is IssuanceState.APPROVED else ""


def preview_pdf(site: Site, visit: Visit) -> Response:
    """What the paper would look like, marked as a draft."""
    paper = existing(site, visit)
    if paper.state not in check.EDITABLE:
        raise HTTPException(404)
    try:
        content = site.house.preview.pdf(paper, visit.clerk)
    except RefusedActionError as error:
        raise HTTPException(404) from error
    return pdf(content)


def rendition_pdf(site: Site, visit: Visit) -> Response:
    """The very PDF that is approved, from the archive, checked against its digest (G18)."""
    paper = existing(site, visit)
    if not paper.rendition or visit.query.get("digest", paper.rendition) != paper.rendition:
        raise HTTPException(404)
    return pdf(site.house.document(paper.rendition))


def document_pdf(site: Site, visit: Visit) -> Response:
    """The signed PDF as it was sent."""
    paper = existing(site, visit)
    if not paper.document:
        raise HTTPException(404)
    with site.house.books.look() as uow:
        document = uow.documents.get(paper.document)
    name = document.name if document and visit.query.get("save") else ""
    return pdf(site.house.document(paper.document), save_as=name)


def pdf(content: bytes, save_as: str = "") -> Response:
    """A PDF of ours: shown in a frame of our own pages, or saved under a name."""
    headers: dict[str, Any] = {"Content-Security-Policy": FRAMED, "X-Frame-Options": "SAMEORIGIN"}
    if save_as:
        headers["Content-Disposition"] = disposition(save_as)
    return Response(content, media_type="application/pdf", headers=headers)
