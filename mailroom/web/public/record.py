"""The record behind a QR code, for inspectors and everyone else (R32, R96), and several of them as a show (R29)."""

from starlette.requests import Request
from starlette.responses import Response

from mailroom.services.public_licence import PublicLicence
from mailroom.services.publication import PublicBooks, canonical_code
from mailroom.web.public.site import PublicSite, address, query

SLIDE_SECONDS = 8
"""How long each licence is shown; announcements of agencies ask for five at least (R29)."""

MOST_SLIDES = 50


def record_page(site: PublicSite, request: Request) -> Response:
    """What anyone may know of one licence, now."""
    if seconds := site.misses.wait(address(request)):
        return site.notice(request, "wait", 429, seconds=seconds)
    code = canonical_code(str(request.path_params["code"]))
    with site.publication.look() as books:
        found = books.record(code) if code else None
        as_of = books.as_of
    if found is None:
        site.misses.spend(address(request))
        return site.notice(request, "unknown", 404)
    licence, steps = found
    groups = code_groups(licence.code)
    return site.page(request, "record.html", as_of=as_of, licence=licence, steps=steps, code_groups=groups)


def slideshow_page(site: PublicSite, request: Request) -> Response:
    """The licences of the codes in the address, in their order, one after the other."""
    if seconds := site.misses.wait(address(request)):
        return site.notice(request, "wait", 429, seconds=seconds)
    codes = query(request).get("codes", "").split(",")[:MOST_SLIDES]
    with site.publication.look() as books:
        found = [_licence(books, code) for code in codes]
        as_of = books.as_of
    if None in found:
        site.misses.spend(address(request))
    licences = [one for one in found if one is not None]
    return site.page(request, "slides.html", as_of=as_of, licences=licences, seconds=SLIDE_SECONDS)


def code_groups(code: str) -> str:
    """`XXXX-XXXX-XXXX`, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _licence(books: PublicBooks, typed: str) -> PublicLicence | None:
    code = canonical_code(typed)
    found = books.record(code) if code else None
    return found[0] if found else None
