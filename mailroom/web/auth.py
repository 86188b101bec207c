"""Who may see a page: sessions, anti-forgery tokens, signing in and out."""

import hmac
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailroom.domain.clerk import Session
from mailroom.domain.errors import RefusedActionError
from mailroom.web.reads import Showing, barred, note
from mailroom.web.site import Handler, Site, Visit

MAX_FIELDS = 500
"""The largest form is a channel table with the services of each line."""

MAX_PARTS = 20
"""Fields of a form with an upload."""

_LOCAL = re.compile(
    r"/((messages|instruments|papers|desk/licences|privacy/(requests|breaches))/\d{1,15}|instruments|chats|papers(/approve)?"
    r"|desk/(licences|letters)|privacy(/(reads|breaches))?)?"
    r"(\?[\w=&%.+-]{0,300})?",
    re.ASCII,
)
"""Where one may be sent after signing in: our own pages, by form rather than by host."""


def cookie_name(site: Site) -> str:
    """Over TLS no other host and no other path can set it (RFC 6265bis, `__Host-`)."""
    return "__Host-mailroom" if site.https else "mailroom"


async def read_visit(request: Request, site: Site) -> Visit:
    """The request as a visit. Raises 400 on a field that comes twice, 403 when another site sent it."""
    form: dict[str, str] = {}
    files: dict[str, bytes] = {}
    if request.method == "POST":
        _refuse_foreign(request, site)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form, files = await _parts(request, site)
        else:
            form = _fields((await request.body()).decode("utf-8", "replace"))
    return Visit(
        path={name: str(value) for name, value in request.path_params.items()},
        query=_fields(request.url.query),
        form=form,
        files=files,
        token=request.cookies.get(cookie_name(site), ""),
    )


def _fields(encoded: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise HTTPException(400) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise HTTPException(400)
    return fields


async def _parts(request: Request, site: Site) -> tuple[dict[str, str], dict[str, bytes]]:
    """Fields and files of a form with uploads, from somebody who is signed in. Raises 403 for anybody else."""
    token = request.cookies.get(cookie_name(site), "")
    if await run_in_threadpool(site.sign_in.current, token, use=False) is None:
        raise HTTPException(403)
    form: dict[str, str] = {}
    files: dict[str, bytes] = {}
    async with request.form(max_files=1, max_fields=MAX_PARTS) as parts:
        for name, part in parts.multi_items():
            if name in form or name in files:
                raise HTTPException(400)
            if isinstance(part, UploadFile):
                files[name] = await part.read()
            else:
                form[name] = part
    return form, files


def _refuse_foreign(request: Request, site: Site) -> None:
    """A form is ours, or comes from no page at all. Tokens guard sessions; this guards the login as well."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched and fetched not in {"same-origin", "none"}:
        raise HTTPException(403)
    origin = urlsplit(request.headers.get("origin", "null")).netloc
    ours = {request.headers.get("host", ""), urlsplit(site.settings.base_url).netloc}
    if not fetched and origin and origin not in ours:
        raise HTTPException(403)


async def answer(
    request: Request, site: Site, handler: Handler, *, private: bool, path: str, showing: Showing
) -> Response:
    """Run a handler in a thread, for a clerk who may, and note what is shown. `path` is the address as it is routed."""
    visit = await read_visit(request, site)

    def run() -> Response:
        session = site.sign_in.current(visit.token, use=not _is_pulse(request))
        seen = replace(visit, session=session)
        if private and session is None:
            return _to_login(request)
        if private and request.method == "POST" and not _genuine(seen, session):
            return site.pages.show("error.html", session=session, status=403, code="forged", reference="")
        if private and (kept := barred(site, seen, path)):
            return kept
        response = handler(site, seen)
        note(site, seen, showing, response)
        return response

    return await run_in_threadpool(run)


def _is_pulse(request: Request) -> bool:
    """Whether the page asks by itself: that keeps no session alive."""
    return request.url.path == "/pulse" or request.url.path.endswith("/state")


def _genuine(visit: Visit, session: Session | None) -> bool:
    sent = visit.form.get("csrf", "").encode()
    return session is not None and hmac.compare_digest(sent, session.csrf.encode())


def _to_login(request: Request) -> Response:
    if _is_pulse(request):
        return Response(status_code=401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != "/" else ""
    return RedirectResponse(f"/login{after}", status_code=303)


def login_page(site: Site, visit: Visit) -> Response:
    if visit.session:
        return RedirectResponse("/", status_code=303)
    return _login(site, after=visit.query.get("next", ""))


def log_in(site: Site, visit: Visit) -> Response:
    """Check a password. Unknown name and wrong password get one answer, after the same time."""
    username, after = visit.form.get("username", ""), visit.form.get("next", "")
    try:
        token = site.sign_in.with_password(username, visit.form.get("password", ""))
    except RefusedActionError as error:
        return _login(site, status=429, refused=error.code, detail=error.detail, username=username, after=after)
    if token is None:
        return _login(site, status=401, refused="wrong", username=username, after=after)
    return _entered(site, visit, token, after if _LOCAL.fullmatch(after) else "/")


def link_page(site: Site, _visit: Visit) -> Response:
    return site.pages.show("link.html", refused="")


def use_link(site: Site, visit: Visit) -> Response:
    """Only a form uses a link up: whoever merely looks at its address does not."""
    token = site.sign_in.with_link(visit.form.get("token", ""))
    if token is None:
        return site.pages.show("link.html", status=401, refused="used")
    return _entered(site, visit, token, "/")


def log_out(site: Site, visit: Visit) -> Response:
    site.sign_in.leave(visit.token)
    response = RedirectResponse("/login", status_code=303, headers={"Clear-Site-Data": '"cookies", "storage"'})
    response.delete_cookie(cookie_name(site), path="/", secure=site.https, httponly=True, samesite="strict")
    return response


def _login(site: Site, *, status: int = 200, **context: Any) -> Response:
    context = {"refused": "", "detail": "", "username": "", "after": ""} | context
    return site.pages.show("login.html", status=status, **context)


def _entered(site: Site, visit: Visit, token: str, to: str) -> Response:
    """A new token for each login: one that was planted before is worth nothing."""
    site.sign_in.leave(visit.token)
    response = RedirectResponse(to, status_code=303)
    response.set_cookie(cookie_name(site), token, path="/", secure=site.https, httponly=True, samesite="strict")
    return response
