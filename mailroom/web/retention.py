"""Pages about how long cases are kept: classes, holds, the yearly list, the committee's decision (R60)."""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from mailroom.domain.agency import BANGKOK, BUDDHIST_ERA, buddhist_year
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import CommitteeDecision, DestructionList, ListState, Verdict
from mailroom.services.records.retention import MEMBERS, Verdicts
from mailroom.services.records.retention_office import RetentionOffice
from mailroom.services.records.retention_paper import lines
from mailroom.stages.normalise import to_arabic_digits
from mailroom.web import privacy_form as form
from mailroom.web.downloads import disposition, file_headers
from mailroom.web.site import ROW_DIGITS, Handler, Site, Visit

HOME = "/retention"
CHOICES = 40
"""Up to so many cases each has its own choices; of a longer list the form takes the exceptions alone."""


def desk_routes(office: RetentionOffice) -> Mapping[str, Mapping[str, Handler]]:
    """Addresses for the application to mount behind the login."""
    pages, lists = RetentionPages(office), ListPages(office)
    one = "/retention/lists/{id}"
    return {
        HOME: {"GET": pages.overview},
        "/retention/classes": {"POST": pages.assign},
        "/retention/holds": {"POST": pages.place},
        "/retention/holds/{year}/{number}/ask": {"POST": pages.ask},
        "/retention/holds/{year}/{number}/lift": {"POST": pages.lift},
        "/retention/lists": {"POST": pages.survey},
        one: {"GET": lists.page},
        f"{one}/list.pdf": {"GET": lists.paper},
        f"{one}/decide": {"POST": lists.decide},
        f"{one}/withdraw": {"POST": lists.withdraw},
        f"{one}/transfer": {"POST": lists.transfer},
    }


class RetentionPages:
    """Classes and holds, and the way to lists."""

    def __init__(self, office: RetentionOffice) -> None:
        self._office = office

    def overview(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        """What waits, and what may be done."""
        year = buddhist_year(self._office.clock.now())
        with self._office.books.look() as uow:
            lists, held = uow.retention.lists(), uow.retention.holds()
            hidden = {one.number for one in uow.privacy.restrictions() if visit.clerk.username not in one.people}
        return site.pages.show(
            "retention.html",
            session=visit.session,
            status=409 if refused else 200,
            lists=lists,
            holds=held,
            hidden=hidden,
            schedule=self._office.retention.schedule,
            services={one.key: one.name for one in site.catalogue.services},
            left_out=[one for one in self._office.retention.left_out(year) if one[1] != "held"],
            year=year,
            is_approver=_is_approver(visit.clerk),
            typed=visit.form if refused else {},
            refused=refused,
            done=visit.query.get("done", ""),
        )

    def assign(self, site: Site, visit: Visit) -> Response:
        try:
            number = _typed_number(visit)
            reason = form.words(visit, "class_reason")
            self._office.retention.assign(number, visit.form.get("class", ""), reason, visit.clerk)
        except RefusedActionError as error:
            return self.overview(site, visit, refused=error)
        return _to(f"{HOME}?done=classified")

    def place(self, site: Site, visit: Visit) -> Response:
        try:
            self._office.retention.place(_typed_number(visit), form.words(visit, "reason"), visit.clerk)
        except RefusedActionError as error:
            return self.overview(site, visit, refused=error)
        return _to(f"{HOME}?done=held")

    def ask(self, site: Site, visit: Visit) -> Response:
        try:
            self._office.retention.ask_to_lift(_number(visit), form.words(visit, "lift_reason"), visit.clerk)
        except RefusedActionError as error:
            return self.overview(site, visit, refused=error)
        return _to(f"{HOME}?done=asked")

    def lift(self, site: Site, visit: Visit) -> Response:
        try:
            self._office.retention.lift(_number(visit), visit.clerk)
        except RefusedActionError as error:
            return self.overview(site, visit, refused=error)
        return _to(f"{HOME}?done=lifted")

    def survey(self, site: Site, visit: Visit) -> Response:
        try:
            found = self._office.retention.survey(_year(visit), visit.clerk)
        except RefusedActionError as error:
            return self.overview(site, visit, refused=error)
        return _to(f"{HOME}/lists/{found.made.id}?done=surveyed")


class ListPages:
    """One list: the committee's paper, its decision, and what goes to the National Archives."""

    def __init__(self, office: RetentionOffice) -> None:
        self._office = office

    def page(self, site: Site, visit: Visit, refused: RefusedActionError | None = None) -> Response:
        made = self._made(visit)
        with self._office.books.look() as uow:
            found = lines(uow, made.items, self._office.texts)
            transfers = uow.retention.transfers(made.id)
        visit.listed.extend(one.message_id for one in found if one.message_id is not None)
        today = self._office.clock.now().astimezone(BANGKOK).date()
        return site.pages.show(
            "destruction_list.html",
            session=visit.session,
            status=409 if refused else 200,
            made=made,
            lines=found,
            transfers=transfers,
            is_open=made.state is ListState.SURVEYED,
            may_decide=_is_approver(visit.clerk) and made.made_by != visit.clerk.username,
            is_approver=_is_approver(visit.clerk),
            hands_over=any(one.verdict is Verdict.TRANSFER for one in made.items),
            members=MEMBERS,
            by_case=len(found) <= CHOICES,
            today=today.isoformat(),
            typed=visit.form if refused else {},
            refused=refused,
            done=visit.query.get("done", ""),
        )

    def paper(self, _site: Site, visit: Visit) -> Response:
        made = self._made(visit)
        headers = {"Content-Disposition": disposition(f"destruction-list-{made.year}-{made.id}.pdf")}
        return Response(self._office.paper(made.id), media_type="application/pdf", headers=headers)

    def decide(self, site: Site, visit: Visit) -> Response:
        made = self._made(visit)
        try:
            self._office.retention.decide(made.id, _decision(visit), _verdicts(visit, made), visit.clerk)
        except RefusedActionError as error:
            return self.page(site, visit, refused=error)
        return _to(f"{HOME}/lists/{made.id}?done=decided")

    def withdraw(self, site: Site, visit: Visit) -> Response:
        made = self._made(visit)
        try:
            self._office.retention.withdraw(made.id, form.words(visit, "withdraw_reason"), visit.clerk)
        except RefusedActionError as error:
            return self.page(site, visit, refused=error)
        return _to(f"{HOME}?done=withdrawn")

    def transfer(self, site: Site, visit: Visit) -> Response:
        """The ZIP. It is made in a folder of the system's own, and gone once it was sent."""
        made = self._made(visit)
        folder = Path(tempfile.mkdtemp(prefix="mailroom-transfer-"))
        file = folder / f"transfer-{made.year}-{made.id}.zip"
        try:
            self._office.transfers.write(made.id, file, visit.clerk)
        except RefusedActionError as error:
            shutil.rmtree(folder, ignore_errors=True)
            return self.page(site, visit, refused=error)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        return FileResponse(file, media_type="application/zip", headers=file_headers(file.name), background=gone)

    def _made(self, visit: Visit) -> DestructionList:
        """The list of the address. Raises 404."""
        try:
            return self._office.known(visit.row("id"))
        except RefusedActionError as error:
            raise HTTPException(404) from error


def _is_approver(clerk: Clerk) -> bool:
    return clerk.role is Role.APPROVER


def _decision(visit: Visit) -> CommitteeDecision:
    """What was typed. Raises RefusedActionError."""
    members = tuple(" ".join(one.split()) for one in form.words(visit, "members").splitlines() if one.strip())
    return CommitteeDecision(members=members, on=_day(visit.form.get("on", "")), document=form.line(visit, "document"))


def _day(text: str) -> date:
    """Of the common or the Buddhist era. Raises RefusedActionError `decision-date`."""
    try:
        on = datetime.fromisoformat(to_arabic_digits(text.strip())).date()
        return on.replace(year=on.year - BUDDHIST_ERA) if on.year > form.LATEST_YEAR else on
    except ValueError as error:
        raise RefusedActionError("decision-date") from error


def _verdicts(visit: Visit, made: DestructionList) -> Verdicts:
    """What was chosen for each case; nothing for a case without a choice. Raises RefusedActionError `bad-number`."""
    if len(made.items) > CHOICES:
        return _exceptions(visit, made)
    chosen = {}
    for item in made.items:
        key = f"{item.number.year}-{item.number.number}"
        verdict = visit.form.get(f"verdict-{key}", "")
        if verdict in set(Verdict):
            chosen[item.number] = (Verdict(verdict), form.line(visit, f"note-{key}"))
    return chosen


def _exceptions(visit: Visit, made: DestructionList) -> Verdicts:
    """As proposed, but for the cases that are named: a number on each line, and a note after it."""
    chosen = {item.number: (item.proposal, "") for item in made.items}
    for verdict in (Verdict.TRANSFER, Verdict.KEEP):
        for line in form.words(visit, f"numbers-{verdict}").splitlines():
            typed, _, note = line.strip().partition(" ")
            number = form.number(typed)
            if number is None:
                continue
            if number not in chosen:
                raise RefusedActionError("not-on-list", str(number))
            chosen[number] = (verdict, " ".join(note.split()))
    return chosen


def _year(visit: Visit) -> int:
    typed = to_arabic_digits(form.line(visit, "year"))
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
        raise RefusedActionError("bad-number")
    return int(typed)


def _typed_number(visit: Visit) -> RegisterNumber:
    found = form.number(visit.form.get("number", ""))
    if found is None:
        raise RefusedActionError("bad-number")
    return found


def _number(visit: Visit) -> RegisterNumber:
    parts = [visit.path[name] for name in ("year", "number")]
    if not all(one.isascii() and one.isdigit() and len(one) <= ROW_DIGITS for one in parts):
        raise HTTPException(404)
    return RegisterNumber(int(parts[0]), int(parts[1]))


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303)
