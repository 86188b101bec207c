"""A new paper: from a message, for a licence that there is, or from nothing but the service."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Licence
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Service
from mailroom.services.issuing import PaperDraft
from mailroom.web.message import is_sealed, may_prepare
from mailroom.web.paper_form import Typed, item_keys, typed_form, values_of
from mailroom.web.papers import service_title
from mailroom.web.site import ROW_DIGITS, Site, Visit


def new_page(site: Site, visit: Visit) -> Response:
    """The form, filled in as far as message, licence and service tell; first the choice of a service."""
    beginning = Beginning(site, visit, visit.query)
    if beginning.service is None:
        services = [one for one in site.catalogue.services if one.licence]
        return site.pages.show(
            "paper_service.html",
            session=visit.session,
            record=beginning.record,
            services=services,
            grant=visit.query.get("grant", ""),
        )
    return _form(site, visit, beginning, beginning.draft())


def create(site: Site, visit: Visit) -> Response:
    """Keep the paper; on to its page, where it is looked at and submitted."""
    beginning = Beginning(site, visit, visit.form)
    if beginning.service is None:
        raise HTTPException(400)
    try:
        draft = beginning.draft()
    except RefusedActionError as error:
        raise HTTPException(404) from error
    typed = typed_form(visit.form, draft.content, beginning.service)
    if typed.errors:
        return _form(site, visit, beginning, draft, typed=typed)
    draft = replace(draft, content=typed.content, email=typed.email, follows=typed.follows)
    try:
        paper = site.house.issuing.prepare(draft, visit.clerk, again="again" in visit.form)
    except RefusedActionError as error:
        return _form(site, visit, beginning, draft, typed=typed, refused=error)
    return RedirectResponse(f"/papers/{paper.id}?done=prepare", status_code=303)


class Beginning:
    """What a new paper starts from, as address or form names it. Raises 404 for what does not exist."""

    def __init__(self, site: Site, visit: Visit, fields: Mapping[str, str]) -> None:
        self._site = site
        with site.house.books.look() as uow:
            message_id, licence_id = _row(fields.get("message", "")), _row(fields.get("licence", ""))
            self.record: MessageRecord | None = uow.messages.get(message_id) if message_id else None
            self.licence: Licence | None = uow.licences.get(licence_id) if licence_id else None
        if (message_id and self.record is None) or (licence_id and self.licence is None):
            raise HTTPException(404)
        if self.record is not None and is_sealed(self.record, visit):
            raise HTTPException(403)
        self.act = self._act(fields.get("act", ""))
        self.service = self._service(fields.get("service", ""))

    def draft(self) -> PaperDraft:
        """Raises RefusedActionError, and 404 without a service."""
        if self.service is None:
            raise HTTPException(404)
        message_id = self.record.logged.id if self.record else None
        return self._site.house.draft(self.act, self.service, licence=self.licence, message_id=message_id)

    def _act(self, wanted: str) -> Act:
        if self.licence is None:
            return Act.ISSUE
        acts = {act.value: act for act in Act if act.makes_document and act is not Act.ISSUE}
        return acts.get(wanted, Act.RENEW)

    def _service(self, wanted: str) -> Service | None:
        service = self._site.catalogue.service(self.licence.service if self.licence else wanted)
        return service if service is not None and service.licence else None


def _row(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= ROW_DIGITS else None


def _form(
    site: Site,
    visit: Visit,
    beginning: Beginning,
    draft: PaperDraft,
    *,
    typed: Typed | None = None,
    refused: RefusedActionError | None = None,
) -> Response:
    service, record, licence = beginning.service, beginning.record, beginning.licence
    assert service is not None  # noqa: S101 - the callers looked
    with site.house.books.look() as uow:
        others = uow.issuances.of_message(record.logged.id) if record else []
    same = [one for one in others if (one.act, one.service) == (draft.act, draft.service) and one.state != "cancelled"]
    return site.pages.show(
        "paper_new.html",
        session=visit.session,
        status=409 if typed else 200,
        draft=draft,
        act=draft.act,
        service=service,
        title=service_title(site, service.key),
        record=record,
        licence=licence,
        same=same,
        unregistered=record is not None and not may_prepare(record),
        late=site.house.proposals.late(record, licence) if record and licence and draft.act is Act.RENEW else 0,
        keys=item_keys(service),
        values=values_of(draft.content, service) | {"email": draft.email, "follows": draft.follows},
        typed=typed.values if typed else {},
        errors=typed.errors if typed else {},
        refused=refused,
        grant=visit.query.get("grant", ""),
    )
