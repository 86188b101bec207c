"""รายการรอส่ง: the row is the truth, sending is a retry."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailroom.domain.card import Card
from mailroom.domain.decision import Letter
from mailroom.domain.document import Enclosed


class OutboxState(StrEnum):
    PENDING = "pending"
    DEFERRED = "deferred"
    SENDING = "sending"
    """Claimed: the attempt is about to begin, or a process died in it."""
    SENT = "sent"
    FAILED = "failed"
    SETTLED = "settled"
    """It need not go: it did not arrive and a clerk saw to it, or it went out before a restore, as the journal tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One letter owed to one person. Its wire form is a pure function of this value, so a retry is byte-identical."""

    id: str
    """Random hex; the left side of the Message-ID, and the retry key where a channel has one."""
    message_id: int | None = None
    """Row of the message log that this answers; None for a letter that answers none."""
    channel: str
    letter: Letter
    to: str
    to_name: str = ""
    subject: str
    text: str
    html: str = ""
    card: Card | None = None
    """What stands beside the words, for channels that show it."""
    in_reply_to: str = ""
    """What it answers, in the channel's own terms: the Message-ID of a mail, the reply token of a chat."""
    references: tuple[str, ...] = ()
    created_at: datetime
    due_at: datetime
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    reply: str = ""
    """What the other side last said."""
    sent_at: datetime | None = None
    enclosures: tuple[Enclosed, ...] = ()
    """Documents that go with it, byte for byte as they are in the archive."""
    uncertain: bool = False
    """A process died, or the connection broke, after the letter was handed over and before the answer was known."""

    def claimed(self) -> "OutboxItem":
        return replace(self, state=OutboxState.SENDING, attempts=self.attempts + 1)

    def unclaimed(self) -> "OutboxItem":
        """As if this attempt had never been begun: nothing of it was tried."""
        waiting = OutboxState.DEFERRED if self.attempts > 1 else OutboxState.PENDING
        return replace(self, state=waiting, attempts=self.attempts - 1)

    def sent(self, at: datetime, reply: str) -> "OutboxItem":
        return replace(self, state=OutboxState.SENT, sent_at=at, reply=reply)

    def deferred(self, until: datetime, reply: str, *, uncertain: bool = False) -> "OutboxItem":
        """Once in doubt, in doubt for good: a later success does not tell how many copies arrived."""
        return replace(
            self, state=OutboxState.DEFERRED, due_at=until, reply=reply, uncertain=self.uncertain or uncertain
        )

    def failed(self, reply: str) -> "OutboxItem":
        return replace(self, state=OutboxState.FAILED, reply=reply)

    def settled(self) -> "OutboxItem":
        return replace(self, state=OutboxState.SETTLED)
