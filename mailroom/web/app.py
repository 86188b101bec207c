"""The clerks' queue as one ASGI application: addresses, and who may use them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailroom.domain.agency import Agency
from mailroom.domain.errors import ArchiveDamagedError, UnreadableError
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import Archive, Books, Clock, Reader
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.services.sign_in import SignIn
from mailroom.settings import WebSection
from mailroom.stages.instrument_checks import Remark
from mailroom.web import actions, audit, auth, chat_acts, chats, downloads, incoming_pdf, matches, message, queue
from mailroom.web.assets import static_routes
from mailroom.web.licence_routes import LICENCE_ROUTES, UPLOADS
from mailroom.web.pages import Pages
from mailroom.web.paper_routes import PAPER_ROUTES
from mailroom.web.papers import waiting_for
from mailroom.web.read_table import showing
from mailroom.web.security import BODY_LIMIT, UPLOAD_LIMIT, ErrorBoundary, SecurityHeaders
from mailroom.web.site import ChatLook, Desk, Handler, LearningOffice, PaperOffice, Site

Addresses = Mapping[str, Mapping[str, Handler]]
"""Path, method, handler."""

NO_ADDRESSES: Addresses = MappingProxyType({})

PUBLIC: Addresses = {
    "/login": {"GET": auth.login_page, "POST": auth.log_in},
    "/login/link": {"GET": auth.link_page, "POST": auth.use_link},
    "/health": {"GET": queue.health_page},
}
"""Open to everyone. What is not listed here wants a session."""

PRIVATE: Addresses = {
    "/": {"GET": queue.queue_page},
    "/pulse": {"GET": queue.pulse},
    "/logout": {"POST": auth.log_out},
    "/messages/{id}": {"GET": message.message_page},
    "/messages/{id}/open": {"POST": message.open_sealed},
    "/messages/{id}/decision": {"POST": actions.decide},
    "/messages/{id}/html": {"GET": downloads.html_view},
    "/messages/{id}/raw": {"GET": downloads.raw},
    "/messages/{id}/withdrawn": {"POST": chat_acts.open_withdrawn},
    "/messages/{id}/parts/{part}": {"GET": downloads.attachment},
    "/messages/{id}/parts/{part}/picture": {"GET": chat_acts.picture},
    "/messages/{id}/parts/{part}/findings": {"GET": incoming_pdf.findings},
    "/messages/{id}/parts/{part}/stamped.pdf": {"GET": incoming_pdf.stamped},
    "/messages/{id}/matches/{match}/confirm": {"POST": matches.confirm},
    "/messages/{id}/matches/{match}/dismiss": {"POST": matches.dismiss},
    "/chats": {"GET": chats.chats_page},
}


BUNDLE = "/messages/{id}/bundle"
"""Where the evidence bundle of a case is asked for; only where there is a key to sign with."""


def application(
    *,
    books: Books,
    archive: Archive,
    readers: Mapping[str, Reader],
    desk: Desk,
    agency: Agency,
    catalogue: Catalogue,
    texts: Texts,
    settings: WebSection,
    clock: Clock,
    health: Callable[[], dict[str, Any]],
    sign_in: SignIn,
    private: Addresses = NO_ADDRESSES,
    public: Addresses = NO_ADDRESSES,
    mounted: Sequence[BaseRoute] = (),
    gaps: Callable[[], Sequence[Remark]] = list,
    alarms: Callable[[], Sequence[Remark]] = list,
    papers: PaperOffice | None = None,
    incoming: ReceivingDesk | None = None,
    chat: ChatLook | None = None,
    learning: LearningOffice | None = None,
) -> Starlette:
    """The application. `readers` by channel; `health` gives what `services.health.health` promises.

    Other parts bring addresses of their own: `private` ones behind the login, `public` ones without, `mounted` routes as
    they are. `gaps` says what the set-up lacks (R34), `alarms` what is wrong with the key that signs (R91); every page
    of the desk shows both. With `papers` there are the
    pages where papers are prepared and approved, and those of the licences. With `incoming` the page of a message tells
    what is in its PDFs, and offers stamped copies. With `chat` there is the page of conversations,
    with `learning` the form that sets right what was understood, and the audit.
    """
    site = Site(
        books=books,
        archive=archive,
        readers=readers,
        desk=desk,
        agency=agency,
        catalogue=catalogue,
        settings=settings,
        clock=clock,
        health=health,
        sign_in=sign_in,
        pages=Pages(
            agency=agency,
            texts=texts,
            gaps=gaps,
            alarms=alarms,
            waiting=waiting_for(papers.house) if papers else None,
            chats=chat is not None,
            privacy="/privacy" in private,
            retention="/retention" in private,
            bundles=BUNDLE in private,
            audits=learning is not None,
        ),
        papers=papers,
        incoming=incoming,
        chat=chat,
        learning=learning,
    )
    private = {**private, **audit.routes()} if learning else private
    ours = {**PRIVATE, **PAPER_ROUTES, **LICENCE_ROUTES} if papers else PRIVATE
    routes = [*_routes(site, {**PUBLIC, **public}, {**ours, **private}), *mounted]
    app = Starlette(routes=routes, middleware=_middleware(site), exception_handlers=_failures(site))
    app.router.redirect_slashes = False  # Such a redirect would repeat the Host header, which anyone can forge.
    return app


def _routes(site: Site, public: Addresses, private: Addresses) -> list[BaseRoute]:
    return [
        *(_route(site, path, handlers, private=False) for path, handlers in public.items()),
        *(_route(site, path, handlers, private=True) for path, handlers in private.items()),
        *static_routes(),
    ]


def _route(site: Site, path: str, handlers: Mapping[str, Handler], *, private: bool) -> Route:
    shown = {method: showing(path, method) for method in handlers}

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await auth.answer(request, site, handlers[method], private=private, path=path, showing=shown[method])

    larger = [Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT)] if path in UPLOADS else None
    return Route(path, endpoint, methods=list(handlers), middleware=larger)


def _middleware(site: Site) -> list[Middleware]:
    def page(reference: str) -> Response:
        return site.pages.show("error.html", status=500, code="failed", reference=reference)

    return [
        Middleware(SecurityHeaders, https=site.https),
        Middleware(ErrorBoundary, page=page),
        Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT),
    ]


def _failures(site: Site) -> dict[Any, Callable[[Request, Exception], Response]]:
    """Foreseen failures, each with its own words."""

    def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        page = site.pages.show("error.html", status=error.status_code, code=str(error.status_code), reference="")
        page.headers.update(error.headers or {})
        return page

    def failed(_request: Request, error: Exception) -> Response:
        code = "damaged" if isinstance(error, ArchiveDamagedError) else "unreadable"
        return site.pages.show("error.html", status=503, code=code, reference="")

    return {HTTPException: refused, ArchiveDamagedError: failed, UnreadableError: failed}
