"""Letters that did not arrive: those that answer no message are listed, and whoever saw to one says so."""

import re

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Licence
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import UnitOfWork
from mailroom.services.resending import concerns
from mailroom.web.message import granted, unsealed
from mailroom.web.message import shown as message_shown
from mailroom.web.paper_acts import reason_of
from mailroom.web.queue import STRANDED_LIMIT
from mailroom.web.site import Site, Visit

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
LOOKED_THROUGH = 20
"""So many licences of one address are compared with a letter that names none."""


def letters_page(site: Site, visit: Visit) -> Response:
    return _shown(site, visit, done=visit.query.get("done", ""))


def settle(site: Site, visit: Visit) -> Response:
    """Somebody saw to a letter by other means: it leaves the list, with a reason."""
    letter = visit.path["letter"]
    if not _ID.fullmatch(letter):
        raise HTTPException(404)
    try:
        site.house.resending.settle(letter, visit.clerk, reason_of(visit))
    except RefusedActionError as error:
        return _shown(site, visit, refused=error)
    return RedirectResponse("/desk/letters?done=settle", status_code=303)


def settle_reply(site: Site, visit: Visit) -> Response:
    """The same for a letter that answers a message; back to that."""
    record, letter = unsealed(site, visit), visit.path["letter"]
    if letter not in {one.id for one in record.replies}:
        raise HTTPException(404)
    try:
        site.house.resending.settle(letter, visit.clerk, reason_of(visit))
    except RefusedActionError as error:
        return message_shown(site, visit, status=409, refused=error.code, detail=error.detail)
    return RedirectResponse(f"/messages/{record.logged.id}?done=settle{granted(visit)}", status_code=303)


def _shown(site: Site, visit: Visit, *, done: str = "", refused: RefusedActionError | None = None) -> Response:
    with site.house.books.look() as uow:
        letters = [(item, _licence(uow, item)) for item in uow.outbox.stranded(STRANDED_LIMIT)]
    context = {"letters": letters, "done": done, "refused": refused}
    return site.pages.show("letters.html", session=visit.session, status=409 if refused else 200, **context)


def _licence(uow: UnitOfWork, item: OutboxItem) -> Licence | None:
    """The licence that a letter hands over or speaks of, if the books can tell."""
    for enclosed in item.enclosures:
        if found := uow.licences.by_document(enclosed.digest):
            return found[0]
    alike = uow.licences.of_email(item.to, LOOKED_THROUGH)
    return next((one for one in alike if concerns(item, one) or one.number in item.subject), None)
