"""Taking over licences issued before the system: a workbook is looked through first, then taken over as it was seen."""

from io import BytesIO

from starlette.responses import RedirectResponse, Response

from mailroom.domain.errors import RefusedActionError, UnreadableError
from mailroom.services.licence_import import Examined
from mailroom.web.downloads import disposition
from mailroom.web.papers import service_title
from mailroom.web.site import Site, Visit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEMS_SHOWN = 200


def import_page(site: Site, visit: Visit) -> Response:
    return _shown(site, visit)


def template(site: Site, visit: Visit) -> Response:
    """A workbook to fill in, with the columns of one type or of all."""
    out = BytesIO()
    service = visit.query.get("service", "")
    try:
        site.house.importer.blank(out, service)
    except RefusedActionError as error:
        return _shown(site, visit, refused=error)
    headers = {"Content-Disposition": disposition(f"{service or 'licences'}.xlsx")}
    return Response(out.getvalue(), media_type=XLSX, headers=headers)


def upload(site: Site, visit: Visit) -> Response:
    """Look a workbook through; or take over one that was looked through just before."""
    token = visit.form.get("token", "")
    service = visit.form.get("service", "")
    now, username = site.clock.now(), visit.clerk.username
    content = site.held.find(username, token, now) if token else visit.files.get("file", b"")
    if not content:
        return _shown(site, visit, refused=RefusedActionError("upload-gone" if token else "no-file"))
    try:
        if token:
            examined = site.house.importer.run(BytesIO(content), visit.clerk, service)
        else:
            examined = site.house.importer.examine(BytesIO(content), service)
    except RefusedActionError as error:
        return _shown(site, visit, refused=error)
    except UnreadableError:
        return _shown(site, visit, refused=RefusedActionError("no-workbook"))
    if token and not examined.problems:
        site.held.drop(token)
        return RedirectResponse(f"/desk/licences/import?done={len(examined.new)}", status_code=303)
    held = site.held.hold(username, content, now) if examined.new and not examined.problems else ""
    return _shown(site, visit, examined=examined, token=held, service=service)


def _shown(
    site: Site,
    visit: Visit,
    *,
    examined: Examined | None = None,
    token: str = "",
    service: str = "",
    refused: RefusedActionError | None = None,
) -> Response:
    done = visit.query.get("done", "")
    faulty = bool(refused or (examined and examined.problems))
    return site.pages.show(
        "licence_import.html",
        session=visit.session,
        status=409 if faulty else 200,
        services=[one for one in site.house.catalogue.services if one.licence],
        title=lambda key: service_title(site, key),
        examined=examined,
        shown=PROBLEMS_SHOWN,
        token=token,
        service=service,
        done=int(done) if done.isascii() and done.isdigit() and len(done) < 10 else None,
        refused=refused,
    )
