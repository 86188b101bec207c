"""Exact bytes of messages: in batches when small, in pieces when large."""

import hashlib
from collections.abc import Iterator, Sequence

from channels.email.connection import ImapConnection
from channels.email.errors import WrongAnswerError
from channels.email.records import Row, fetch_rows

BATCH_COUNT = 100
BATCH_BYTES = 8 << 20
PIECE_BYTES = 4 << 20
MOST_MESSAGE_BYTES = 1 << 30


def batches(sizes: Sequence[int]) -> Iterator[slice]:
    """Runs of at most BATCH_COUNT messages and BATCH_BYTES bytes; a larger message is alone in its run."""
    start, total = 0, 0
    for at, size in enumerate(sizes):
        if at > start and (at - start >= BATCH_COUNT or total + size > BATCH_BYTES):
            yield slice(start, at)
            start, total = at, 0
        total += size
    if start < len(sizes):
        yield slice(start, len(sizes))


def read_batch(client: ImapConnection, uids: Sequence[int]) -> dict[int, bytes | None]:
    """Whole bodies by UID. What has vanished is missing; a body that the server calls NIL is None.

    Raises WrongAnswerError when one UID is answered twice.
    """
    bodies: dict[int, bytes | None] = {}
    for uid, row in fetch_rows(client, uids, "(UID BODY.PEEK[])"):
        if b"BODY[]" not in row:
            continue
        if uid in bodies:
            raise WrongAnswerError(f"two bodies for UID {uid}")
        bodies[uid] = _content(row, b"BODY[]")
    return bodies


def read_pieces(client: ImapConnection, uid: int) -> Iterator[bytes]:
    """One body in pieces, in flat memory. Nothing at all when the message has vanished.

    Raises WrongAnswerError when the server sends more than was asked, no end, or nothing in mid-message.
    """
    origin = 0
    while (piece := _partial(client, uid, origin, PIECE_BYTES)) is not None:
        yield piece
        origin += len(piece)
        if len(piece) < PIECE_BYTES:
            return
        if origin > MOST_MESSAGE_BYTES:
            raise WrongAnswerError(f"UID {uid} has no end")
    if origin:
        raise WrongAnswerError(f"UID {uid} vanished while it was read")


def ends_at(client: ImapConnection, uid: int, size: int) -> bool | None:
    """Whether a body is just as long as announced; None when the message has vanished."""
    tail = _partial(client, uid, max(0, size - 1), 2)
    return None if tail is None else len(tail) == min(size, 1)


def measure(client: ImapConnection, uid: int) -> tuple[int, str]:
    """True length and SHA-256 of a body."""
    length, digest = 0, hashlib.sha256()
    for piece in read_pieces(client, uid):
        length += len(piece)
        digest.update(piece)
    return length, digest.hexdigest()


def _partial(client: ImapConnection, uid: int, origin: int, count: int) -> bytes | None:
    """A part of a body; None when the message has vanished."""
    found: list[bytes | None] = []
    for _, row in fetch_rows(client, [uid], f"(UID BODY.PEEK[]<{origin}.{count}>)"):
        name = next((name for name in (b"BODY[]<%d>" % origin, b"BODY[]") if name in row), None)
        if name is not None:
            found.append(_content(row, name))
    if not found:
        return None
    piece = found[0] or b""
    if len(found) > 1 or len(piece) > count:
        raise WrongAnswerError(f"UID {uid}: more came than was asked")
    if found[0] is None and origin == 0:
        raise WrongAnswerError(f"UID {uid}: the server says that it has no content")
    return piece


def _content(row: Row, name: bytes) -> bytes | None:
    content = row[name]
    if content is not None and not isinstance(content, bytes):
        # A short body may come as a bare number; imapclient has read it as one.
        return str(content).encode("ascii", "replace")
    return content
