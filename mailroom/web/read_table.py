"""What each address shows of people: the one list by which reads are noted (R109, docs/privacy.md).

An address that is not listed stops the start. Whoever adds one says here what it shows.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mailroom.domain.privacy import How
from mailroom.web.queue import page_number, search_text
from mailroom.web.reads import Nothing, Showing, Shown
from mailroom.web.site import Visit

_PLAIN = re.compile(r"[A-Za-z0-9:._/-]{1,40}", re.ASCII)
"""User names, rows and digests; nothing with a blank."""

Table = Mapping[str, Mapping[str, Showing]]
"""Path, method, what is shown."""

LEADS_ON = Nothing("leads to another page, which is noted itself")
PUBLISHED = Nothing("published for everybody; visitors are not known")
OFFICIAL = Nothing("speaks of the agency and its officers, not of citizens")
COUNTS = Nothing("counts, times and states")
EMPTY_FORM = Nothing("an empty form")


def row(visit: Visit) -> str:
    """The row that the address names."""
    return visit.path["id"]


def drawing(visit: Visit) -> str:
    """What was drawn for the audit; whose message it is, the row that is listed tells."""
    return visit.path["drawing"]


def part(visit: Visit) -> str:
    """An attachment: row of its message, and its number."""
    return f"{visit.path['id']}/{visit.path['part']}"


def document(visit: Visit) -> str:
    """A document of a licence: row of the licence, and the digest."""
    return f"{visit.path['id']}/{visit.path['digest']}"


def listing(visit: Visit) -> str:
    """A list: its view and page, and that it was searched. Words that were searched for may be names: only their
    number of characters is noted; whom the list showed is told by its rows."""
    page, words, view = page_number(visit), search_text(visit), visit.query.get("view", "")
    parts = (
        view if view.isascii() and view.isalpha() and len(view) <= 20 else "list",
        f"page {page + 1}" if page else "",
        f"searched {len(words)}" if words else "",
    )
    return " ".join(filter(None, parts))


def named(key: str) -> Callable[[Visit], str]:
    """Always this key."""
    return lambda _visit: key


def beginning(visit: Visit) -> str:
    """A paper that begins with a message or a licence."""
    fields = visit.form or visit.query
    rows = (fields.get(name, "") for name in ("message", "licence"))
    return next((one for one in rows if one.isascii() and one.isdigit()), "new")


def case(visit: Visit) -> str:
    """A restricted case by its number."""
    return f"case/{visit.path['number']}/{visit.path['year']}"


def log_view(visit: Visit) -> str:
    """What of this log somebody looked at: whose reads, of which row."""
    asked = (visit.query.get(name, "") for name in ("actor", "key"))
    return " ".join(one for one in asked if _PLAIN.fullmatch(one)) or "list"


PAPER = Shown("paper", row)
LICENCE = Shown("licence", row)
MESSAGE = Shown("message", row)

SIGN_IN: Table = {
    "/login": {"GET": EMPTY_FORM, "POST": EMPTY_FORM},
    "/login/link": {"GET": EMPTY_FORM, "POST": EMPTY_FORM},
    "/logout": {"POST": LEADS_ON},
    "/health": {"GET": COUNTS},
}
MESSAGES: Table = {
    "/": {"GET": Shown("queue", listing)},
    "/pulse": {"GET": COUNTS},
    "/messages/{id}": {"GET": MESSAGE},
    "/messages/{id}/open": {"POST": LEADS_ON},
    "/messages/{id}/decision": {"POST": MESSAGE},
    "/messages/{id}/html": {"GET": MESSAGE},
    "/messages/{id}/raw": {"GET": Shown("raw", row, How.DOWNLOAD)},
    "/messages/{id}/withdrawn": {"POST": LEADS_ON},
    "/messages/{id}/parts/{part}": {"GET": Shown("attachment", part, How.DOWNLOAD)},
    "/messages/{id}/parts/{part}/picture": {"GET": Shown("attachment", part)},
    "/messages/{id}/parts/{part}/findings": {"GET": Shown("attachment", part)},
    "/messages/{id}/parts/{part}/stamped.pdf": {"GET": Shown("attachment", part, How.DOWNLOAD)},
    "/messages/{id}/letters/{letter}/settle": {"POST": MESSAGE},
    **{f"/messages/{{id}}/matches/{{match}}/{act}": {"POST": MESSAGE} for act in ("confirm", "dismiss")},
    "/messages/{id}/bundle": {"POST": Shown("bundle", row, How.DOWNLOAD)},
    "/messages/{id}/classification": {"POST": MESSAGE},
    "/audit": {"GET": COUNTS},
    "/audit/{drawing}": {"GET": Shown("audit", drawing), "POST": Shown("audit", drawing)},
    "/chats": {"GET": Shown("conversation", listing)},
}
PAPERS: Table = {
    "/papers": {"GET": Shown("papers", listing), "POST": Shown("paper", beginning)},
    "/papers/new": {"GET": Shown("paper", beginning)},
    "/papers/approve": {"GET": Shown("papers", named("approve")), "POST": Shown("papers", named("approve"))},
    "/papers/{id}": {"GET": PAPER},
    "/papers/{id}/state": {"GET": COUNTS},
    **{f"/papers/{{id}}/{name}.pdf": {"GET": Shown("document", row)} for name in ("preview", "rendition", "document")},
    **{f"/papers/{{id}}/{act}": {"POST": PAPER} for act in ("save", "submit", "approve", "return", "cancel")},
}
LICENCES: Table = {
    "/desk/licences": {"GET": Shown("licences", listing)},
    "/desk/licences/import": {"GET": EMPTY_FORM, "POST": Shown("licences", named("import"))},
    "/desk/licences/import/template.xlsx": {"GET": EMPTY_FORM},
    "/desk/licences/{id}": {"GET": LICENCE},
    "/desk/licences/{id}/documents/{digest}": {"GET": Shown("document", document)},
    **{f"/desk/licences/{{id}}/{act}": {"POST": LICENCE} for act in ("suspend", "resume", "revoke", "cease", "resend")},
    "/desk/items": {"GET": OFFICIAL, "POST": OFFICIAL},
    "/desk/letters": {"GET": Shown("letters", named("stranded"))},
    "/desk/letters/{letter}/settle": {"POST": Shown("letters", named("stranded"))},
}
INSTRUMENTS: Table = {
    "/instruments": {"GET": OFFICIAL, "POST": LEADS_ON},
    "/instruments/compliance.pdf": {"GET": OFFICIAL},
    "/instruments/{id}": {"GET": OFFICIAL},
    "/instruments/{id}/pdf": {"GET": OFFICIAL},
    **{
        f"/instruments/{{id}}/{act}": {"POST": OFFICIAL}
        for act in ("save", "submit", "return", "sign", "record", "gazette", "publish", "withdraw", "replace")
    },
}
ANNOUNCEMENTS: Table = {
    "/announcements": {"GET": PUBLISHED},
    "/announcements/channels.json": {"GET": PUBLISHED},
    **{f"/announcements/{{code}}{rest}": {"GET": PUBLISHED} for rest in ("", "/pdf", "/json", "/qr.svg")},
}
DATA_REQUEST = Shown("data-request", row)
BREACH = Shown("breach", row)
CASE = Shown("data-request", case)
PRIVACY: Table = {
    "/privacy": {"GET": Shown("data-request", named("list"))},
    "/privacy/requests": {"POST": Shown("data-request", named("list"))},
    "/privacy/requests/{id}": {"GET": DATA_REQUEST},
    "/privacy/requests/{id}/answer": {"POST": DATA_REQUEST},
    "/privacy/cases/{year}/{number}": {"GET": CASE},
    "/privacy/cases/{year}/{number}/people": {"POST": CASE},
    "/privacy/cases/{year}/{number}/lift": {"POST": CASE},
    "/privacy/breaches": {"GET": EMPTY_FORM, "POST": EMPTY_FORM},
    "/privacy/breaches/{id}": {"GET": BREACH},
    "/privacy/breaches/{id}/notice.pdf": {"GET": Shown("breach", row, How.DOWNLOAD)},
    **{f"/privacy/breaches/{{id}}/{act}": {"POST": BREACH} for act in ("assess", "step", "tell", "close")},
    "/privacy/reads": {"GET": Shown("access-log", log_view)},
    "/privacy/reads.csv": {"GET": Shown("access-log", log_view, How.EXPORT)},
    **{f"/privacy/processing.{form}": {"GET": OFFICIAL} for form in ("csv", "xlsx", "json")},
}
RETENTION: Table = {
    "/retention": {"GET": Shown("retention", named("overview"))},
    **{f"/retention/{name}": {"POST": Shown("retention", named("overview"))} for name in ("classes", "holds", "lists")},
    **{f"/retention/holds/{{year}}/{{number}}/{act}": {"POST": Shown("retention", case)} for act in ("ask", "lift")},
    "/retention/lists/{id}": {"GET": Shown("retention", row)},
    "/retention/lists/{id}/list.pdf": {"GET": Shown("retention", row, How.DOWNLOAD)},
    **{f"/retention/lists/{{id}}/{act}": {"POST": Shown("retention", row)} for act in ("decide", "withdraw")},
    "/retention/lists/{id}/transfer": {"POST": Shown("transfer", row, How.DOWNLOAD)},
}
MOUNTED: Table = {
    "/licences": {"GET": PUBLISHED},
    "/licences/slideshow": {"GET": PUBLISHED},
    "/licences/dcat.jsonld": {"GET": PUBLISHED},
    "/licences/data.{suffix}": {"GET": PUBLISHED},
    "/open-data": {"GET": PUBLISHED},
    "/l/{code}": {"GET": PUBLISHED},
    "/checkpoints": {"GET": PUBLISHED},
    "/checkpoints/{name}": {"GET": PUBLISHED},
    "/verify": {"GET": PUBLISHED, "POST": PUBLISHED},
    "/documents/{token}": {
        "GET": Nothing("the name of a file, to whoever has its secret address"),
        "POST": Nothing("noted where the link is used up, as a read of its holder"),
    },
    "/static/{name}": {"GET": Nothing("styles, scripts and fonts")},
}
"""Routes that other parts bring as they are; they note for themselves."""

READ_TABLE: Table = MappingProxyType(
    {**SIGN_IN, **MESSAGES, **PAPERS, **LICENCES, **INSTRUMENTS, **PRIVACY, **RETENTION, **ANNOUNCEMENTS, **MOUNTED}
)


def showing(path: str, method: str) -> Showing:
    """What an address shows. Raises LookupError for one that is not listed."""
    try:
        return READ_TABLE[path][method]
    except KeyError:
        raise LookupError(
            f"{method} {path}: nobody said what it shows; list it in mailroom/web/read_table.py"
        ) from None
