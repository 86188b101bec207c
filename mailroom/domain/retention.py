"""อายุการเก็บ: how long cases are kept, what holds them, and lists of what a committee may have destroyed (R60, R119).

Years are of the Buddhist era. A case is kept to the end of the year in which its period ends, never less.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailroom.domain.agency import buddhist_year
from mailroom.domain.case import CaseState
from mailroom.domain.register import RegisterNumber

DEFAULT = "default"
"""Key of the class of cases that no other class names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionClass:
    """How long cases of one sort are kept."""

    key: str
    name: str
    years: int | None
    """After the year in which a case ended; None for good."""
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A case that somebody put into another class than that of its service."""

    number: RegisterNumber
    class_key: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case as a survey sees it."""

    number: RegisterNumber
    message_id: int
    state: CaseState
    service: str | None
    last_at: datetime
    """Deemed receipt of its last message: the books know no other end of a case."""
    graded: bool = False
    """Whether its entry bears a grade of secrecy: such matter follows rules of its own (R58)."""
    assigned: str = ""
    """Class that somebody gave it."""

    @property
    def ended(self) -> int:
        """The year that counts as that of its end."""
        return buddhist_year(self.last_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A case that must be kept whatever its class says. It takes two persons to lift it."""

    id: int = 0
    number: RegisterNumber
    reason: str
    placed_at: datetime
    placed_by: str
    asked_at: datetime | None = None
    asked_by: str = ""
    ask_reason: str = ""
    lifted_at: datetime | None = None
    lifted_by: str = ""

    @property
    def holds(self) -> bool:
        return self.lifted_at is None


class ListState(StrEnum):
    SURVEYED = "surveyed"
    """Drawn up; waits for the committee."""
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    """Given up before a decision: its cases come again with the next survey."""


class Verdict(StrEnum):
    """What is proposed for a case, and what the committee decided."""

    DESTROY = "destroy"
    TRANSFER = "transfer"
    """To the National Archives."""
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """One line of a list."""

    number: RegisterNumber
    class_key: str
    class_name: str
    ended: int
    due: int
    """The last year in which it was to be kept."""
    proposal: Verdict
    verdict: Verdict | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitteeDecision:
    """What the committee decided, as its report says."""

    members: tuple[str, ...]
    """Names with positions; the chair first."""
    on: date
    document: str
    """The report: its number and date, by which it is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionList:
    """What a yearly survey found. The program destroys nothing, before or after a decision."""

    id: int = 0
    year: int
    """The year of the survey: periods that ended before it."""
    state: ListState = ListState.SURVEYED
    made_at: datetime
    made_by: str
    items: tuple[ListItem, ...] = ()
    decision: CommitteeDecision | None = None
    closed_at: datetime | None = None
    """When the decision was recorded, or the list withdrawn."""
    closed_by: str = ""
    close_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A package for the National Archives that was made."""

    id: int = 0
    list_id: int
    made_at: datetime
    made_by: str
    profile: str
    """Name and version of the metadata profile (R119)."""
    cases: int
    files: int
    manifest: str
    """SHA-256 of the manifest within, hex: it names every file."""
