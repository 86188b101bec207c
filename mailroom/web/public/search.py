"""The search in the licence database, its files, and the page that describes them."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from mailroom.domain.licence import LicenceStatus
from mailroom.services.open_data import DataFormat, description
from mailroom.services.publication import EVERYTHING, PublicBooks, Selection
from mailroom.web.public.site import FRESH, TO, Later, PublicSite, address, query
from mailroom.web.security import FILE_POLICY

PAGE_SIZE = 20
LAST_PAGE = 1_000_000
FIELD_LENGTH = 100
CHUNK = 256 << 10


def search_page(site: PublicSite, request: Request) -> Response:
    fields = query(request)
    selection, page = selection_of(fields), _page(fields)
    with site.publication.look() as books:
        found = books.search(selection, page=page, size=PAGE_SIZE)
        as_of = books.as_of
    wanted = _wanted(selection)
    return site.page(
        request,
        "search.html",
        door="search",
        as_of=as_of,
        selection=selection,
        searched=selection != EVERYTHING,
        licences=found.licences,
        total=found.total,
        page=page,
        pages=-(-found.total // PAGE_SIZE),
        size=PAGE_SIZE,
        types=site.publication.types(),
        statuses=list(LicenceStatus),
        address=lambda **changes: TO.search(**(wanted | changes)),
        download=lambda suffix: TO.data(suffix) + (f"?{urlencode(wanted)}" if wanted else ""),
    )


def open_data_page(site: PublicSite, request: Request) -> Response:
    with site.publication.look() as books:
        return site.page(request, "open_data.html", door="data", **data_context(books))


def data_context(books: PublicBooks) -> dict[str, Any]:
    """What the page on open data says."""
    return {"as_of": books.as_of, "dataset": books.dataset(), "policy": books.policy(), "total": books.count()}


def dcat(site: PublicSite, _request: Request) -> Response:
    """Metadata of the data set for harvesters (DCAT 3)."""
    with site.publication.look() as books:
        content = json.dumps(description(books.dataset()), ensure_ascii=False, indent=1).encode()
    headers = _file_headers("dcat.jsonld")
    return Response(content, media_type="application/ld+json", headers=headers)


def data_file(site: PublicSite, request: Request) -> Response | Later:
    """The data set as a file, or the part of it that a search selects."""
    try:
        form = DataFormat(request.path_params["suffix"])
    except ValueError:
        return site.notice(request, "bad", 404)
    selection = selection_of(query(request))
    if selection != EVERYTHING:
        return _extract(site, request, form, selection)
    ready = site.files.ready(form)
    if ready is None:
        return Later(lambda: _file(request, form, *site.files.file(form)))
    return _file(request, form, *ready)


def _file(request: Request, form: DataFormat, path: Path, state: str) -> Response:
    headers = _file_headers(f"licences.{form}") | {"ETag": f'"{state}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=form.media_type, headers=headers)


def _extract(site: PublicSite, request: Request, form: DataFormat, selection: Selection) -> Response | Later:
    """What somebody asked for, at once instead of within three days (R31)."""
    if seconds := site.extracts.wait(address(request)):
        return site.notice(request, "wait", 429, seconds=seconds)
    site.extracts.spend(address(request))

    def work() -> Response:
        headers = _file_headers(f"licences-extract.{form}")
        return StreamingResponse(_chunks(_made(site, form, selection)), media_type=form.media_type, headers=headers)

    return Later(work)


def _made(site: PublicSite, form: DataFormat, selection: Selection) -> BinaryIO:
    """A file without a name, open at its beginning: it is gone as soon as it is closed."""
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile())
        site.publication.export(form, out, selection)
        out.seek(0)
        stack.pop_all()
        return out


def _chunks(out: BinaryIO) -> Iterator[bytes]:
    with out:
        while chunk := out.read(CHUNK):
            yield chunk


def _file_headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": FILE_POLICY,
        "Cache-Control": FRESH,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }


def selection_of(fields: Mapping[str, str]) -> Selection:
    """What an address asks for, bent into something that can be searched."""

    def field(name: str) -> str:
        return fields.get(name, "").replace("\x00", "").strip()[:FIELD_LENGTH]

    status = fields.get("status", "")
    return Selection(
        text=field("q"),
        place=field("place"),
        service=field("type"),
        status=LicenceStatus(status) if status in set(LicenceStatus) else None,
    )


def _wanted(selection: Selection) -> dict[str, object]:
    wanted = {
        "q": selection.text,
        "place": selection.place,
        "type": selection.service,
        "status": selection.status or "",
    }
    return {name: value for name, value in wanted.items() if value}


def _page(fields: Mapping[str, str]) -> int:
    wanted = fields.get("page", "")
    return min(int(wanted), LAST_PAGE) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
