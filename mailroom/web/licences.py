"""Licences as the desk sees them: the list, and one licence with all that happened to it."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Role
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Licence, LicenceQuery, LicenceStatus
from mailroom.services import paper_checks as check
from mailroom.services.licence_life import ADVERSE, AT_ONCE
from mailroom.web.paper_form import item_keys, values_of
from mailroom.web.papers import pdf, service_title
from mailroom.web.queue import PAGE_SIZE, addresses, page_number, search_text
from mailroom.web.site import Site, Visit


def licences_page(site: Site, visit: Visit) -> Response:
    """One page of the list, latest issue first."""
    house, search, page = site.house, search_text(visit), page_number(visit)
    services = [one for one in site.catalogue.services if one.licence]
    service = next((one.key for one in services if one.key == visit.query.get("service")), "")
    status = visit.query.get("status", "")
    day = house.clock.now().astimezone(BANGKOK).date()
    query = LicenceQuery(
        text=search, service=service, status=LicenceStatus(status) if status in set(LicenceStatus) else None, on=day
    )
    with house.books.look() as uow:
        found = uow.licences.search(query, offset=page * PAGE_SIZE, limit=PAGE_SIZE + 1)
        total = uow.licences.count(query)
    visit.listed.extend(one.id for one in found[:PAGE_SIZE])
    return site.pages.show(
        "licences.html",
        session=visit.session,
        licences=found[:PAGE_SIZE],
        more=len(found) > PAGE_SIZE,
        total=total,
        page=page,
        search=search,
        service=service,
        standing=status,
        statuses=list(LicenceStatus),
        services=services,
        title=lambda key: service_title(site, key),
        today=day,
        address=addresses("/desk/licences", q=search, service=service, status=status),
    )


def licence_page(site: Site, visit: Visit) -> Response:
    return shown(site, visit, existing(site, visit), done=visit.query.get("done", ""))


def existing(site: Site, visit: Visit) -> Licence:
    """The licence of the address. Raises 404."""
    with site.house.books.look() as uow:
        found = uow.licences.get(visit.row("id"))
    if found is None:
        raise HTTPException(404)
    return found


def shown(
    site: Site, visit: Visit, licence: Licence, *, done: str = "", refused: RefusedActionError | None = None
) -> Response:
    """The page of one licence; `refused` repeats an act that could not be done, with what was typed."""
    house = site.house
    with house.books.look() as uow:
        events = uow.licences.events(licence.id)
        papers = uow.issuances.of_licence(licence.id)
        names = {one.username: one.display_name or one.username for one in uow.clerks.every()}
    choices = house.life.choices(licence)
    service = site.catalogue.service(licence.service)
    day = house.clock.now().astimezone(BANGKOK).date()
    return site.pages.show(
        "licence.html",
        session=visit.session,
        status=409 if refused else 200,
        licence=licence,
        stands=licence.status_on(day),
        title=service_title(site, licence.service),
        service=service,
        keys=item_keys(service) if service else (),
        values=values_of(licence.content, service) if service else {},
        private=house.fields.masked(service.key) if service and service.licence else (),
        events=events,
        papers=papers,
        open=[one for one in papers if one.state in check.OPEN],
        paper_acts=sorted((act for act in choices if act.makes_document), key=_ORDER.index),
        acts_at_once=sorted(choices & AT_ONCE, key=_ORDER.index),
        adverse=ADVERSE,
        is_approver=visit.clerk.role is Role.APPROVER,
        names=names,
        typed=visit.form if refused else {},
        done=done,
        refused=refused,
    )


_ORDER = ["renew", "amend", "substitute", "transfer", "resume", "suspend", "revoke", "cease"]


def document(site: Site, visit: Visit) -> Response:
    """The signed PDF of any version of this licence."""
    licence, digest = existing(site, visit), visit.path["digest"]
    with site.house.books.look() as uow:
        made = {one.document for one in uow.licences.events(licence.id) if one.act.makes_document}
        found = uow.documents.get(digest) if digest in made else None
    if found is None:
        raise HTTPException(404)
    return pdf(site.house.document(digest), save_as=found.name if visit.query.get("save") else "")
