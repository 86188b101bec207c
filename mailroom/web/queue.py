"""The list that clerks work from, and its pulse."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from mailroom.ports import UnitOfWork
from mailroom.stages.finding import marked, marked_near
from mailroom.stages.normalise import compact
from mailroom.web.site import Site, Visit

VIEWS = ("hold", "accept", "redirect", "undelivered", "ignore", "all")
PAGE_SIZE = 50
LAST_PAGE = 100_000
SEARCH_LENGTH = 100
WORD_LENGTH = 3
"""Characters; shorter words are not looked for in texts (`ports.SearchBook`)."""
BEHIND = 200
"""So many messages the full-text index may lack before a search says so; the daemon takes in as many within a minute."""
STRANDED_LIMIT = 100
"""So many letters that answer no message are counted."""


def queue_page(site: Site, visit: Visit) -> Response:
    """One page of one view, or of what was searched for in it."""
    view, search, page = _view(visit), search_text(visit), page_number(visit)
    with site.books.look() as uow:
        found = uow.search.page(view, search, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
        counts, stranded = _counts(site, uow)
        waiting = uow.search.waiting() if search else 0
    visit.listed.extend(one.record.logged.id for one in found.hits)
    words = compact(search)
    return site.pages.show(
        "queue.html",
        session=visit.session,
        found=found,
        more=found.more,
        page=page,
        marked=lambda text: (marked_near if found.near else marked)(text, words),
        hint=_hint(words, waiting),
        waiting=waiting,
        stranded=stranded if view == "undelivered" else 0,
        channels_shown=site.chat is not None,
        service_name=lambda key: getattr(site.catalogue.service(key), "name", key or ""),
        **_pulse(site, view, search, counts, seen=counts.get(view, 0)),
    )


def _hint(words: str, waiting: int | None) -> str:
    """Why a search may have passed over what stands in texts: a code that the template words, or nothing."""
    if words and len(words) < WORD_LENGTH:
        return "short"
    if waiting is None:
        return "no-index"
    return "index-behind" if waiting > BEHIND else ""


def pulse(site: Site, visit: Visit) -> Response:
    """Counts, age of the last poll, and how many entries came since the page was drawn."""
    view, search = _view(visit), search_text(visit)
    seen = visit.query.get("seen", "")
    with site.books.look() as uow:
        counts, _ = _counts(site, uow)
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else counts.get(view, 0)
    return site.pages.show("pulse.html", **_pulse(site, view, search, counts, seen=known))


def _counts(site: Site, uow: UnitOfWork) -> tuple[dict[str, int], int]:
    """How many entries each view holds, and how many letters that answer no message did not arrive.

    Those count as undelivered too: the view says where they are.
    """
    stranded = len(uow.outbox.stranded(STRANDED_LIMIT)) if site.papers else 0
    counts = uow.queue.counts()
    return counts | {"undelivered": counts.get("undelivered", 0) + stranded}, stranded


def health_page(site: Site, _visit: Visit) -> Response:
    """For monitoring: 200 or 503, ages and counts, nothing personal."""
    report = site.health()
    return JSONResponse(report, status_code=200 if report["status"] == "ok" else 503)


def _pulse(site: Site, view: str, search: str, counts: Mapping[str, int], *, seen: int) -> dict[str, Any]:
    report = site.health()
    drill = report.get("last_drill")
    return {
        "views": VIEWS,
        "view": view,
        "search": search,
        "counts": counts,
        "seen": seen,
        "fresh": max(0, counts.get(view, 0) - seen),
        "health": report,
        "drill_at": datetime.fromisoformat(drill["at"]) if drill else None,
        "address": addresses("/", view=view, q=search),
    }


def _view(visit: Visit) -> str:
    wanted = visit.query.get("view", "")
    return wanted if wanted in VIEWS else VIEWS[0]


def addresses(path: str, **kept: str) -> Callable[..., str]:
    """Makes the address of a list, each time with something changed; what is empty is left out."""

    def address(**changes: object) -> str:
        wanted: dict[str, object] = {**kept, **changes}
        return f"{path}?" + urlencode({name: value for name, value in wanted.items() if value})

    return address


def search_text(visit: Visit) -> str:
    return visit.query.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH]


def page_number(visit: Visit) -> int:
    wanted = visit.query.get("page", "")
    return min(int(wanted), LAST_PAGE) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0
