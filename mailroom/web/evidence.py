"""The evidence bundle of a case, for an officer who asks for it on the page of its message."""

import shutil
import tempfile
from functools import partial
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from mailroom.domain.errors import RefusedActionError
from mailroom.services.evidence.bundle import Bundles
from mailroom.web.app import BUNDLE, Addresses
from mailroom.web.downloads import file_headers
from mailroom.web.message import asked_for, shown
from mailroom.web.site import Site, Visit


def desk_routes(bundles: Bundles) -> Addresses:
    """To be mounted behind the login, where there is a key to sign with."""
    return {BUNDLE: {"POST": partial(bundle, bundles)}}


def bundle(bundles: Bundles, site: Site, visit: Visit) -> Response:
    """The ZIP. It is made in a folder of the system's own, and gone once it was sent."""
    with site.books.look() as uow:
        number = asked_for(uow, visit).number
    if number is None:
        raise HTTPException(404)
    folder = Path(tempfile.mkdtemp(prefix="mailroom-bundle-"))
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    file = folder / f"case-{number.number}-{number.year}.zip"
    try:
        bundles.write(number, file, visit.clerk)
    except RefusedActionError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return shown(site, visit, status=409, refused=error.code, detail=error.detail)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(file, media_type="application/zip", headers=file_headers(file.name), background=gone)
