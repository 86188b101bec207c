"""Sending a licence to its holder again, to another address if need be, and settling letters that failed."""

from collections.abc import Iterator
from dataclasses import replace

from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Letter
from mailroom.domain.document import Document
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Issuance, IssuanceState, Licence
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.outgoing import OutgoingEntry
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services import paper_checks as check
from mailroom.services.delivery import Delivery

STRANDED_LIMIT = 500
_NOT_ARRIVED = frozenset({OutboxState.FAILED, OutboxState.DEFERRED})
_HAND_OVER = frozenset({Letter.LICENCE, Letter.LICENCE_LINK})


class Resending:
    """Each act is one transaction. The letter keeps its number in the register: it is the same letter again."""

    def __init__(self, *, books: Books, delivery: Delivery, clock: Clock) -> None:
        self._books = books
        self._delivery = delivery
        self._clock = clock

    def resend(
        self, licence_id: int, clerk: Clerk, *, email: str = "", as_link: bool = False
    ) -> tuple[OutboxItem, ...]:
        """Send the present version again; its letters. `email` becomes the holder's address where it is not empty.

        Letters of this version that failed, or wait for another try, are settled by it. Raises RefusedActionError.
        """
        now = self._clock.now()
        with self._books.begin() as uow:
            licence = self._addressed(uow, check.licence(uow, licence_id), email)
            paper, document = _latest(uow, licence)
            for stuck in _stuck(uow, licence, paper):
                uow.outbox.save(stuck.settled())
            paper = replace(paper, email=licence.email)
            letters = self._delivery.hand_over(uow, paper, document, _entry(uow, paper), now, enclose=not as_link)
            uow.events.add(
                "licence.resent",
                now,
                message_id=paper.message_id,
                actor=clerk.username,
                detail=f"{licence.number} {licence.email}",
            )
            uow.commit()
        return letters

    def settle(self, item_id: str, clerk: Clerk, why: str) -> None:
        """A clerk saw to a letter that failed. Raises RefusedActionError when it did not fail, or without a reason."""
        note = check.reason(why)
        with self._books.begin() as uow:
            item = uow.outbox.get(item_id)
            if item is None or item.state is not OutboxState.FAILED:
                raise RefusedActionError("letter-not-failed")
            uow.outbox.save(item.settled())
            uow.events.add(
                "letter.settled",
                self._clock.now(),
                message_id=item.message_id,
                actor=clerk.username,
                detail=f"{item.to} | {note}",
            )
            uow.commit()

    @staticmethod
    def _addressed(uow: UnitOfWork, licence: Licence, email: str) -> Licence:
        """The licence with the address of its holder. Nothing public changes, and so its time of change stays."""
        address = check.mailbox(email) or licence.email
        if not address:
            raise RefusedActionError("email-missing")
        if address == licence.email:
            return licence
        moved = replace(licence, email=address)
        uow.licences.save(moved)
        return moved


def _latest(uow: UnitOfWork, licence: Licence) -> tuple[Issuance, Document]:
    """The paper that made the present version, and its signed PDF."""
    made = [one for one in uow.issuances.of_licence(licence.id) if one.state is IssuanceState.ISSUED]
    paper = next((one for one in reversed(made) if one.document and one.document == licence.document), None)
    document = uow.documents.get(licence.document or "")
    if paper is None or document is None:
        raise RefusedActionError("licence-without-paper", licence.number)
    return paper, document


def _entry(uow: UnitOfWork, paper: Issuance) -> OutgoingEntry:
    year = paper.outgoing.year if paper.outgoing else None
    found = (one for one in uow.outgoing.entries(year) if one.number == paper.outgoing)
    entry = next(found, None)
    if entry is None:
        raise RefusedActionError("licence-without-paper", paper.number)
    return entry


def _stuck(uow: UnitOfWork, licence: Licence, paper: Issuance) -> Iterator[OutboxItem]:
    """Letters of this version that did not arrive: those that carry it, and links to it."""
    answered = uow.outbox.of_message(paper.message_id) if paper.message_id is not None else ()
    items = [uow.outbox.get(reply.id) for reply in answered if reply.letter in _HAND_OVER]
    for item in (*items, *uow.outbox.stranded(STRANDED_LIMIT)):
        if item is not None and item.state in _NOT_ARRIVED and concerns(item, licence):
            yield item


def concerns(item: OutboxItem, licence: Licence) -> bool:
    """Whether a letter hands the present version of this licence over."""
    if item.letter not in _HAND_OVER:
        return False
    if item.enclosures:
        return any(one.digest == licence.document for one in item.enclosures)
    return licence.number in item.subject
