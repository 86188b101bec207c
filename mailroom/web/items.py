"""Which items of licences are published, by type: what holds, and the approver's decision (R107)."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.clerk import Role
from mailroom.domain.errors import RefusedActionError
from mailroom.services.field_decisions import DecidedItem
from mailroom.web.paper_acts import reason_of
from mailroom.web.site import Site, Visit


def items_page(site: Site, visit: Visit) -> Response:
    return _shown(site, visit, done=visit.query.get("done", ""))


def decide(site: Site, visit: Visit) -> Response:
    """Publish or mask one item of one type, as the approver saw it; back to it."""
    service, item = visit.form.get("service", ""), visit.form.get("item", "")
    choice = visit.form.get("public", "")
    if choice not in _CHOICES:
        raise HTTPException(400)
    try:
        with site.deciding:
            _as_seen(site, service, item, visit.form.get("seen", ""))
            site.house.fields.decide(service, item, public=_CHOICES[choice], clerk=visit.clerk, reason=reason_of(visit))
    except RefusedActionError as error:
        return _shown(site, visit, refused=error)
    return RedirectResponse(f"/desk/items?done=decide&service={service}#{service}.{item}", status_code=303)


_CHOICES = {"yes": True, "no": False}


def _as_seen(site: Site, service: str, item: str, seen: str) -> None:
    """A form that was drawn before somebody else decided is refused."""
    found = next((one for one in site.house.fields.items(service) if one.key == item), None)
    if found is not None and version(found) != seen:
        raise RefusedActionError("decided-meanwhile")


def version(item: DecidedItem) -> str:
    """What a clerk saw; differs once somebody has decided."""
    return f"{item.public}.{item.decision.decided_at.isoformat() if item.decision else ''}"


def _shown(site: Site, visit: Visit, *, done: str = "", refused: RefusedActionError | None = None) -> Response:
    fields = site.house.fields
    with site.house.books.look() as uow:
        names = {one.username: one.display_name or one.username for one in uow.clerks.every()}
    typed = visit.form if refused else {}
    return site.pages.show(
        "items.html",
        session=visit.session,
        status=409 if refused else 200,
        types=[(one, fields.items(one.key)) for one in fields.types()],
        wanted=typed.get("service", visit.query.get("service", "")),
        is_approver=visit.clerk.role is Role.APPROVER,
        version=version,
        names=names,
        typed=typed,
        done=done,
        refused=refused,
    )
