"""Requests of people about their data, and cases that are kept from sight (R105, R106)."""

from collections.abc import Mapping
from io import BytesIO

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.outbox import OutboxState
from mailroom.domain.privacy import DataRequest, RequestKind, Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.services.records.office import PrivacyOffice
from mailroom.services.records.processing import FORMATS
from mailroom.services.records.requests import Asked
from mailroom.web import privacy_form as form
from mailroom.web.downloads import disposition
from mailroom.web.privacy_breaches import BreachPages
from mailroom.web.read_pages import ReadPages
from mailroom.web.reads import refuse
from mailroom.web.site import ROW_DIGITS, Handler, Site, Visit

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def desk_routes(office: PrivacyOffice) -> Mapping[str, Mapping[str, Handler]]:
    """Addresses for the application to mount behind the login."""
    pages, breaches, reads = PrivacyPages(office), BreachPages(office), ReadPages(office)
    case = "/privacy/cases/{year}/{number}"
    return {
        "/privacy": {"GET": pages.overview},
        "/privacy/requests": {"POST": pages.enter},
        "/privacy/requests/{id}": {"GET": pages.request_page},
        "/privacy/requests/{id}/answer": {"POST": pages.answer},
        case: {"GET": pages.case_page},
        f"{case}/people": {"POST": pages.name_people},
        f"{case}/lift": {"POST": pages.lift},
        **{f"/privacy/processing.{one}": {"GET": pages.processing(one)} for one in FORMATS},
        **breaches.routes(),
        **reads.routes(),
    }


class PrivacyPages:
    """The handlers."""

    def __init__(self, office: PrivacyOffice) -> None:
        self._office = office

    def overview(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        """What waits: requests, incidents with their periods, restricted cases."""
        with self._office.books.look() as uow:
            requests, breaches = uow.privacy.requests(), uow.privacy.breaches(limit=50)
            held = {one.number: one for one in uow.privacy.restrictions()}
            letters = {one.id: uow.outbox.get(one.letter) for one in requests if one.letter}
        clerk = visit.clerk
        return site.pages.show(
            "privacy.html",
            session=visit.session,
            status=409 if refused else 200,
            failed={row for row, letter in letters.items() if letter and letter.state is OutboxState.FAILED},
            requests=[(one, may_see(clerk, held.get(one.number) if one.number else None)) for one in requests],
            restricted=[one for one in held.values() if may_see(clerk, one)],
            breaches=breaches,
            now=self._office.clock.now(),
            kinds=list(RequestKind),
            formats=FORMATS,
            is_approver=clerk.role is Role.APPROVER,
            typed=visit.form if refused else {},
            refused=refused,
            done=visit.query.get("done", ""),
            local=form.local_text,
        )

    def enter(self, site: Site, visit: Visit) -> Response:
        try:
            request = self._office.requests.enter(_asked(visit), visit.clerk)
        except RefusedActionError as error:
            return self.overview(site, visit, refused=error)
        return RedirectResponse(f"/privacy/requests/{request.id}?done=entered", status_code=303)

    def request_page(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        request, held = self._request(visit)
        if not may_see(visit.clerk, held):
            return refuse(site, visit, "data-request", str(request.id))
        with self._office.books.look() as uow:
            clerks = uow.clerks.every()
            letter = uow.outbox.get(request.letter) if request.letter else None
        return site.pages.show(
            "data_request.html",
            session=visit.session,
            status=409 if refused else 200,
            request=request,
            held=held,
            clerks=clerks,
            letter=letter,
            words_of_letter=self._office.requests.letter_of(request) if request.answer else None,
            is_approver=visit.clerk.role is Role.APPROVER,
            typed=visit.form if refused else {},
            refused=refused,
            done=visit.query.get("done", ""),
        )

    def answer(self, site: Site, visit: Visit) -> Response:
        request, _ = self._request(visit)
        people = form.people(visit) if "restrict" in visit.form else None
        try:
            self._office.requests.answer(request.id, visit.clerk, form.words(visit, "answer"), people)
        except RefusedActionError as error:
            return self.request_page(site, visit, refused=error)
        return RedirectResponse(f"/privacy/requests/{request.id}?done=answered", status_code=303)

    def case_page(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        """A restricted case: its messages for who is named, and for the approver who is."""
        number = _number(visit)
        with self._office.books.look() as uow:
            held, case = uow.privacy.restriction_of(number), uow.cases.of(number)
            later = uow.queue.later(number)
            clerks = uow.clerks.every()
        if held is None or case is None:
            raise HTTPException(404)
        if not may_see(visit.clerk, held):
            return refuse(site, visit, "data-request", f"case/{number.number}/{number.year}")
        named = visit.clerk.username in held.people
        return site.pages.show(
            "restricted_case.html",
            session=visit.session,
            status=409 if refused else 200,
            held=held,
            rows=[case.message_id, *(one.logged.id for one in later)] if named else [],
            clerks=clerks,
            is_approver=visit.clerk.role is Role.APPROVER,
            typed=visit.form if refused else {},
            refused=refused,
            done=visit.query.get("done", ""),
        )

    def name_people(self, site: Site, visit: Visit) -> Response:
        number = _number(visit)
        try:
            self._office.requests.name_people(number, visit.clerk, form.people(visit))
        except RefusedActionError as error:
            return self.case_page(site, visit, refused=error)
        return RedirectResponse(f"{_address(number)}?done=people", status_code=303)

    def lift(self, site: Site, visit: Visit) -> Response:
        number = _number(visit)
        try:
            self._office.requests.lift(number, visit.clerk, form.words(visit, "reason"))
        except RefusedActionError as error:
            return self.case_page(site, visit, refused=error)
        return RedirectResponse("/privacy?done=lifted", status_code=303)

    def processing(self, suffix: str) -> Handler:
        """The record of processing as a file."""

        def handler(_site: Site, _visit: Visit) -> Response:
            out = BytesIO()
            self._office.processing.write(suffix, out, self._office.clock.now())
            headers = {"Content-Disposition": disposition(f"processing-record.{suffix}")}
            return Response(out.getvalue(), media_type=MEDIA[suffix], headers=headers)

        return handler

    def _request(self, visit: Visit) -> tuple[DataRequest, Restriction | None]:
        """The request of the address, and what holds for its case. Raises 404."""
        with self._office.books.look() as uow:
            request = uow.privacy.request(visit.row("id"))
            held = uow.privacy.restriction_of(request.number) if request and request.number else None
        if request is None:
            raise HTTPException(404)
        return request, held


def _asked(visit: Visit) -> Asked:
    """What the form says. Raises RefusedActionError."""
    kind = visit.form.get("kind", "")
    if kind not in set(RequestKind):
        raise RefusedActionError("request-incomplete")
    return Asked(
        kind=RequestKind(kind),
        number=form.number(visit.form.get("number", "")),
        name=form.line(visit, "name"),
        email=form.line(visit, "email"),
        wish=form.words(visit, "wish"),
        received_at=form.moment(visit.form.get("received_at", "")),
    )


def may_see(clerk: Clerk, held: Restriction | None) -> bool:
    """Who may see that there is such a request or case: approvers, who answer and name people, and those named."""
    return held is None or clerk.role is Role.APPROVER or clerk.username in held.people


def _number(visit: Visit) -> RegisterNumber:
    parts = [visit.path[name] for name in ("year", "number")]
    if not all(one.isascii() and one.isdigit() and len(one) <= ROW_DIGITS for one in parts):
        raise HTTPException(404)
    return RegisterNumber(int(parts[0]), int(parts[1]))


def _address(number: RegisterNumber) -> str:
    return f"/privacy/cases/{number.year}/{number.number}"
