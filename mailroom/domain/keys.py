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
class NewSheet:
    """A recovery key that was made a moment ago, and that nothing is sealed to yet."""

    recovery_key: str
    """`AGE-SECRET-KEY-1…`; it exists here and on the paper."""
    recipient: str
    """Its public half, `age1…`."""
    public: str
    """Hex of the key by which others know our checkpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTarget:
    """A place that copies go to, as the sheet names it."""

    name: str
    address: str
    restic: bool
    password: str = ""
    """Empty when it is to stand on a paper of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the recovery sheet for the safe says. It holds the recovery key: it is printed, and kept nowhere else."""

    installation: str
    agency: str
    made_at: datetime
    new: NewSheet
    targets: tuple[SheetTarget, ...]
