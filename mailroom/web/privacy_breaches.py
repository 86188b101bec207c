"""Incidents with personal data at the desk: reported, assessed, told in time (R98-R102)."""

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from mailroom.domain.breach import Breach, BreachKind, Risk, StepKind
from mailroom.domain.clerk import Role
from mailroom.domain.errors import RefusedActionError
from mailroom.services.records.breaches import BY_HAND
from mailroom.services.records.office import PrivacyOffice
from mailroom.services.records.reach import Reach, reach
from mailroom.web import privacy_form as form
from mailroom.web.papers import pdf
from mailroom.web.site import Handler, Site, Visit

STEPS = tuple(one for one in StepKind if one in BY_HAND)

Act = Callable[[int, Visit], object]


class BreachPages:
    """The handlers."""

    def __init__(self, office: PrivacyOffice) -> None:
        self._office = office

    def routes(self) -> Mapping[str, Mapping[str, Handler]]:
        acts = {"assess": self._assess, "step": self._step, "tell": self._tell, "close": self._close}
        return {
            "/privacy/breaches": {"GET": self.new_page, "POST": self.open},
            "/privacy/breaches/{id}": {"GET": self.page},
            "/privacy/breaches/{id}/notice.pdf": {"GET": self.notice},
            **{f"/privacy/breaches/{{id}}/{name}": {"POST": self._acting(name, act)} for name, act in acts.items()},
        }

    def new_page(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        """The form by which anybody at the desk reports."""
        return site.pages.show(
            "breach_new.html",
            session=visit.session,
            status=409 if refused else 200,
            kinds=list(BreachKind),
            now=form.local_text(self._office.clock.now()),
            typed=visit.form if refused else {},
            refused=refused,
        )

    def open(self, site: Site, visit: Visit) -> Response:
        try:
            breach = self._office.breaches.open(
                form.line(visit, "title"),
                form.moment(visit.form.get("known_at", "")),
                form.kinds(visit),
                form.words(visit, "nature"),
                visit.clerk,
            )
        except RefusedActionError as error:
            return self.new_page(site, visit, refused=error)
        return RedirectResponse(f"/privacy/breaches/{breach.id}?done=open", status_code=303)

    def page(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        """One incident with its periods; with an account and days in the address also whom its reads concern."""
        breach = self._existing(visit)
        with self._office.books.look() as uow:
            steps = uow.privacy.steps(breach.id)
            names = {one.username: one.display_name or one.username for one in uow.clerks.every()}
        return site.pages.show(
            "breach.html",
            session=visit.session,
            status=409 if refused else 200,
            breach=breach,
            steps=steps,
            names=names,
            kinds=list(BreachKind),
            risks=list(Risk),
            by_hand=STEPS,
            now=self._office.clock.now(),
            local=form.local_text,
            reach=self._reach(visit.query),
            asked={name: visit.query.get(name, "") for name in ("actor", "since", "until")},
            letter=self._office.breaches.letter_of(breach),
            is_approver=visit.clerk.role is Role.APPROVER,
            typed=visit.form if refused else {},
            refused=refused,
            done=visit.query.get("done", ""),
        )

    def notice(self, _site: Site, visit: Visit) -> Response:
        """The form for the commission."""
        breach = self._existing(visit)
        return pdf(self._office.notice(breach.id), save_as=f"breach-{breach.id}.pdf" if visit.query.get("save") else "")

    def _acting(self, name: str, act: Act) -> Handler:
        def handler(site: Site, visit: Visit) -> Response:
            breach = self._existing(visit)
            try:
                act(breach.id, visit)
            except RefusedActionError as error:
                return self.page(site, visit, refused=error)
            return RedirectResponse(f"/privacy/breaches/{breach.id}?done={name}", status_code=303)

        return handler

    def _assess(self, breach_id: int, visit: Visit) -> None:
        self._office.breaches.assess(breach_id, form.facts(visit), form.words(visit, "reason"), visit.clerk)

    def _step(self, breach_id: int, visit: Visit) -> None:
        kind = visit.form.get("step", "")
        if kind not in set(STEPS):
            raise RefusedActionError("breach-step-incomplete")
        at = form.moment(visit.form.get("happened_at", ""))
        self._office.breaches.note(breach_id, StepKind(kind), at, form.words(visit, "text"), visit.clerk)

    def _tell(self, breach_id: int, visit: Visit) -> None:
        found = self._reach(visit.form)
        self._office.breaches.tell(breach_id, found.people if found else (), visit.clerk)

    def _close(self, breach_id: int, visit: Visit) -> None:
        self._office.breaches.close(breach_id, form.words(visit, "reason"), visit.clerk)

    def _reach(self, fields: Mapping[str, str]) -> Reach | None:
        since = form.day_begins(fields.get("since", ""))
        until = form.day_begins(fields.get("until", ""), after=1)
        actor = fields.get("actor", "").strip()
        if not actor or since is None or until is None:
            return None
        return reach(self._office.books, actor=actor, since=since, until=until)

    def _existing(self, visit: Visit) -> Breach:
        with self._office.books.look() as uow:
            breach = uow.privacy.breach(visit.row("id"))
        if breach is None:
            raise HTTPException(404)
        return breach
