"""What is told of the keys of an installation, without a key among it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysState:
    """The keyring, as a person may see it."""

    place: str
    newest: int
    """Number of the key that wraps what is new."""
    held: tuple[int, ...]
    """Numbers of all keys that still open something."""
    public: str
    """Hex of the key by which others know our checkpoints."""
    made_at: datetime
    tested_at: datetime | None
    """When the recovery sheet was last tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the recovery sheet for the safe says. It holds the recovery key: it is printed, and kept nowhere else."""

    installation: str
    agency: str
    made_at: datetime
    recovery_key: str
    recipient: str
    public: str
    targets: tuple[tuple[str, str], ...]
    """Name and address of each place that copies go to."""
