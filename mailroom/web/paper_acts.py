"""The steps of one paper, each as its form shows it; refused when somebody else was faster."""

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError, RenderingError
from mailroom.domain.licence import Issuance
from mailroom.web.actions import REASON_LENGTH
from mailroom.web.paper_form import Typed, faults_by_item, typed_form
from mailroom.web.papers import existing, service_of, shown
from mailroom.web.site import Handler, Site, Visit

Act = Callable[[Site, Visit, Issuance], Response | None]
"""Takes a step; an answer of its own where it was not taken."""


def acting(name: str, act: Act) -> Handler:
    """A handler that takes a step and leads back to the paper."""

    def handler(site: Site, visit: Visit) -> Response:
        paper = existing(site, visit)
        try:
            answer = act(site, visit, paper)
        except RefusedActionError as error:
            return shown(site, visit, existing(site, visit), refused=error)
        except RenderingError as error:
            return shown(site, visit, existing(site, visit), failed=str(error))
        return answer or RedirectResponse(f"/papers/{paper.id}?done={name}", status_code=303)

    return handler


def _save(site: Site, visit: Visit, paper: Issuance) -> Response | None:
    typed = typed_form(visit.form, paper.content, service_of(site, paper))
    if typed.errors:
        return shown(site, visit, paper, typed=typed)
    return _changed(site, visit, paper, typed)[1]


def _changed(site: Site, visit: Visit, paper: Issuance, typed: Typed) -> tuple[Issuance, Response | None]:
    """The paper with what was typed; or as it was, with the page that says why and keeps what was typed."""
    try:
        changed = site.house.issuing.change(
            paper.id, visit.clerk, content=typed.content, email=typed.email, follows=typed.follows, seen=_seen(visit)
        )
    except RefusedActionError as error:
        return paper, shown(site, visit, existing(site, visit), typed=typed, refused=error)
    return changed, None


def _submit(site: Site, visit: Visit, paper: Issuance) -> Response | None:
    """Save what stands in the form, then put it before the approver, unless something is missing."""
    service = service_of(site, paper)
    typed = typed_form(visit.form, paper.content, service)
    if typed.errors:
        return shown(site, visit, paper, typed=typed)
    changed, answer = _changed(site, visit, paper, typed)
    if answer is not None:
        return answer
    if faults_by_item(changed.content, service, email=changed.email, channel=changed.channel):
        return shown(site, visit, changed, refused=RefusedActionError("form-incomplete"))
    signatory = visit.form.get("signatory", "")
    site.house.issuing.submit(paper.id, visit.clerk, signatory=signatory, seen=changed.changed_at)
    return None


def _approve(site: Site, visit: Visit, paper: Issuance) -> None:
    """Approve the PDF whose digest the form carries, and have it signed soon."""
    site.house.issuing.approve(paper.id, visit.clerk, visit.form.get("digest", ""))
    release_soon(site)


def _return(site: Site, visit: Visit, paper: Issuance) -> None:
    site.house.issuing.send_back(paper.id, visit.clerk, reason_of(visit))


def _cancel(site: Site, visit: Visit, paper: Issuance) -> None:
    site.house.issuing.cancel(paper.id, visit.clerk, reason_of(visit))


ACTS: Mapping[str, Act] = {
    "save": _save,
    "submit": _submit,
    "approve": _approve,
    "return": _return,
    "cancel": _cancel,
}
"""By the last part of their address."""


def release_soon(site: Site) -> None:
    if site.papers is not None:
        site.papers.release_soon()


def reason_of(visit: Visit, name: str = "reason") -> str:
    """What was typed. Raises RefusedActionError when it is too long."""
    reason = visit.form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(reason) > REASON_LENGTH:
        raise RefusedActionError("reason-too-long", str(REASON_LENGTH))
    return reason


def _seen(visit: Visit) -> datetime:
    """Which version of the paper the form was drawn for."""
    try:
        return datetime.fromisoformat(visit.form.get("seen", ""))
    except ValueError as error:
        raise RefusedActionError("changed-meanwhile", visit.path["id"]) from error
