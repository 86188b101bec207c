"""Addresses of the desk's pages for licences, their import, what of them is published, and letters that failed."""

from collections.abc import Mapping

from mailroom.web import items, licence_acts, licence_import, licences, stranded
from mailroom.web.site import Handler

IMPORT = "/desk/licences/import"

LICENCE_ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/desk/licences": {"GET": licences.licences_page},
    IMPORT: {"GET": licence_import.import_page, "POST": licence_import.upload},
    "/desk/licences/import/template.xlsx": {"GET": licence_import.template},
    "/desk/licences/{id}": {"GET": licences.licence_page},
    "/desk/licences/{id}/documents/{digest}": {"GET": licences.document},
    **{
        f"/desk/licences/{{id}}/{name}": {"POST": licence_acts.acting(name, act)}
        for name, act in licence_acts.ACTS.items()
    },
    "/desk/items": {"GET": items.items_page, "POST": items.decide},
    "/desk/letters": {"GET": stranded.letters_page},
    "/desk/letters/{letter}/settle": {"POST": stranded.settle},
    "/messages/{id}/letters/{letter}/settle": {"POST": stranded.settle_reply},
}
"""Path, method, handler; all behind the login."""

UPLOADS = frozenset({IMPORT})
"""Addresses that take a file."""
