"""Approving many papers at once: each with the digest of the PDF that was offered, one click away."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Issuance, IssuanceState
from mailroom.web.paper_acts import release_soon
from mailroom.web.papers import refusal, service_title
from mailroom.web.reads import in_sight
from mailroom.web.site import ROW_DIGITS, Site, Visit

MOST = 100
"""So many are offered at once; approving them brings the next."""
LOOKED_THROUGH = 2000
PREFIX = "paper-"


def approvals_page(site: Site, visit: Visit) -> Response:
    return _shown(site, visit)


def approve_many(site: Site, visit: Visit) -> Response:
    """Approve what was ticked; what is refused stays, and says why."""
    seen = {int(name.removeprefix(PREFIX)): digest for name, digest in visit.form.items() if _names_paper(name)}
    if not seen:
        return _shown(site, visit, error=RefusedActionError("nothing-ticked"))
    try:
        approved, refused = site.house.issuing.approve_many(seen, visit.clerk)
    except RefusedActionError as error:
        return _shown(site, visit, error=error)
    if approved:
        release_soon(site)
    if refused:
        return _shown(site, visit, refused=refused, approved=len(approved))
    return RedirectResponse("/papers?view=approved&done=approved", status_code=303)


def _names_paper(name: str) -> bool:
    key = name.removeprefix(PREFIX)
    return name.startswith(PREFIX) and key.isascii() and key.isdigit() and len(key) <= ROW_DIGITS


def _shown(
    site: Site,
    visit: Visit,
    *,
    refused: Mapping[int, RefusedActionError] | None = None,
    approved: int = 0,
    error: RefusedActionError | None = None,
) -> Response:
    waiting = _waiting(site, visit.clerk)
    offered = [one for one in waiting if refusal(site.house, visit.clerk, one) is None]
    visit.listed.extend(one.id for one in offered[:MOST])
    return site.pages.show(
        "approvals.html",
        session=visit.session,
        status=409 if refused or error else 200,
        papers=offered[:MOST],
        left=max(0, len(offered) - MOST),
        others=len(waiting) - len(offered),
        is_approver=visit.clerk.role is Role.APPROVER,
        title=lambda key: service_title(site, key),
        refused=refused or {},
        approved=approved,
        error=error,
    )


def _waiting(site: Site, clerk: Clerk) -> list[Issuance]:
    with site.house.books.look() as uow:
        return in_sight(uow, uow.issuances.in_state(IssuanceState.SUBMITTED, limit=LOOKED_THROUGH), clerk)
