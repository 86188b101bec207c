"""One message as a clerk reads it, and the seal on what is marked secret."""

import hmac
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
from mailroom.services.proposals import Proposal
from mailroom.web.site import Site, Visit

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
        uow.events.add("message.sealed" if sealed else "message.opened", site.clock.now(), **_who(visit, message_id))
        uow.commit()
    return site.pages.show(
        "sealed.html" if sealed else "message.html",
        session=visit.session,
        status=status,
        record=record,
        grant=visit.query.get("grant", ""),
        done=done,
        refused=refused,
        detail=detail,
        wanted=wanted,
        allowed=sorted(site.desk.choices(record)),
        seen=version(record),
        marks=sender_marks(record.message) if record.message else (),
        dangerous=bool(record.classification and record.classification.kind in DANGEROUS),
        catalogue=site.catalogue,
        history=history,
        licensing=None if sealed else licensing(site, record),
        pdfs=pdfs(site, record),
        settles=site.papers is not None,
    )


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
    """A clerk asks to see a message that is marked secret; noted before it is shown (R58)."""
    message_id = visit.row("id")
    with site.books.begin() as uow:
        _existing(uow.messages.get(message_id))
        uow.events.add("message.unsealed", site.clock.now(), **_who(visit, message_id))
        uow.commit()
    return RedirectResponse(f"/messages/{message_id}?grant={_grant(visit, message_id)}", status_code=303)


def noted(site: Site, visit: Visit, event: str, detail: str = "") -> LoggedMessage:
    """The message, once the event log says who asked for it. Raises 404, and 403 while it is sealed."""
    message_id = visit.row("id")
    with site.books.begin() as uow:
        record = _existing(uow.messages.get(message_id))
        if is_sealed(record, visit):
            raise HTTPException(403)
        uow.events.add(event, site.clock.now(), **_who(visit, message_id), detail=detail)
        uow.commit()
    return record.logged


def unsealed(site: Site, visit: Visit) -> MessageRecord:
    """The message, for what is part of its page. Raises 404, and 403 while it is sealed."""
    with site.books.look() as uow:
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
    """Whether it is marked secret and this session has not asked to open it."""
    if not is_secret(record):
        return False
    return not hmac.compare_digest(visit.query.get("grant", "").encode(), _grant(visit, record.logged.id).encode())


def granted(visit: Visit) -> str:
    """The grant of this visit, to be carried on in an address that has a query; empty without one."""
    return f"&grant={visit.query['grant']}" if visit.query.get("grant", "").isalnum() else ""


def _grant(visit: Visit, message_id: int) -> str:
    """Proof that this session asked to open this message; worthless in any other session."""
    key = visit.session.csrf.encode() if visit.session else b""
    return hmac.new(key, f"unseal {message_id}".encode(), "sha256").hexdigest()


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
