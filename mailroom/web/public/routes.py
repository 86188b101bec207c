"""Addresses of the public pages."""

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailroom.web.public import check, checkpoints, record, search
from mailroom.web.public.site import UPLOAD_LIMIT, Handler, PublicSite, answer

BODY_LIMIT = 2 * UPLOAD_LIMIT
"""Bytes beyond which reading ends at once; what is less but still too much is told so on a page."""

ROUTES: dict[str, Handler] = {
    "/licences": search.search_page,
    "/licences/slideshow": record.slideshow_page,
    "/licences/dcat.jsonld": search.dcat,
    "/licences/data.{suffix}": search.data_file,
    "/open-data": search.open_data_page,
    "/l/{code}": record.record_page,
    "/checkpoints": checkpoints.checkpoints_page,
    "/checkpoints/{name}": checkpoints.checkpoint_file,
}
"""Pages that are only read. /verify stands apart: it takes a file."""


def public_routes(site: PublicSite) -> list[Route]:
    """For the application to mount beside its own, without a session; its middleware applies here too."""
    larger = Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT)
    return [
        *(Route(path, _reading(site, handler), methods=["GET"]) for path, handler in ROUTES.items()),
        Route("/verify", _verifying(site), methods=["GET", "POST"], middleware=[larger]),
    ]


def _reading(site: PublicSite, handler: Handler) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        return await answer(site, request, handler)

    return endpoint


def _verifying(site: PublicSite) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        if request.method == "POST":
            return await check.verify_file(site, request)
        return await answer(site, request, check.verify_page)

    return endpoint
