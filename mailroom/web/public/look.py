"""The look of the published folder: the templates and assets of the public pages, with relative links."""

from collections.abc import Mapping
from typing import Any

from mailroom.domain.agency import Agency
from mailroom.paths import CONFIG
from mailroom.texts import load_texts
from mailroom.web.assets import FONTS, STATIC
from mailroom.web.pages import Pages
from mailroom.web.public.links import FolderLinks
from mailroom.web.public.pages import PublicPages
from mailroom.web.public.record import SLIDE_SECONDS, code_groups

ASSETS = ("mailroom.css", "public.css", "public.js", "site.js", "icon.svg")
FONT_FILES = ("MailroomSarabun-Regular.ttf", "MailroomSarabun-Bold.ttf")
TEMPLATES = {
    "index.html": "site_index.html",
    "list.html": "site_list.html",
    "slideshow.html": "site_slideshow.html",
    "announcements.html": "site_announcements.html",
}
"""Pages that the server does not have in this form; all others are the same."""

DOORS = {
    "index.html": "search",
    "open_data.html": "data",
    "announcements.html": "announcements",
    "checkpoints.html": "data",
}


class FolderLook:
    """`services.static_site.SiteLook`."""

    def __init__(self, pages: PublicPages) -> None:
        self._pages = pages

    def page(self, name: str, *, depth: int, **context: Any) -> str:
        licence = context.get("licence")
        more = {"code_groups": code_groups(licence.code)} if licence else {}
        door = DOORS.get(name, "")
        template = TEMPLATES.get(name, name)
        return self._pages.text(template, FolderLinks(depth), door=door, seconds=SLIDE_SECONDS, **more, **context)

    def assets(self) -> Mapping[str, bytes]:
        fonts = {f"fonts/{name}": (FONTS / name).read_bytes() for name in FONT_FILES}
        return {name: (STATIC / name).read_bytes() for name in ASSETS} | fonts


def public_pages(agency: Agency) -> PublicPages:
    """The public pages of an agency. Raises ConfigurationError."""
    return PublicPages(Pages(agency=agency, texts=load_texts(CONFIG)), english=load_texts(CONFIG, "en"))
