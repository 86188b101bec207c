"""The form by which a clerk sets right, in one action, what was understood of a message."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from mailroom.domain.decision import Kind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import NONE
from mailroom.services.corrections import Saying
from mailroom.web.message import granted, shown, unsealed
from mailroom.web.site import Site, Visit
from mailroom.web.understood import taken_for

NO_SERVICE = "-"
"""In a form that must be answered: none of the services."""


def said(form: Mapping[str, str]) -> Saying:
    """What a clerk says in a form. Raises RefusedActionError `kind-missing` or `service-missing`."""
    try:
        kind = Kind(form.get("kind", ""))
    except ValueError as error:
        raise RefusedActionError("kind-missing") from error
    service = form.get("service", "")
    if not service and kind is not Kind.WRONG_AGENCY:
        raise RefusedActionError("service-missing")
    return Saying(kind, NONE if service == NO_SERVICE else service, form.get("agency", ""))


def _unchanged(site: Site, visit: Visit) -> None:
    """A form that was drawn before somebody else set it right is refused: its clerk did not know."""
    if taken_for(unsealed(site, visit)) != visit.form.get("found", ""):
        raise RefusedActionError("classified-meanwhile")


def set_right(site: Site, visit: Visit) -> Response:
    """Back to the message, or its page with what stood in the way. Raises 403 while it is sealed."""
    row = unsealed(site, visit).logged.id
    try:
        saying = said(visit.form)
        with site.deciding:
            _unchanged(site, visit)
            site.office.corrections.set_right(row, visit.clerk, saying)
    except RefusedActionError as error:
        return shown(site, visit, status=409, refused=error.code, detail=error.detail)
    return RedirectResponse(f"/messages/{row}?done=reclassified{granted(visit)}#understood", status_code=303)
