"""What happens at the server to mail that is taken: a keyword, or another folder; never deletion."""

from collections.abc import Iterator, Sequence

import structlog

from channels.email.connection import ImapConnection
from channels.email.folders import find, list_folders
from channels.email.listing import Selected

KEYWORD = "$Registered"
_UIDS_AT_ONCE = 500

_log = structlog.get_logger(__name__)


def accepts_keyword(state: Selected) -> bool:
    """Whether the open folder keeps our keyword (RFC 9051, PERMANENTFLAGS)."""
    return bool({"\\*", KEYWORD.lower()} & state.permanent_flags)


def flag(client: ImapConnection, state: Selected, uids: Sequence[int]) -> None:
    """Set the keyword where the server keeps keywords; the log has the truth, the keyword is a hint to people."""
    if not accepts_keyword(state):
        return
    for chunk in in_chunks(uids):
        client.add_flags(chunk, [KEYWORD], silent=True)


def can_move(client: ImapConnection) -> bool:
    """By MOVE (RFC 6851) alone: a copy whose original is expunged would be a removal by us (R61)."""
    return bool(client.has_capability("MOVE"))


def ensure_folder(client: ImapConnection, name: str) -> None:
    """Create a folder when it is missing."""
    if find(name, list_folders(client)) is None:
        client.create_folder(name)
        _log.info("folder.created", folder=name)


def move(client: ImapConnection, uids: Sequence[int], target: str) -> None:
    """Move to another folder these messages and no others."""
    for chunk in in_chunks(uids):
        client.move(chunk, target)


def in_chunks(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    """So many as one command may name."""
    return (uids[start : start + _UIDS_AT_ONCE] for start in range(0, len(uids), _UIDS_AT_ONCE))
