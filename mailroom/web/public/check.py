"""The check of a document: by the code that it prints, or by the file itself, which is never kept (R95)."""

import asyncio
from functools import partial
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailroom.services.publication import canonical_code
from mailroom.services.verification import Verifier
from mailroom.web.public.site import TO, UPLOAD_LIMIT, PublicSite, address, in_turn, query

UPLOAD_SECONDS = 120


def verify_page(site: PublicSite, request: Request) -> Response:
    """The two forms; with a code in the address, on to its record."""
    typed = query(request).get("code", "")
    if not typed:
        context: dict[str, Any] = {"door": "verify", "examines": site.verifier is not None, "most": UPLOAD_LIMIT}
        return site.page(request, "verify.html", **context)
    code = canonical_code(typed)
    if code:
        return RedirectResponse(TO.record(code), status_code=303)
    return site.notice(request, "unknown", 404)


async def verify_file(site: PublicSite, request: Request) -> Response:
    """Examine one PDF. It lies in a temporary file of the system while it is read, and is gone after."""
    if site.verifier is None:
        return site.notice(request, "unavailable", 503)
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return site.notice(request, "bad", 403)
    if seconds := site.uploads.wait(address(request)):
        return site.notice(request, "wait", 429, seconds=seconds)
    site.uploads.spend(address(request))
    try:
        pdf = await _received(request)
    except HTTPException as error:
        return site.notice(request, "too-large" if error.status_code == 413 else "bad", error.status_code)
    except TimeoutError:
        return site.notice(request, "bad", 408)
    if not pdf:
        return site.notice(request, "no-file", 400)
    return await in_turn(site, request, partial(_answered, site, request, site.verifier, pdf))


async def _received(request: Request) -> bytes:
    """The file of the form; empty when there is none. Raises 400 on what is no form, 413 on what is too large."""
    async with asyncio.timeout(UPLOAD_SECONDS), request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            return b""
        if (file.size or 0) > UPLOAD_LIMIT:
            raise HTTPException(413)
        return await file.read()


def _answered(site: PublicSite, request: Request, verifier: Verifier, pdf: bytes) -> Response:
    return site.page(request, "verified.html", door="verify", found=verifier.verify(pdf))
