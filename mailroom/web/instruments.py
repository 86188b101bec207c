"""The head's announcements and orders at the desk: drafted by clerks, signed by approvers with the PDF beside the decision."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError, RenderingError, SigningError
from mailroom.domain.instrument import GazetteReference, Instrument, InstrumentKind, InstrumentState
from mailroom.services.chancery import Chancery
from mailroom.services.compliance import differences, setup_gaps
from mailroom.services.instrument_content import ITEMS, content_of, read_day
from mailroom.services.instrument_papers import file_name
from mailroom.stages.announced import standing
from mailroom.stages.instrument_checks import CHANNELS, Remark, remarks
from mailroom.web.downloads import disposition
from mailroom.web.instrument_form import MORE_LINES, content_from
from mailroom.web.site import Handler, Site, Visit

FRAMED = "default-src 'none'; frame-ancestors 'self'"
"""A PDF in a frame of our own page, which can load nothing."""

Act = Callable[[Chancery, Instrument, Visit], Instrument]


def desk_routes(chancery: Chancery) -> Mapping[str, Mapping[str, Handler]]:
    """Addresses for the application to mount behind the login."""
    pages = InstrumentPages(chancery)
    acts = {f"/instruments/{{id}}/{name}": {"POST": pages.acting(name, act)} for name, act in ACTS.items()}
    return {
        "/instruments": {"GET": pages.overview, "POST": pages.begin},
        "/instruments/compliance.pdf": {"GET": pages.compliance},
        "/instruments/{id}": {"GET": pages.page},
        "/instruments/{id}/pdf": {"GET": pages.pdf},
        **acts,
    }


def gaps_of(chancery: Chancery) -> list[Remark]:
    """What the banner says until announcement and order are recorded (R34)."""
    with chancery.books.look() as uow:
        return setup_gaps(uow, chancery.clock.now(), chancery.announcements)


class InstrumentPages:
    """The handlers."""

    def __init__(self, chancery: Chancery) -> None:
        self._chancery = chancery

    def overview(self, site: Site, visit: Visit, *, refused: RefusedActionError | None = None) -> Response:
        """Every announcement and order by kind, the latest first."""
        now = self._chancery.clock.now()
        with self._chancery.books.look() as uow:
            every = {kind: uow.instruments.every(kind) for kind in InstrumentKind}
            differing = differences(uow, now, self._chancery.announcements)
        return site.pages.show(
            "instruments.html",
            session=visit.session,
            status=409 if refused else 200,
            every=every,
            stands={one.id: standing(one, group, now) for group in every.values() for one in group},
            differing=differing,
            sheet=self._chancery.sheet.compliance(),
            refused=refused,
        )

    def begin(self, _site: Site, visit: Visit) -> Response:
        """A draft as the configuration suggests it; of one approver alone it is known who signs."""
        try:
            kind = InstrumentKind(visit.form.get("kind", ""))
        except ValueError as error:
            raise HTTPException(400) from error
        approvers = self._approvers()
        signatory = approvers[0].username if len(approvers) == 1 else ""
        draft = self._chancery.instruments.draft(kind, self._chancery.suggestions.content(kind, signatory), visit.clerk)
        return RedirectResponse(f"/instruments/{draft.id}", status_code=303)

    def page(self, site: Site, visit: Visit) -> Response:
        return self._shown(site, visit, self._existing(visit), done=visit.query.get("done", ""))

    def pdf(self, _site: Site, visit: Visit) -> Response:
        """What would be, or was, signed. Shown in the page; to save where the address says so."""
        instrument = self._existing(visit)
        content = self._chancery.instruments.preview(instrument.id)
        headers = {"Content-Security-Policy": FRAMED, "X-Frame-Options": "SAMEORIGIN"}
        if visit.query.get("save"):
            headers["Content-Disposition"] = disposition(file_name(instrument))
        return Response(content, media_type="application/pdf", headers=headers)

    def compliance(self, _site: Site, _visit: Visit) -> Response:
        """The compliance sheet (R40)."""
        headers = {"Content-Disposition": disposition("compliance.pdf")}
        return Response(self._chancery.sheet.pdf(), media_type="application/pdf", headers=headers)

    def acting(self, name: str, act: Act) -> Handler:
        """A handler that takes one step of an instrument as the clerk saw it."""

        def handler(site: Site, visit: Visit) -> Response:
            instrument = self._existing(visit)
            try:
                with site.deciding:
                    self._as_seen(instrument, visit)
                    after = act(self._chancery, instrument, visit)
            except RefusedActionError as error:
                return self._shown(site, visit, self._existing(visit), refused=error)
            except (SigningError, RenderingError) as error:
                return self._shown(site, visit, self._existing(visit), failed=str(error))
            return RedirectResponse(f"/instruments/{after.id}?done={name}", status_code=303)

        return handler

    def _as_seen(self, instrument: Instrument, visit: Visit) -> None:
        """A form that was drawn before someone else acted is refused."""
        if visit.form.get("seen", "") != version(instrument):
            raise RefusedActionError("instrument-changed-meanwhile")

    def _existing(self, visit: Visit) -> Instrument:
        with self._chancery.books.look() as uow:
            found = uow.instruments.get(visit.row("id"))
        if found is None:
            raise HTTPException(404)
        return found

    def _approvers(self) -> list[Clerk]:
        with self._chancery.books.look() as uow:
            return [clerk for clerk in uow.clerks.every() if clerk.role is Role.APPROVER]

    def _shown(
        self,
        site: Site,
        visit: Visit,
        instrument: Instrument,
        *,
        done: str = "",
        refused: RefusedActionError | None = None,
        failed: str = "",
    ) -> Response:
        now = self._chancery.clock.now()
        with self._chancery.books.look() as uow:
            same_kind = uow.instruments.every(instrument.kind)
        return site.pages.show(
            "instrument.html",
            session=visit.session,
            status=409 if refused or failed else 200,
            instrument=instrument,
            details=dict(instrument.details),
            typed=visit.form if refused and instrument.state is InstrumentState.DRAFT else {},
            items=ITEMS[instrument.kind],
            channels=CHANNELS,
            services=self._chancery.catalogue.services,
            lines=len(instrument.rules) + MORE_LINES,
            approvers=self._approvers(),
            may_sign=dict(instrument.details).get("signatory") == visit.clerk.username,
            remarks=remarks(instrument),
            stands=standing(instrument, same_kind, now),
            text=self._chancery.wordings.text(instrument),
            address=self._chancery.papers.address(instrument),
            seen=version(instrument),
            done=done,
            refused=refused,
            failed=failed,
        )


def version(instrument: Instrument) -> str:
    """What a clerk saw; differs once someone has acted."""
    return f"{instrument.state}.{instrument.changed_at.isoformat()}"


def _save(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    content = content_from(instrument.kind, visit.form, content_of(instrument), chancery.catalogue)
    return chancery.instruments.change(instrument.id, content, visit.clerk)


def _submit(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.submit(instrument.id, visit.clerk)


def _return(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.send_back(instrument.id, visit.clerk, _reason(visit))


def _sign(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.sign(instrument.id, visit.clerk, visit.form.get("digest", ""))


def _record(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.record(instrument.id, visit.clerk, gazette=_reference(visit))


def _gazette(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.gazette(instrument.id, visit.clerk, _reference(visit))


def _publish(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    day = read_day(visit.form.get("effective_on", ""))
    return chancery.instruments.publish(instrument.id, visit.clerk, day)


def _withdraw(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.withdraw(instrument.id, visit.clerk, _reason(visit))


def _replace(chancery: Chancery, instrument: Instrument, visit: Visit) -> Instrument:
    return chancery.instruments.replace(instrument.id, visit.clerk)


ACTS: Mapping[str, Act] = {
    "save": _save,
    "submit": _submit,
    "return": _return,
    "sign": _sign,
    "record": _record,
    "gazette": _gazette,
    "publish": _publish,
    "withdraw": _withdraw,
    "replace": _replace,
}
"""By the last part of their address."""


def _reason(visit: Visit) -> str:
    return visit.form.get("reason", "").replace("\r\n", "\n").strip()[:1000]


def _reference(visit: Visit) -> GazetteReference | None:
    """All of it or nothing. Raises RefusedActionError for a part."""
    parts: dict[str, Any] = {name: visit.form.get(name, "").strip()[:40] for name in ("volume", "part", "page")}
    day = read_day(visit.form.get("gazetted_on", ""))
    if not any(parts.values()) and day is None:
        return None
    if not all(parts.values()) or day is None:
        raise RefusedActionError("gazette-incomplete")
    return GazetteReference(**parts, dated=day)
