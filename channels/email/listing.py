"""What lies in a folder: every UID, and date and size of those that are new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from channels.email.connection import ImapConnection
from channels.email.records import fetch_rows
from mailroom.domain.errors import TemporaryChannelError

_log = structlog.get_logger(__name__)

_SEARCH_WINDOW = 80_000
"""imaplib reads lines of at most a million bytes; so many UIDs of ten digits fit into one."""

_ROWS_AT_ONCE = 500
_ENTRY_ITEMS = "(UID INTERNALDATE RFC822.SIZE)"


@dataclass(frozen=True, slots=True)
class Selected:
    """State of a folder when it was opened."""

    uidvalidity: int
    uidnext: int | None
    """None where the server does not tell."""
    exists: int
    permanent_flags: frozenset[str]
    """Lower-case; holds `\\*` when new keywords may be made."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as the server lists it."""

    uid: int
    entered_at: datetime
    size: int


def select(client: ImapConnection, folder: str, *, readonly: bool = True) -> Selected:
    """Open a folder. Raises imaplib's errors, TemporaryChannelError without UIDVALIDITY."""
    answer = client.select_folder(folder, readonly=readonly)
    uidvalidity = answer.get(b"UIDVALIDITY")
    if not isinstance(uidvalidity, int) or not 0 < uidvalidity < 2**32:
        raise TemporaryChannelError(f"folder {folder}: the server gives no valid UIDVALIDITY; nothing can be taken")
    flags = frozenset(flag.decode("ascii", "replace").lower() for flag in answer.get(b"PERMANENTFLAGS", ()))
    return Selected(uidvalidity, answer.get(b"UIDNEXT"), int(answer.get(b"EXISTS", 0)), flags)


def every_uid(client: ImapConnection, exists: int) -> list[int]:
    """All UIDs of the open folder, ascending: never by flag, date or "above the last one seen"."""
    if exists <= _SEARCH_WINDOW:
        return sorted(set(client.search("ALL")))
    uids: set[int] = set()
    for first in range(1, exists + 1, _SEARCH_WINDOW):
        last = first + _SEARCH_WINDOW - 1
        uids.update(client.search([f"{first}:{last if last < exists else '*'}"]))
    return sorted(uids)


def entries(client: ImapConnection, uids: Sequence[int]) -> Iterator[Entry]:
    """Date of entry and size of these messages; those that vanished are left out."""
    for start in range(0, len(uids), _ROWS_AT_ONCE):
        rows: dict[int, dict[bytes, Any]] = {}
        for uid, row in fetch_rows(client, uids[start : start + _ROWS_AT_ONCE], _ENTRY_ITEMS):
            rows.setdefault(uid, {}).update(row)
        for uid, row in sorted(rows.items()):
            if b"RFC822.SIZE" in row:
                yield Entry(uid, _entered_at(row.get(b"INTERNALDATE"), uid), max(0, int(row[b"RFC822.SIZE"])))


def _entered_at(internal_date: object, uid: int) -> datetime:
    """INTERNALDATE in UTC. Without a readable one, now: the message is in the system, and was not before."""
    if isinstance(internal_date, datetime) and internal_date.tzinfo is not None:
        try:
            return internal_date.astimezone(UTC)
        except OverflowError:
            pass
    _log.warning("message.internaldate_unreadable", uid=uid)
    return datetime.now(UTC)
