"""What the head announced, for everyone: pages, PDF, JSON and QR code, with history (R20, R27, R35)."""

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from mailroom.domain.instrument import Instrument, InstrumentKind
from mailroom.services.chancery import Chancery
from mailroom.services.instrument_json import channels_json, instrument_json
from mailroom.services.instrument_papers import file_name
from mailroom.services.publication import canonical_code
from mailroom.stages.announced import holding, standing
from mailroom.stages.codes import grouped
from mailroom.web.downloads import disposition
from mailroom.web.public.links import ServerLinks
from mailroom.web.public.pages import PublicPages
from mailroom.web.security import FILE_POLICY
from mailroom.web.site import Handler, Site, Visit

OPEN = {"Cache-Control": "no-cache", "X-Robots-Tag": "all"}
"""Anyone may keep a copy and asks before showing it; search engines may find what the law wants to be known."""
TO = ServerLinks()


def public_routes(
    chancery: Chancery, pages: PublicPages, draw_qr: Callable[[str], str]
) -> Mapping[str, Mapping[str, Handler]]:
    """Addresses for the application to mount without a login. `draw_qr` makes an SVG drawing of a text."""
    public = AnnouncementPages(chancery, pages, draw_qr)
    return {
        "/announcements": {"GET": public.overview},
        "/announcements/channels.json": {"GET": public.channels},
        "/announcements/{code}": {"GET": public.page},
        "/announcements/{code}/pdf": {"GET": public.pdf},
        "/announcements/{code}/json": {"GET": public.json},
        "/announcements/{code}/qr.svg": {"GET": public.qr},
    }


class AnnouncementPages:
    """The handlers. Only what was published is shown; what was withdrawn stays, and says so."""

    def __init__(self, chancery: Chancery, pages: PublicPages, draw_qr: Callable[[str], str]) -> None:
        self._chancery = chancery
        self._pages = pages
        self._draw_qr = draw_qr

    def overview(self, _site: Site, _visit: Visit) -> Response:
        """What is in force of each kind, where anyone can send what, and what was before."""
        now = self._chancery.clock.now()
        groups = {kind: self._published(kind) for kind in InstrumentKind}
        with self._chancery.books.look() as uow:
            announced = self._chancery.announcements.known(uow)
        return self._page(
            "announcements.html",
            groups=groups,
            holding={kind: holding(group, now) for kind, group in groups.items()},
            stands={one.id: standing(one, group, now) for group in groups.values() for one in group},
            current=channels_json(announced, self._chancery.agency, self._chancery.catalogue, now),
        )

    def page(self, _site: Site, visit: Visit) -> Response:
        """One announcement or order in full."""
        instrument, same_kind = self._found(visit)
        now = self._chancery.clock.now()
        return self._page(
            "announcement.html",
            instrument=instrument,
            withdrawn=dict(instrument.details).get("withdrawn", ""),
            stands=standing(instrument, same_kind, now),
            newer=holding(same_kind, now),
            others=[(one, standing(one, same_kind, now)) for one in same_kind if one.id != instrument.id],
            text=self._chancery.wordings.text(instrument),
            address=self._chancery.papers.address(instrument),
            code=grouped(instrument.code),
        )

    def pdf(self, _site: Site, visit: Visit) -> Response:
        """The signed PDF, byte for byte as it is in the archive."""
        instrument, _ = self._found(visit)
        if instrument.document is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": disposition(file_name(instrument)), "Content-Security-Policy": FILE_POLICY}
        content = self._chancery.instruments.preview(instrument.id)
        return Response(content, media_type="application/pdf", headers=OPEN | headers)

    def json(self, _site: Site, visit: Visit) -> Response:
        """The same for machines."""
        instrument, same_kind = self._found(visit)
        page, now = self._chancery.papers.address(instrument), self._chancery.clock.now()
        return JSONResponse(
            instrument_json(instrument, same_kind, self._chancery.catalogue, page=page, now=now),
            headers=OPEN | {"Access-Control-Allow-Origin": "*"},
        )

    def channels(self, _site: Site, _visit: Visit) -> Response:
        """Which channels are open today, for machines (docs/announcements.md)."""
        now = self._chancery.clock.now()
        with self._chancery.books.look() as uow:
            announced = self._chancery.announcements.known(uow)
        found = channels_json(announced, self._chancery.agency, self._chancery.catalogue, now)
        return JSONResponse(found, headers=OPEN | {"Access-Control-Allow-Origin": "*"})

    def qr(self, _site: Site, visit: Visit) -> Response:
        """The address of the page as a QR code."""
        instrument, _ = self._found(visit)
        drawing = self._draw_qr(self._chancery.papers.address(instrument))
        return Response(drawing, media_type="image/svg+xml", headers=OPEN | {"Content-Security-Policy": FILE_POLICY})

    def _page(self, name: str, **context: object) -> Response:
        shown = self._pages.text(name, TO, door="announcements", as_of="", **context)
        return HTMLResponse(shown, headers=OPEN)

    def _published(self, kind: InstrumentKind) -> list[Instrument]:
        with self._chancery.books.look() as uow:
            return [one for one in uow.instruments.every(kind) if one.published_at]

    def _found(self, visit: Visit) -> tuple[Instrument, list[Instrument]]:
        """The instrument of the address with the others of its kind. Raises 404 for what was never published."""
        code = canonical_code(visit.path["code"])
        with self._chancery.books.look() as uow:
            found = uow.instruments.by_code(code) if code else None
        if found is None or found.published_at is None:
            raise HTTPException(404)
        return found, self._published(found.kind)
