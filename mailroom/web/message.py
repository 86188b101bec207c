"""One message as a clerk reads it, and the seal on what is marked secret."""

import re
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailroom.domain.decision import Kind, Outcome, Secrecy
from mailroom.domain.incoming_pdf import claims_pdf
from mailroom.domain.licence import Issuance
from mailroom.domain.message import LoggedMessage, Message
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Service
from mailroom.ports import UnitOfWork
from mailroom.services.corrections import CHOICES
from mailroom.services.proposals import Proposal
from mailroom.web.attachments import attachments_view
from mailroom.web.chat_exchange import exchange
from mailroom.web.chat_hidden import QUERY, came_by_chat, is_withheld
from mailroom.web.facts import message_facts
from mailroom.web.grants import carried, holds, proof
from mailroom.web.site import Site, Visit
from mailroom.web.understood import taken_for, understood

SEAL = "grant"
"""Name under which an address carries the proof that the seal was opened."""
_UNSEAL = "unseal"

DANGEROUS = frozenset({Kind.MALWARE, Kind.PHISHING})


def message_page(site: Site, visit: Visit) -> Response:
    return shown(site, visit, done=visit.query.get("done", ""))


def shown(
    site: Site, visit: Visit, *, status: int = 200, done: str = "", refused: str = "", detail: str = "", **wanted: str
) -> HTMLResponse:
    """The page of one message; `refused` and `wanted` repeat an action that could not be done."""
    message_id = visit.row("id")
    with site.books.begin() as uow:
        record = _existing(uow.messages.get(message_id))
        sealed = is_sealed(record, visit)
        history = uow.events.of_message(message_id)
        named = [one.display_name or one.username for one in uow.clerks.every() if one.cleared] if sealed else []
        matches = [] if sealed else uow.matches.of_message(message_id)
        uow.events.add("message.sealed" if sealed else "message.opened", site.clock.now(), **_who(visit, message_id))
        uow.commit()
    talk = exchange(site, visit, record) if _has_talk(record) and not sealed else None
    return site.pages.show(
        "sealed.html" if sealed else "message.html",
        session=visit.session,
        status=status,
        record=record,
        named=named,
        grant=visit.query.get(SEAL, ""),
        carried=carried(visit, SEAL, QUERY),
        by_chat=came_by_chat(record),
        exchange=talk,
        understood=None if sealed else understood(site, record),
        choices=CHOICES,
        taken_for=taken_for(record),
        facts=None if sealed else message_facts(record, talk),
        matches=matches,
        attached=None if sealed else attachments_view(site, record),
        joined=None if sealed else joined(site, record),
        done=done,
        refused=refused,
        detail=detail,
        wanted=wanted,
        allowed=sorted(site.desk.choices(record)),
        seen=version(record),
        marks=sender_marks(record.message) if record.message and not came_by_chat(record) else (),
        dangerous=bool(record.classification and record.classification.kind in DANGEROUS),
        catalogue=site.catalogue,
        history=history,
        licensing=None if sealed else licensing(site, record),
        pdfs=pdfs(site, record),
        settles=site.papers is not None,
    )


def _has_talk(record: MessageRecord) -> bool:
    """What is not read yet may still turn out to be secret, and is not shown."""
    return record.message is not None and came_by_chat(record)


@dataclass(frozen=True, slots=True)
class Joined:
    """What belongs to one case beside the message that opened it."""

    first: int | None
    """Row of the message that opened the case which this one joined."""
    later: tuple[MessageRecord, ...]
    """What joined the case that this one opened."""


def joined(site: Site, record: MessageRecord) -> Joined:
    """What was said before, or later, in the same matter without a number of its own."""
    with site.books.look() as uow:
        case = uow.cases.of(record.follows) if record.follows else None
        later = tuple(uow.queue.later(record.number)) if record.number else ()
    return Joined(case.message_id if case else None, later)


@dataclass(frozen=True, slots=True)
class Licensing:
    """What the card on licences shows."""

    papers: tuple[Issuance, ...]
    services: tuple[Service, ...]
    """Of which a paper may be prepared now; empty where none may."""
    proposals: tuple[Proposal, ...]


def licensing(site: Site, record: MessageRecord) -> Licensing | None:
    """Papers of the message, and those that may be due; None where there is nothing to say about licences."""
    if site.papers is None:
        return None
    with site.books.look() as uow:
        papers = tuple(uow.issuances.of_message(record.logged.id))
    if not may_prepare(record):
        return Licensing(papers, (), ()) if papers else None
    named = site.catalogue.service(record.classification.service if record.classification else None)
    proposals = tuple(site.papers.house.proposals.of(record))
    services = tuple(one for one in site.catalogue.services if one.licence)
    if named is not None and not named.licence and not proposals and not papers:
        return None
    return Licensing(papers, services, proposals)


def may_prepare(record: MessageRecord) -> bool:
    """Whether a licence may come of it: it is in the register, and nobody set it aside."""
    return record.number is not None and (record.decision is None or record.decision.outcome in _IN_HAND)


_IN_HAND = frozenset({Outcome.ACCEPT, Outcome.HOLD})


def version(record: MessageRecord) -> str:
    """What a clerk saw decided; differs once someone has decided anew."""
    return f"{record.decision.outcome if record.decision else ''}.{record.decided_by}"


def pdfs(site: Site, record: MessageRecord) -> frozenset[int]:
    """Parts of which the page tells what is in them."""
    if site.incoming is None or record.message is None:
        return frozenset()
    return frozenset(file.part for file in record.message.attachments if claims_pdf(file))


def sender_marks(message: Message) -> tuple[str, ...]:
    """What about the sender does not fit together, as codes that the template words."""
    domain = _domain(message.sender.address)
    answers = {_domain(one.address) for one in message.reply_to if one.address}
    written = re.search(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", message.sender.name)
    found = {
        "no-sender": not message.sender.address,
        "several-senders": len(message.senders) > 1,
        "reply-elsewhere": bool(answers - {domain}),
        "bounce-elsewhere": bool(message.return_path and _domain(message.return_path) != domain),
        "name-is-other-address": bool(written and written[1].lower() != domain),
    }
    return tuple(code for code, true in found.items() if true)


def open_sealed(site: Site, visit: Visit) -> Response:
    """A clerk who is named for it asks to see what is marked secret; noted before it is shown (R58).

    Anybody else is led back to the seal, which tells who may; that they asked is noted as well.
    """
    message_id = visit.row("id")
    with site.books.begin() as uow:
        record = _existing(uow.messages.get(message_id))
        if is_secret(record) and not visit.clerk.cleared:
            return RedirectResponse(f"/messages/{message_id}", status_code=303)
        uow.events.add("message.unsealed", site.clock.now(), **_who(visit, message_id))
        uow.commit()
    return RedirectResponse(f"/messages/{message_id}?{SEAL}={proof(visit, _UNSEAL, message_id)}", status_code=303)


def noted(site: Site, visit: Visit, event: str, detail: str = "", *, part: int | None = None) -> LoggedMessage:
    """The message, once the event log says who asked for a part of it, or with None for all as it came.

    Raises 404; 403 while it is sealed, or while what is asked for holds what its sender took back.
    """
    with site.books.begin() as uow:
        record = asked_for(uow, visit)
        if is_withheld(uow, record, visit, part):
            raise HTTPException(403)
        uow.events.add(event, site.clock.now(), **_who(visit, record.logged.id), detail=detail)
        uow.commit()
    return record.logged


def unsealed(site: Site, visit: Visit) -> MessageRecord:
    """The message, for what is part of its page. Raises 404, and 403 while it is sealed."""
    with site.books.look() as uow:
        return asked_for(uow, visit)


def asked_for(uow: UnitOfWork, visit: Visit) -> MessageRecord:
    """The message that the address names. Raises 404, and 403 while it is sealed."""
    record = _existing(uow.messages.get(visit.row("id")))
    if is_sealed(record, visit):
        raise HTTPException(403)
    return record


def _existing(record: MessageRecord | None) -> MessageRecord:
    if record is None:
        raise HTTPException(404)
    return record


def _who(visit: Visit, message_id: int) -> dict[str, Any]:
    return {"message_id": message_id, "actor": visit.clerk.username}


def is_secret(record: MessageRecord) -> bool:
    return record.classification is not None and record.classification.marks.secrecy is not Secrecy.NONE


def is_sealed(record: MessageRecord, visit: Visit) -> bool:
    """Whether it is marked secret, and this person is not named for secret matter or has not asked to open it (R58).

    Who is no longer named is kept out at once, whatever their session opened.
    """
    opened = visit.clerk.cleared and holds(visit, SEAL, _UNSEAL, record.logged.id)
    return is_secret(record) and not opened


def granted(visit: Visit) -> str:
    """The proofs of this visit, to be carried on in an address that has a query; empty without any."""
    proofs = carried(visit, SEAL, QUERY)
    return f"&{proofs}" if proofs else ""


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
