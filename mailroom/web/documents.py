"""One-time links to documents: a page that anything may look at, and a button that fetches the file once (R116)."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailroom.services.links import Links
from mailroom.web.downloads import disposition
from mailroom.web.pages import Pages
from mailroom.web.security import FILE_POLICY

ADDRESS = "/documents/{token}"
GONE = 410
"""One answer for links that are used, expired, or never were: nobody learns which."""

Endpoint = Callable[[Request], Awaitable[Response]]


def document_routes(links: Links, pages: Pages) -> list[Route]:
    """For the application to mount, without a session: whoever has the token is its holder.

    The form needs no anti-forgery token either, since its address is one already.
    """
    return [Route(ADDRESS, _endpoint(links, pages), methods=["GET", "POST"])]


def _endpoint(links: Links, pages: Pages) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        act = fetch if request.method == "POST" else look
        return await run_in_threadpool(act, links, pages, request.path_params["token"])

    return endpoint


def look(links: Links, pages: Pages, token: str) -> Response:
    """The page with the button. Programs that scan mail open every link: looking never uses it up."""
    document = links.look(token)
    return pages.show("document.html", status=200 if document else GONE, document=document)


def fetch(links: Links, pages: Pages, token: str) -> Response:
    """The file, whole and checked, and never from a cache."""
    fetched = links.fetch(token)
    if fetched is None:
        return pages.show("document.html", status=GONE, document=None)
    headers = {
        "Content-Disposition": disposition(fetched.document.name),
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": "no-store",
    }
    return Response(fetched.content, media_type=fetched.document.media_type, headers=headers)
