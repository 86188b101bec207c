"""The log of who read what, for approvers: searched, and as a sheet (R109)."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailroom.domain.clerk import Role
from mailroom.services.records.office import PrivacyOffice
from mailroom.services.records.reads import Wanted, every, found, write_reads
from mailroom.services.wording import Wording
from mailroom.stages.normalise import to_arabic_digits
from mailroom.web.downloads import disposition
from mailroom.web.privacy_form import day_begins
from mailroom.web.queue import PAGE_SIZE, addresses, page_number
from mailroom.web.site import Handler, Site, Visit

FIELDS = ("actor", "what", "key", "since", "until")
LENGTH = 80


class ReadPages:
    """The handlers."""

    def __init__(self, office: PrivacyOffice) -> None:
        self._office = office

    def routes(self) -> Mapping[str, Mapping[str, Handler]]:
        return {"/privacy/reads": {"GET": self.page}, "/privacy/reads.csv": {"GET": self.sheet}}

    def page(self, site: Site, visit: Visit) -> Response:
        _approvers(visit)
        asked, page = _asked(visit), page_number(visit)
        reads = found(self._office.books, _wanted(asked), offset=page * PAGE_SIZE, limit=PAGE_SIZE + 1)
        with self._office.books.look() as uow:
            kinds, total = uow.reads.kinds(), uow.reads.count()
            names = {one.username: one.display_name or one.username for one in uow.clerks.every()}
        return site.pages.show(
            "reads.html",
            session=visit.session,
            reads=reads[:PAGE_SIZE],
            more=len(reads) > PAGE_SIZE,
            page=page,
            kinds=kinds,
            total=total,
            names=names,
            asked=asked,
            address=addresses("/privacy/reads", **asked),
            sheet=addresses("/privacy/reads.csv", **asked)(),
        )

    def sheet(self, _site: Site, visit: Visit) -> Response:
        """All that matches, up to now."""
        _approvers(visit)
        out, now = BytesIO(), self._office.clock.now()
        wanted = _wanted(_asked(visit))
        if wanted.until is None or wanted.until > now:
            wanted = replace(wanted, until=now)
        write_reads(every(self._office.books, wanted), Wording(self._office.texts.tables), out)
        headers = {"Content-Disposition": disposition("reads.csv")}
        return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _approvers(visit: Visit) -> None:
    """Raises 403 for others: the log watches over clerks too."""
    if visit.clerk.role is not Role.APPROVER:
        raise HTTPException(403)


def _asked(visit: Visit) -> dict[str, str]:
    return {name: visit.query.get(name, "").replace("\x00", "").strip()[:LENGTH] for name in FIELDS}


def _wanted(asked: Mapping[str, str]) -> Wanted:
    return Wanted(
        actor=asked["actor"],
        what=asked["what"],
        key=to_arabic_digits(asked["key"]),
        since=day_begins(asked["since"]),
        until=day_begins(asked["until"], after=1),
    )
