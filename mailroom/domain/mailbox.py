"""The mailbox at the provider as a second archive: how full it is, and what may be moved out of the way."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxUse:
    """How full a mailbox is."""

    channel: str
    account: str
    at: datetime
    used: int
    """Bytes."""
    limit: int | None
    """Bytes; None where neither the server nor the configuration tells."""

    @property
    def percent(self) -> int | None:
        return None if not self.limit else self.used * 100 // self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearable:
    """A message in the mailbox that is in custody, decided, and in two verified backups."""

    message_id: int
    external_id: str
    entered_at: datetime
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Mail that was moved within the mailbox."""

    channel: str
    account: str
    at: datetime
    actor: str
    folder: str
    """Where it was moved to."""
    messages: tuple[int, ...]
    """Rows of the message log."""
    size: int
