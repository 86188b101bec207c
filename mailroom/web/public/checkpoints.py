"""The checkpoints of the books, for whoever wants to hold the agency to them."""

from starlette.requests import Request
from starlette.responses import Response

from mailroom.web.public.site import FRESH, PublicSite
from mailroom.web.security import FILE_POLICY


def checkpoints_page(site: PublicSite, request: Request) -> Response:
    """The list, with the key that signs."""
    if site.checkpoints is None:
        return site.notice(request, "unknown", 404)
    return site.page(request, "checkpoints.html", door="data", published=site.checkpoints.latest())


def checkpoint_file(site: PublicSite, request: Request) -> Response:
    """One file: it never changes, and may be kept for ever."""
    content = site.checkpoints.file(str(request.path_params["name"])) if site.checkpoints else None
    if content is None:
        return site.notice(request, "unknown", 404)
    name = str(request.path_params["name"])
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": FRESH,
    }
    text = name.endswith(".checkpoint")
    return Response(content, media_type="text/plain" if text else "application/timestamp-token", headers=headers)
