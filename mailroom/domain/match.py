"""Two messages that seem to bring the same request: by two channels, or sent twice. They are linked, never merged."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailroom.domain.register import RegisterNumber


class MatchState(StrEnum):
    """Where a pair stands."""

    PROPOSED = "proposed"
    """Their words are alike; people do write alike."""
    AGREED = "agreed"
    """Their words are alike, and something else is the same: they are linked until a clerk says otherwise."""
    CONFIRMED = "confirmed"
    """A clerk says that it is the same request: they are linked."""
    DISMISSED = "dismissed"
    """A clerk says that it is not."""


class MatchKey(StrEnum):
    """What two messages have in common beside their words."""

    SENDER = "sender"
    """The address, or the account of a chat."""
    PROVEN_EMAIL = "proven-email"
    """Who wrote in a chat has proven to own the address that the other came from."""
    PHONE = "phone"
    IDENTITY = "identity"
    CASE_NUMBER = "case-number"
    """Both name the same number of our register, or the same licence."""
    SLIP = "slip"
    """The same reference of a transfer."""
    ATTACHMENT = "attachment"
    """The same file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameRequest:
    """One pair. What they have in common is named, and not kept."""

    message_id: int
    """The later."""
    other_id: int
    """The earlier."""
    score: float
    """How alike their words are: 0 to 1."""
    keys: tuple[MatchKey, ...] = ()
    state: MatchState
    found_at: datetime
    decided_by: str = ""
    """User name of the clerk who confirmed or dismissed it."""
    decided_at: datetime | None = None
    id: int = 0
    """Of its row; 0 before it has one."""

    @property
    def linked(self) -> bool:
        return self.state in {MatchState.AGREED, MatchState.CONFIRMED}

    def told(self, other: int) -> str:
        """The pair as the event log of one message tells it: the other's row, how alike, what agrees; no words of either."""
        return f"{other} {self.score:.2f} {' '.join(self.keys)}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What is compared of a request or complaint that has its number."""

    number: RegisterNumber
    message_id: int
    channel: str
    account: str
    sender: str
    """The address, or the id of an account of a chat."""
    subject: str
    text: str
    follows: RegisterNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """A pair as the page of one of both shows it."""

    match: SameRequest
    other_id: int
    """The other one, whichever page it is."""
    number: RegisterNumber | None
    channel: str
    subject: str
    entered_at: datetime
