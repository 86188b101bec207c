"""Letters owed: from a verdict and its number to the item that waits in the outbox."""

import os
import threading
from collections.abc import Callable

from mailroom.domain.agency import Agency
from mailroom.domain.card import Card
from mailroom.domain.decision import Letter
from mailroom.domain.message import Message
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Verdict
from mailroom.domain.register import RegisterNumber
from mailroom.domain.service import Catalogue
from mailroom.stages.chat_cards import receipt_card
from mailroom.stages.compose import Composer, LetterFacts

ID_BYTES = 16
IDS_AT_ONCE = 256
REFERENCES = 20
"""So many ids of a thread are kept in References; the first and the latest matter (RFC 5322 section 3.6.4)."""


class RandomIds:
    """Ids of 128 random bits, in hexadecimal. Safe to share between threads.

    Random bytes are asked of the system for many ids at once: asking costs more than a letter's row in the books.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[str] = []

    def __call__(self) -> str:
        with self._lock:
            if not self._waiting:
                drawn = os.urandom(ID_BYTES * IDS_AT_ONCE).hex()
                self._waiting = [drawn[at : at + 2 * ID_BYTES] for at in range(0, len(drawn), 2 * ID_BYTES)]
            return self._waiting.pop()


class Letters:
    """Composes letters of one agency."""

    def __init__(
        self,
        *,
        agency: Agency,
        catalogue: Catalogue,
        composer: Composer,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        self._agency = agency
        self._catalogue = catalogue
        self._composer = composer
        self._new_id = new_id or RandomIds()

    def item(self, letter: Letter, verdict: Verdict, number: RegisterNumber | None) -> OutboxItem:
        """The letter, ready for the outbox. It answers the message's sender and nobody else (RFC 3834 section 4)."""
        message, envelope = verdict.message, verdict.logged.envelope
        facts = self._facts(verdict, number)
        composed = self._composer.compose(letter, facts)
        return OutboxItem(
            id=self._new_id(),
            message_id=verdict.logged.id,
            channel=envelope.channel,
            letter=letter,
            to=message.sender.address,
            to_name=message.sender.name,
            subject=composed.subject,
            text=composed.text,
            html=composed.html,
            card=self._card(facts, composed.subject) if message.is_chat else None,
            in_reply_to=message.reply_token if message.is_chat else message.message_id,
            references=thread_of(message),
            created_at=verdict.processed_at,
            due_at=verdict.processed_at,
        )

    def _facts(self, verdict: Verdict, number: RegisterNumber | None) -> LetterFacts:
        return LetterFacts(
            agency=self._agency,
            message=verdict.message,
            channel=verdict.logged.envelope.channel,
            number=number,
            entered_system_at=verdict.logged.envelope.entered_system_at,
            deemed_received_at=verdict.deemed_received_at,
            service=self._catalogue.service(verdict.classification.service),
            other_agency=self._catalogue.agency(verdict.decision.agency),
            announcement=verdict.announcement,
            secrecy=verdict.classification.marks.secrecy,
        )

    def _card(self, facts: LetterFacts, title: str) -> Card:
        return receipt_card(facts, title, self._composer.label)


def thread_of(message: Message) -> tuple[str, ...]:
    """What a letter that answers a message refers to: the thread and the message itself, bounded."""
    thread = tuple(dict.fromkeys(one for one in (*message.references, message.message_id) if one))
    return thread if len(thread) <= REFERENCES else (thread[0], *thread[-REFERENCES + 1 :])
