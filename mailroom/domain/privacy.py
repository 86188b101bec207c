"""Personal data: who read what, what people ask about theirs, and what is kept from sight for them (R105, R106, R109)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailroom.domain.register import RegisterNumber

HOLDER = "holder"
"""Who reads by a one-time link: whoever has it."""


class How(StrEnum):
    """How personal data were shown."""

    VIEW = "view"
    DOWNLOAD = "download"
    EXPORT = "export"
    REFUSED = "refused"
    """Asked for, and not shown: somebody without access wanted to see a restricted case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Somebody was shown personal data. Names, addresses and words that were searched for never stand in it."""

    at: datetime
    actor: str
    """User name; `cli:USER` for a command, `HOLDER` for whoever came with a one-time link."""
    what: str
    """`message`, `attachment`, `document`, `licence`, `paper`, `conversation`, `queue`, `export` and others: see docs/privacy.md."""
    key: str
    """Row, part, digest, number or view; of a search only how long its words were."""
    how: str
    """A `How`."""
    listed: tuple[int, ...] = ()
    """Rows that a list showed, of the kind that `what` lists."""


class RequestKind(StrEnum):
    """What somebody asks about the data that we hold of them (PDPA sections 30 to 36)."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    OBJECTION = "objection"
    PORTABILITY = "portability"


class RequestState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequest:
    """A request of a person about their own data. It is answered, never carried out by erasing (R106)."""

    id: int = 0
    kind: RequestKind
    number: RegisterNumber | None
    """The case that it is about; None for everything that we hold."""
    name: str
    """Who asks."""
    email: str
    """Where the answer goes; empty where it is handed over on paper."""
    wish: str
    """What they ask, in a clerk's words."""
    received_at: datetime
    entered_at: datetime
    entered_by: str
    state: RequestState = RequestState.OPEN
    answer: str = ""
    """What was decided and why, as the letter says it."""
    answered_at: datetime | None = None
    answered_by: str = ""
    letter: str = ""
    """Item of the outbox with the answer; empty where it is handed over on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A case that only named people may open, and that no search, list, export or public page shows."""

    id: int = 0
    number: RegisterNumber
    request: int | None
    """The request that it answers; None where the agency restricts by itself."""
    reason: str
    people: tuple[str, ...]
    """User names of who may open it."""
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lift_reason: str = ""

    @property
    def holds(self) -> bool:
        return self.lifted_at is None
