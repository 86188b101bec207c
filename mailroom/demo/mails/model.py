"""One sample: the exact bytes of a mail, where and when it lies, what it says, and what has to become of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from mailroom.domain.agency import BANGKOK
from mailroom.domain.decision import Kind, Letter, Outcome, Secrecy, Urgency
from mailroom.domain.message import Address

INBOX = "INBOX"
JUNK = "Junk"


def bangkok(text: str) -> datetime:
    """An instant from Thai wall-clock time, `2026-01-05 09:12` or with seconds; aware."""
    return datetime.fromisoformat(text).replace(tzinfo=BANGKOK)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it has to come out of the mail: name and type as shown, content byte for byte."""

    name: str
    media_type: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """What a reader has to find in the bytes. Subject, sender and files are exact."""

    sender: Address
    subject: str
    phrases: tuple[str, ...] = ()
    """Each must stand in the readable text."""
    files: tuple[File, ...] | None = ()
    """None where it is not declared what is left of them."""
    defects: tuple[str, ...] = ()
    """Codes that the list of defects must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What has to become of a sample."""

    kind: Kind
    outcome: Outcome
    letter: Letter | None = None
    registered: bool = True
    service: str | None = None
    agency: str | None = None
    """Name of the other agency that the notice must name."""
    urgency: Urgency = Urgency.NORMAL
    secrecy: Secrecy = Secrecy.NONE
    letter_no: str = ""
    deemed: datetime | None = None
    """Deemed receipt (R15), where the sample is about it."""
    duplicate_of: str = ""
    """Name of the sample of which this is another copy."""
    follows: str = ""
    """Name of the sample whose case this carries on."""


accepted = partial(Fate, outcome=Outcome.ACCEPT, letter=Letter.ACKNOWLEDGEMENT)
held = partial(Fate, outcome=Outcome.HOLD, letter=Letter.HELD)
ignored = partial(Fate, outcome=Outcome.IGNORE, registered=False)
sent_elsewhere = partial(Fate, kind=Kind.WRONG_AGENCY, outcome=Outcome.REDIRECT_AGENCY, letter=Letter.REDIRECT_AGENCY)
sent_to_channel = partial(
    Fate,
    kind=Kind.WRONG_CHANNEL,
    outcome=Outcome.REDIRECT_CHANNEL,
    letter=Letter.REDIRECT_CHANNEL,
    registered=False,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A mail of the sample mailbox."""

    name: str
    entered_at: datetime
    """INTERNALDATE, in whole seconds."""
    raw: bytes
    says: Says
    fate: Fate
    folder: str = INBOX
