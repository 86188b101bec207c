"""What clerks set right, what was learned from it, and the audit of what is answered without them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mailroom.domain.decision import Classification, Kind

NONE = ""
"""As an answer: no service of ours, or no other agency."""


class Head(StrEnum):
    """One question that is answered of a message, each learned for itself."""

    KIND = "kind"
    SERVICE = "service"
    AGENCY = "agency"
    """Which other agency is directly responsible; `NONE` where we are."""


AUDITED = (Head.AGENCY, Head.SERVICE)
"""What goes automatically: redirects and services found."""


class Source(StrEnum):
    """Where a clerk said so."""

    QUEUE = "queue"
    """In the form that sets right what was understood."""
    DECISION = "decision"
    """By a decision that leaves no other answer."""
    AUDIT = "audit"
    """Without having seen the machine's answer."""


LEARNED_KINDS = frozenset(
    {Kind.REQUEST, Kind.COMPLAINT, Kind.ENQUIRY, Kind.STATUS_ENQUIRY, Kind.WITHDRAWAL, Kind.PAYMENT_SLIP}
)
"""Kinds that words alone tell apart. All others follow from what a message is made of, or need more than words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A clerk's answer to one question about one message; a later one takes its place, and nothing is removed.

    A confirmation is one whose `value` is what the machine had said, `was`.
    """

    message_id: int
    head: Head
    value: str
    was: str
    by: str
    at: datetime
    source: Source
    model: str = ""
    """Version of the model whose answer `was` is; empty for rules and catalogue."""
    audit: int | None = None
    """The drawing that it answers."""
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """One training, kept for good."""

    version: int
    made_at: datetime
    examples: int
    """Answers of clerks that it learned from."""
    until: int
    """Id of the last correction that it knew."""
    digest: str
    """SHA-256 over header and arrays: the same training makes the same."""
    code: str
    """Digest of the code that features and training are made of."""
    catalogue: str
    """Digest of services and agencies as they were."""
    report: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """By head: what was measured, and why it answers or does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadState:
    """By what a question is answered from `at` on; the last one holds."""

    head: Head
    version: int
    """Of the model; 0 for rules and catalogue."""
    asks: bool
    """Whether a clerk is asked although there is an answer: an audit found too many wrong."""
    at: datetime
    by: str
    """Who said so; empty for the program."""
    why: str
    """A code, with numbers behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A message that was drawn for the audit of one answer."""

    message_id: int
    head: Head
    day: date
    """In Thailand, on which it was answered."""
    answer: str
    model: str
    drawn_at: datetime
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredDrawing:
    """The machine's answer beside that of a clerk who did not see it."""

    drawing: int
    answer: str
    value: str

    @property
    def is_wrong(self) -> bool:
        return self.answer != self.value


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a message when it was processed, whatever a clerk made of it later."""

    message_id: int
    digest: str
    classification: Classification
