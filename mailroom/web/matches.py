"""Requests that seem to be the same: shown beside one another, and what a clerk says of them."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.match import MatchState
from mailroom.services.match_decisions import settle
from mailroom.web.message import granted, shown, unsealed
from mailroom.web.site import Site, Visit

ACTS: Mapping[str, MatchState] = {"confirm": MatchState.CONFIRMED, "dismiss": MatchState.DISMISSED}
"""By the last part of their address."""


def confirm(site: Site, visit: Visit) -> Response:
    """It is the same request."""
    return _settle(site, visit, "confirm")


def dismiss(site: Site, visit: Visit) -> Response:
    """It is not."""
    return _settle(site, visit, "dismiss")


def _settle(site: Site, visit: Visit, act: str) -> Response:
    """Back to the message, or the page with what stood in the way. Raises 404 for a pair that this page does not show."""
    record, match_id = unsealed(site, visit), visit.row("match")
    row = record.logged.id
    with site.books.look() as uow:
        if match_id not in {view.match.id for view in uow.matches.of_message(row)}:
            raise HTTPException(404)
    try:
        settle(
            site.books,
            site.clock,
            match_id,
            row,
            state=ACTS[act],
            seen=visit.form.get("seen", ""),
            clerk=visit.clerk,
        )
    except RefusedActionError as error:
        return shown(site, visit, status=409, refused=error.code, detail=error.detail)
    return RedirectResponse(f"/messages/{row}?done=match-{act}{granted(visit)}#matches", status_code=303)
