"""What a clerk decides, carried to the desk; the first of two clerks decides, the second is told."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Outcome
from mailroom.domain.errors import RefusedActionError
from mailroom.web.message import granted, shown, unsealed, version
from mailroom.web.site import Site, Visit

REASON_LENGTH = 1000


def decide(site: Site, visit: Visit) -> Response:
    """Decide anew; back to the message, or the same form again with what stood in the way.

    Nobody decides on what they may not see: raises 403 while the message is sealed.
    """
    message_id = unsealed(site, visit).logged.id
    try:
        outcome = Outcome(visit.form.get("outcome", ""))
    except ValueError:
        return _refused(site, visit, RefusedActionError("outcome-missing"))
    try:
        with site.deciding:
            _unchanged(site, message_id, visit.form.get("seen", ""))
            _to_desk(site, visit, message_id, outcome)
    except RefusedActionError as error:
        return _refused(site, visit, error)
    return RedirectResponse(f"/messages/{message_id}?done={outcome}{granted(visit)}", status_code=303)


def _unchanged(site: Site, message_id: int, seen: str) -> None:
    """A form that was drawn before someone else decided is refused: its clerk did not know."""
    with site.books.look() as uow:
        record = uow.messages.get(message_id)
    if record is None:
        raise HTTPException(404)
    if version(record) != seen:
        raise RefusedActionError("decided-meanwhile")


def _to_desk(site: Site, visit: Visit, message_id: int, outcome: Outcome) -> None:
    clerk: Clerk = visit.clerk
    reason = visit.form.get("reason", "").replace("\r\n", "\n").strip()
    if not reason:
        raise RefusedActionError("reason-missing")
    if len(reason) > REASON_LENGTH:
        raise RefusedActionError("reason-too-long", str(REASON_LENGTH))
    match outcome:
        case Outcome.ACCEPT:
            site.desk.accept(message_id, clerk, reason, visit.form.get("service") or None)
        case Outcome.REDIRECT_AGENCY:
            site.desk.redirect_agency(message_id, clerk, reason, visit.form.get("agency", ""))
        case Outcome.REDIRECT_CHANNEL:
            site.desk.redirect_channel(message_id, clerk, reason)
        case Outcome.IGNORE:
            site.desk.ignore(message_id, clerk, reason)
        case Outcome.HOLD:
            raise RefusedActionError("outcome-missing")


def _refused(site: Site, visit: Visit, error: RefusedActionError) -> Response:
    kept = {name: visit.form.get(name, "") for name in ("outcome", "service", "agency", "reason")}
    return shown(site, visit, status=409, refused=error.code, detail=error.detail, **kept)
