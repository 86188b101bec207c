"""Letters that a chat cannot carry: by e-mail where an address is known, else failed and visible (R114)."""

import hashlib
from dataclasses import replace
from datetime import datetime

from mailroom.domain.decision import Letter
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.texts import Texts
from mailroom.ports import UnitOfWork
from mailroom.services.delivery import EMAIL


class ChatFallback:
    """What becomes of letters of one account that did not go. The caller commits."""

    def __init__(self, *, channel: str, account: str, texts: Texts, mails: bool) -> None:
        """Without `mails` there is no e-mail channel to fall back to."""
        self._channel = channel
        self._account = account
        self._texts = texts
        self._mails = mails

    def obstacle(self, uow: UnitOfWork, item: OutboxItem) -> str:
        """Why the letter must not be tried at all: what is pushed to who blocked us vanishes, and is counted."""
        person = uow.chats(self._channel, self._account).person(item.to)
        return self._texts.label("chat", "blocked") if person.blocked_at else ""

    def instead(self, uow: UnitOfWork, failed: OutboxItem, now: datetime) -> OutboxItem:
        """The failed letter as it is to be written; its like by e-mail is put into the outbox where one can be sent.

        A turn of a dialogue has had its time: it is settled, and nobody is bothered with it.
        """
        if failed.letter is Letter.PROMPT:
            return failed.settled()
        person = uow.chats(self._channel, self._account).person(failed.to)
        if not (self._mails and person.email):
            return failed
        mail = by_email(failed, person.email, now)
        if uow.outbox.get(mail.id) is None:
            uow.outbox.put(mail)
            uow.events.add("letter.rerouted", now, message_id=failed.message_id, detail=person.email)
        words = self._texts.label("chat", "rerouted")
        return replace(failed.settled(), reply=f"{words} ({failed.reply})")


def by_email(item: OutboxItem, address: str, now: datetime) -> OutboxItem:
    """The same letter as a mail of its own. Its id follows from that of the letter: it is put once."""
    return replace(
        item,
        id=hashlib.sha256(f"email\n{item.id}".encode()).hexdigest()[:32],
        channel=EMAIL,
        to=address,
        card=None,
        in_reply_to="",
        references=(),
        created_at=now,
        due_at=now,
        state=OutboxState.PENDING,
        attempts=0,
        reply="",
        uncertain=False,
    )


def graded_by_email(uow: UnitOfWork, item: OutboxItem, account: str) -> OutboxItem | None:
    """A letter about graded matter: never over a chat (R58, R118). None where no address is known."""
    address = uow.chats(item.channel, account).person(item.to).email
    return by_email(item, address, item.created_at) if address else None
