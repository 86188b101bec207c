"""What was understood of a message, and what follows from it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a message is. docs/kinds.md explains each."""

    REQUEST = "request"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    STATUS_ENQUIRY = "status-enquiry"
    FOLLOW_UP = "follow-up"
    WITHDRAWAL = "withdrawal"
    PAYMENT_SLIP = "payment-slip"
    OFFICIAL_LETTER = "official-letter"
    FORWARDED = "forwarded"
    THANKS = "thanks"
    WRONG_AGENCY = "wrong-agency"
    WRONG_CHANNEL = "wrong-channel"
    AUTO_REPLY = "auto-reply"
    DSN = "dsn"
    MDN = "mdn"
    MAILING_LIST = "mailing-list"
    SPAM = "spam"
    PHISHING = "phishing"
    MALWARE = "malware"
    EMPTY = "empty"
    UNPARSED = "unparsed"


class Outcome(StrEnum):
    """What becomes of a message. Nothing else ever does."""

    ACCEPT = "accept"
    REDIRECT_AGENCY = "redirect-agency"
    REDIRECT_CHANNEL = "redirect-channel"
    HOLD = "hold"
    IGNORE = "ignore"


class Urgency(StrEnum):
    """ชั้นความเร็ว (R57). A citizen's own word for haste is a claim, never a class."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very-urgent"
    MOST_URGENT = "most-urgent"
    WITHIN = "within"


class Secrecy(StrEnum):
    """ชั้นความลับ (R58)."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 - a grade, not a password
    TOP_SECRET = "top-secret"  # noqa: S105 - as above


class Letter(StrEnum):
    """The letters we send. Each has a template of the same name in config/templates."""

    ACKNOWLEDGEMENT = "acknowledgement"
    HELD = "held"
    """Neutral: received and registered, an officer will look at it."""
    REDIRECT_AGENCY = "redirect-agency"
    REDIRECT_CHANNEL = "redirect-channel"
    LICENCE = "licence"
    """The licence itself, enclosed."""
    LICENCE_LINK = "licence-link"
    """The one-time address of a licence that cannot be enclosed (R116)."""
    RENEWAL_REMINDER = "renewal-reminder"
    EMAIL_CODE = "email-code"
    """A code that proves an e-mail address to belong to who gave it in a chat."""
    CHECKPOINT = "checkpoint"
    """The day's signed checkpoint, to a witness."""
    DATA_ANSWER = "data-answer"
    """What was decided on a request about somebody's own data (R106)."""
    BREACH_NOTICE = "breach-notice"
    """To people whose data an incident concerns (R102)."""
    PROMPT = "prompt"
    """A turn of a guided dialogue: its words come from the catalogue, it has no template."""


TEMPLATED: tuple[Letter, ...] = tuple(letter for letter in Letter if letter is not Letter.PROMPT)
"""Letters that are composed from a template of their own."""

UNCOUNTED = frozenset({Letter.PROMPT, Letter.EMAIL_CODE})
"""What uses up nothing of what may be sent to somebody in a day: turns, and codes that a stranger can ask for."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule spoke: which one, and what it found, in words that a clerk reads.

    `code` is the key of a sentence in the catalogue (config/texts.toml, table `reasons`);
    `detail` is what was found, filled into that sentence.
    """

    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


@dataclass(frozen=True, slots=True)
class LetterMarks:
    """What the face of an official letter says (R54, R56, R57, R58)."""

    letter_no: str = ""
    """ที่, as written, digits Arabic."""
    circular: bool = False
    dated: date | None = None
    subject: str = ""
    to: str = ""
    urgency: Urgency = Urgency.NORMAL
    urgent_within: str = ""
    """The words after ด่วนภายใน, as written."""
    secrecy: Secrecy = Secrecy.NONE


NOBODYS = frozenset({Kind.THANKS, Kind.SPAM, Kind.PHISHING})
"""Kinds that are no matter of anybody's, and about no service."""
SHOW_NOW = "danger-to-life"
"""Code of the reason by which a queue shows a message before all others."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What a message seems to be, and why."""

    kind: Kind
    service: str | None = None
    """Key of the one service asked for, or None when there is none or more than one."""
    agency: str | None = None
    """Name of the other agency that is directly responsible."""
    marks: LetterMarks = LetterMarks()
    reasons: tuple[Reason, ...] = ()
    model: str = ""
    """Versions of the trained models that had a part in it, with a plus between; empty for rules and catalogue alone."""

    @property
    def in_danger(self) -> bool:
        """Whether somebody's life may be in danger, so that a person should look now."""
        return self.danger is not None

    @property
    def danger(self) -> Reason | None:
        """The sign of it."""
        return next((one for one in self.reasons if one.code == SHOW_NOW), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a message. Produced by pure functions, carried out in one transaction."""

    outcome: Outcome
    rule: str
    """Name of the rule that decided."""
    reasons: tuple[Reason, ...] = ()
    register: bool = False
    """Whether a register number is due (R21, R45, R51)."""
    letter: Letter | None = None
    """The letter owed to the sender; None when nothing may be sent."""
    agency: str | None = None
    """For redirect-agency: whom the notice names."""
