"""Handing a licence over: the letter with the PDF, or with a one-time link where the PDF cannot be mailed (R26, R116)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailroom.domain.agency import Agency
from mailroom.domain.card import Card
from mailroom.domain.decision import Letter, Secrecy
from mailroom.domain.document import Document, DownloadLink, Enclosed
from mailroom.domain.licence import Issuance
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.outgoing import OutgoingEntry
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import UnitOfWork
from mailroom.services.letters import RandomIds, thread_of
from mailroom.services.links import hash_of
from mailroom.stages.chat_cards import link_card
from mailroom.stages.compose import Composed, Composer
from mailroom.stages.licence_letters import HandOver, LicenceFacts, licence_letter

EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where a licence goes."""

    channel: str
    to: str


@dataclass(frozen=True, slots=True)
class Paper:
    """An issued paper with the request that it answers."""

    issuance: Issuance
    document: Document
    outgoing: OutgoingEntry
    record: MessageRecord | None
    at: datetime


def addressees(uow: UnitOfWork, issuance: Issuance, record: MessageRecord | None) -> list[Addressee]:
    """The applicant's channel, and e-mail as well where it is another one and an address is known (R26, R116).

    Who asked in a chat and gave an address there is known by it. Graded matter goes by e-mail alone (R58, R118).
    """
    found, email, message = [], issuance.email, record.message if record else None
    if record and message and issuance.channel == record.logged.envelope.channel != EMAIL:
        chats = uow.chats(issuance.channel, record.logged.envelope.account)
        email = email or chats.person(message.sender.address).email
        if not is_graded(record):
            found.append(Addressee(issuance.channel, message.sender.address))
    found.append(Addressee(EMAIL, email))
    return [one for one in found if one.to]


def is_graded(record: MessageRecord | None) -> bool:
    """Whether the request is graded: its letters name nothing of it, and nothing is enclosed (R58)."""
    classification = record.classification if record else None
    return classification is not None and classification.marks.secrecy is not Secrecy.NONE


class Delivery:
    """Writes the letters of issued papers into the outbox. The caller commits."""

    def __init__(
        self,
        *,
        agency: Agency,
        catalogue: Catalogue,
        composer: Composer,
        status_url: Callable[[str], str],
        largest_enclosure: int,
        link_days: int,
        new_id: Callable[[], str] | None = None,
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        """`status_url` gives the public page of a licence's code; `largest_enclosure` is in bytes.

        `new_token` gives 256 random bits that may stand in an address.
        """
        self._agency = agency
        self._catalogue = catalogue
        self._composer = composer
        self._status_url = status_url
        self._largest_enclosure = largest_enclosure
        self._link_days = link_days
        self._new_id = new_id or RandomIds()
        self._new_token = new_token

    def ways(self, uow: UnitOfWork, issuance: Issuance, size: int) -> tuple[str, ...]:
        """How a signed PDF of so many bytes will go, in the order of its letters: `enclosed`, or `link`.

        Empty where the holder has no address.
        """
        record = _request(uow, issuance)
        enclosed = (self._encloses(one, record, size) for one in addressees(uow, issuance, record))
        return tuple(dict.fromkeys("enclosed" if one else "link" for one in enclosed))

    def _encloses(self, addressee: Addressee, record: MessageRecord | None, size: int) -> bool:
        return addressee.channel == EMAIL and size <= self._largest_enclosure and not is_graded(record)

    def hand_over(
        self,
        uow: UnitOfWork,
        issuance: Issuance,
        document: Document,
        outgoing: OutgoingEntry,
        at: datetime,
        *,
        enclose: bool = True,
    ) -> tuple[OutboxItem, ...]:
        """Put the letters of an issued paper into the outbox, and their links into the link book; the letters.

        `document` is the signed PDF, in the archive already. Empty where the holder has no address: then the event
        `letter.omitted` asks a clerk to hand the paper over. Without `enclose` they get a link in any case.
        """
        record = _request(uow, issuance)
        paper = Paper(issuance, document, outgoing, record, at)
        found = addressees(uow, issuance, record)
        letters = tuple(self._letter(uow, paper, addressee, enclose=enclose) for addressee in found)
        for letter in letters:
            uow.outbox.put(letter)
        if not letters:
            uow.events.add("letter.omitted", at, message_id=issuance.message_id, detail=issuance.number)
        return letters

    def _letter(self, uow: UnitOfWork, paper: Paper, addressee: Addressee, *, enclose: bool) -> OutboxItem:
        if enclose and self._encloses(addressee, paper.record, paper.document.size):
            words = licence_letter(self._composer, self._facts(paper), _hand_over(paper))
            return self._item(paper, addressee, words, enclosed=True)
        until = paper.at + timedelta(days=self._link_days)
        link = replace(_hand_over(paper), link_url=self._link(uow, paper.document, until), link_until=until)
        words = licence_letter(self._composer, self._facts(paper), link, addressee.channel)
        item = self._item(paper, addressee, words, enclosed=False)
        return item if addressee.channel == EMAIL else replace(item, card=self._card(paper, words, link.link_url))

    def _card(self, paper: Paper, words: Composed, link_url: str) -> Card:
        status_url = self._status_url(paper.issuance.code)
        return link_card(self._agency, words.subject, link_url, status_url, self._composer.label)

    def _link(self, uow: UnitOfWork, document: Document, until: datetime) -> str:
        token = self._new_token()
        uow.links.put(DownloadLink(digest=document.digest, token_hash=hash_of(token), expires_at=until))
        return f"{self._agency.base_url}/documents/{token}"

    def _facts(self, paper: Paper) -> LicenceFacts:
        issuance = paper.issuance
        return LicenceFacts(
            agency=self._agency,
            service=self._catalogue.service(issuance.service) or Service(issuance.service, issuance.service),
            number=issuance.number,
            content=issuance.content,
            status_url=self._status_url(issuance.code),
            letter_no=paper.outgoing.letter_no(self._agency.letter_prefix),
            request=paper.record.number if paper.record else None,
        )

    def _item(self, paper: Paper, addressee: Addressee, words: Composed, *, enclosed: bool) -> OutboxItem:
        message, document = paper.record.message if paper.record else None, paper.document
        return OutboxItem(
            id=self._new_id(),
            message_id=paper.issuance.message_id,
            channel=addressee.channel,
            letter=Letter.LICENCE if enclosed else Letter.LICENCE_LINK,
            to=addressee.to,
            to_name=paper.issuance.content.holder,
            subject=words.subject,
            text=words.text,
            html=words.html,
            in_reply_to=message.message_id if message else "",
            references=thread_of(message) if message else (),
            created_at=paper.at,
            due_at=paper.at,
            enclosures=(Enclosed(document.digest, document.name, document.media_type),) if enclosed else (),
        )


def _request(uow: UnitOfWork, issuance: Issuance) -> MessageRecord | None:
    return uow.messages.get(issuance.message_id) if issuance.message_id else None


def _hand_over(paper: Paper) -> HandOver:
    return HandOver(
        act=paper.issuance.act,
        sent_no=str(paper.outgoing.number),
        dated=paper.outgoing.draft.dated,
        file_name=paper.document.name,
        file_size=paper.document.size,
        digest=paper.document.digest,
        graded=is_graded(paper.record),
    )
