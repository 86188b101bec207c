"""เหตุการละเมิดข้อมูลส่วนบุคคล: what happened, what was done, and until when it must be told (R98-R102)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NOTIFY_WITHIN = timedelta(hours=72)
"""From knowing of it until the commission has to be told (R100)."""
EXCUSE_WITHIN = timedelta(days=15)
"""From knowing of it until a late notice may still ask to be excused (R101)."""


class BreachKind(StrEnum):
    """What was lost of the data (R98)."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class Risk(StrEnum):
    """For the rights and freedoms of people (R100, R102)."""

    UNKNOWN = "unknown"
    NONE = "none"
    """Nobody has to be told; why stands in the assessment."""
    RISK = "risk"
    HIGH = "high"


class StepKind(StrEnum):
    """What was done about it."""

    REPORTED = "reported"
    ASSESSED = "assessed"
    CONTAINED = "contained"
    MEASURE = "measure"
    NOTIFIED = "notified"
    """The commission was told."""
    TOLD = "told"
    """The people concerned were told."""
    CLOSED = "closed"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachFacts:
    """What is known of it by now; assessed anew as more is learnt."""

    kinds: frozenset[BreachKind] = frozenset()
    nature: str = ""
    """What happened to which data."""
    people: int | None = None
    """How many people are concerned; None while nobody knows."""
    records: int | None = None
    effects: str = ""
    """Likely effects on the people."""
    measures: str = ""
    """Taken and planned, to end it and to make good."""
    advice: str = ""
    """What the people themselves can do."""
    late_reason: str = ""
    """Why the commission is told later than 72 hours, so that it can excuse it (R101)."""
    risk: Risk = Risk.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachStep:
    """One thing that was done. Written once."""

    breach: int
    kind: StepKind
    happened_at: datetime
    """When it was done, as the clerk says."""
    noted_at: datetime
    actor: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One incident."""

    id: int = 0
    title: str
    known_at: datetime
    """When the agency came to know of it: both periods begin here."""
    opened_at: datetime
    opened_by: str
    facts: BreachFacts = BreachFacts()
    notified_at: datetime | None = None
    told_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def notify_by(self) -> datetime:
        return self.known_at + NOTIFY_WITHIN

    @property
    def excuse_by(self) -> datetime:
        return self.known_at + EXCUSE_WITHIN

    @property
    def is_due(self) -> bool:
        """Whether the commission has still to be told."""
        return self.notified_at is None and self.closed_at is None and self.facts.risk is not Risk.NONE

    @property
    def is_untold(self) -> bool:
        """Whether the people concerned have still to be told (R102)."""
        return self.told_at is None and self.closed_at is None and self.facts.risk is Risk.HIGH
