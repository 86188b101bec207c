"""Who is shown what: noted in the request that shows it, and refused where a case is kept from sight (R106, R109).

What each address shows stands in `mailroom.web.read_table`. A page that cannot be noted is not shown: the note is
durable before the first byte leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from mailroom.domain.clerk import Clerk
from mailroom.domain.licence import Issuance
from mailroom.domain.privacy import How, Read
from mailroom.ports import UnitOfWork
from mailroom.web.site import ROW_DIGITS, Site, Visit

SHOWS = frozenset({200, 409, 422})
"""Answers that show a page or a file; others lead elsewhere, or say why nothing is shown."""

ABOUT = {"/messages/{id}": "message", "/desk/licences/{id}": "licence", "/papers/{id}": "paper"}
"""Which row an address names, by its beginning. What begins so is barred where the case is kept from sight."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Personal data are shown."""

    what: str
    key: Callable[[Visit], str]
    how: How = How.VIEW


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nobody's personal data are shown, or what is published for everybody, and why that is so."""

    why: str


Showing = Shown | Nothing


def note(site: Site, visit: Visit, showing: Showing, response: Response) -> None:
    """Note what an answer shows, before it leaves. Raises StorageError, and then it must not."""
    if isinstance(showing, Shown) and response.status_code in SHOWS:
        _noted(site, visit, showing.what, showing.key(visit), showing.how)


def barred(site: Site, visit: Visit, path: str) -> Response | None:
    """The answer for somebody from whom a restricted case, or a paper of secret matter, is kept; None for anybody else.

    `path` is the address as it is routed, with its places. Each attempt is noted. Messages that are secret have a seal
    of their own, which says who may open it.
    """
    with site.books.look() as uow:
        kept = next(_kept_from(uow, visit, path), None) if uow.privacy.restrictions() else None
        sealed = None if kept or visit.clerk.cleared else next(_sealed_from(uow, visit, path), None)
    if kept is not None:
        return refuse(site, visit, *kept)
    return refuse(site, visit, *sealed, code="sealed") if sealed is not None else None


def refuse(site: Site, visit: Visit, what: str, key: str, *, code: str = "restricted") -> Response:
    """The answer for somebody who is not named for what they ask for; that they asked is noted."""
    _noted(site, visit, what, key, How.REFUSED)
    return site.pages.show("error.html", session=visit.session, status=403, code=code, reference="")


def _kept_from(uow: UnitOfWork, visit: Visit, path: str) -> Iterator[tuple[str, str]]:
    """Kind and row of what the request names and this person may not see."""
    username = visit.clerk.username
    for kind, row in _named(visit, path):
        message_id = message_of(uow, kind, row)
        found = uow.privacy.restriction_of_message(message_id) if message_id is not None else None
        if found is not None and username not in found.people:
            yield kind, str(row)


def _sealed_from(uow: UnitOfWork, visit: Visit, path: str) -> Iterator[tuple[str, str]]:
    """Kind and row of each paper that the request names and that came of secret matter (R58)."""
    papers = [row for kind, row in _named(visit, path) if kind == "paper"]
    secret = uow.messages.secret() if papers else frozenset()
    yield from (("paper", str(row)) for row in papers if message_of(uow, "paper", row) in secret)


def _named(visit: Visit, path: str) -> Iterator[tuple[str, int]]:
    """Rows that an address names, and those that its query or form names."""
    for beginning, kind in ABOUT.items():
        if path == beginning or path.startswith(f"{beginning}/"):
            yield from ((kind, row) for row in _rows(visit.path.get("id", "")))
    for fields in (visit.query, visit.form):
        for kind in ("message", "licence"):
            yield from ((kind, row) for row in _rows(fields.get(kind, "")))
        for name in fields:
            yield from (("paper", row) for row in _rows(name.removeprefix("paper-")) if name.startswith("paper-"))


def _rows(text: str) -> Iterator[int]:
    if text.isascii() and text.isdigit() and len(text) <= ROW_DIGITS:
        yield int(text)


def message_of(uow: UnitOfWork, kind: str, row: int) -> int | None:
    """Row of the message to which a message, a licence or a paper belongs; None where there is none."""
    if kind == "message":
        return row
    if kind == "licence":
        licence = uow.licences.get(row)
        return licence.message_id if licence else None
    paper = uow.issuances.get(row)
    if paper is None:
        return None
    if paper.message_id is None and paper.licence_id is not None:
        return message_of(uow, "licence", paper.licence_id)
    return paper.message_id


def in_sight(uow: UnitOfWork, papers: Sequence[Issuance], clerk: Clerk) -> list[Issuance]:
    """Without those of restricted cases, and of secret matter for who is not named for it (R58)."""
    hidden = uow.privacy.restricted_messages() | (frozenset() if clerk.cleared else uow.messages.secret())
    return [one for one in papers if not hidden or message_of(uow, "paper", one.id) not in hidden]


def _noted(site: Site, visit: Visit, what: str, key: str, how: How) -> None:
    read = Read(
        at=site.clock.now(), actor=visit.clerk.username, what=what, key=key, how=how, listed=tuple(visit.listed)
    )
    with site.books.begin() as uow:
        uow.reads.note(read)
        uow.commit()
