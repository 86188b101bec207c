"""The blind audit: a clerk decides what a message is about without seeing what the program answered."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError
from mailroom.services.corrections import CHOICES
from mailroom.web.corrections import said, set_right
from mailroom.web.site import Handler, Site, Visit

HOME = "/audit"
ONE = "/audit/{drawing}"


def routes() -> Mapping[str, Mapping[str, Handler]]:
    """Addresses behind the login, where anything is learned."""
    return {
        HOME: {"GET": overview},
        ONE: {"GET": question, "POST": answer},
        "/messages/{id}/classification": {"POST": set_right},
    }


def overview(site: Site, visit: Visit) -> Response:
    """How each question stands, and the way to the next message."""
    audit = site.office.audit
    found = audit.next_for(visit.clerk)
    return site.pages.show(
        "audit.html",
        session=visit.session,
        standings=audit.standings(),
        waiting=audit.waiting(),
        following=found[0].id if found else None,
    )


def question(site: Site, visit: Visit) -> Response:
    """The message with nothing of what was answered; once a clerk answered, what the program had said."""
    return _question(site, visit)


def _question(site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
    audit, number = site.office.audit, visit.row("drawing")
    told = audit.told(number)
    if told is not None:
        found = audit.next_for(visit.clerk)
        visit.listed.append(told.message_id)
        return site.pages.show(
            "audit_told.html",
            session=visit.session,
            told=told,
            catalogue=site.catalogue,
            following=found[0].id if found else None,
            waiting=audit.waiting(),
        )
    try:
        _, record = audit.shown(number, visit.clerk)
    except RefusedActionError as error:
        raise HTTPException(404) from error
    visit.listed.append(record.logged.id)
    return site.pages.show(
        "audit_question.html",
        session=visit.session,
        status=409 if refused else 200,
        drawing=number,
        record=record,
        message=record.message,
        address=f"/messages/{record.logged.id}",
        choices=CHOICES,
        catalogue=site.catalogue,
        typed=visit.form,
        refused=refused.code if refused else "",
        detail=refused.detail if refused else "",
    )


def answer(site: Site, visit: Visit) -> Response:
    """Kept, and told; or the question again with what is missing."""
    number = visit.row("drawing")
    try:
        with site.deciding:
            site.office.audit.answer(number, visit.clerk, said(visit.form))
    except RefusedActionError as error:
        if error.code == "audited-already":
            return RedirectResponse(f"{HOME}/{number}", status_code=303)
        if error.code == "no-such-audit":
            raise HTTPException(404) from error
        return _question(site, visit, error)
    return RedirectResponse(f"{HOME}/{number}", status_code=303)
