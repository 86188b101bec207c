"""Fetches contents in bounded batches; one odd message costs itself, not those behind it."""

import hashlib
from collections.abc import Iterator, Sequence

import structlog

from channels.email.connection import ImapConnection
from channels.email.errors import FolderRefusedError, NonsenseError, WrongAnswerError
from channels.email.fetching import (
    BATCH_BYTES,
    batches,
    ends_at,
    measure,
    read_batch,
    read_pieces,
)
from channels.email.identity import Identity
from channels.email.session import Session
from mailroom.domain.message import Envelope
from mailroom.ports import Content

_log = structlog.get_logger(__name__)

_MOST_FAILURES = 3
"""So many messages in one pass that cannot be read are the server's trouble, not theirs."""

Batch = list[tuple[Envelope, Content]]
Wanted = tuple[Envelope, Identity]


class Bodies:
    """Reads contents for one account."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._failures = 0

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[Batch]:
        """See `Inbox.fetch`. Folder by folder, each in the order given."""
        self._failures = 0
        for group in _by_folder(envelopes):
            for run in batches([envelope.size for envelope, _ in group]):
                if not self._opened(group[0][1]):
                    break
                yield from self._run(group[run])

    def _opened(self, identity: Identity) -> bool:
        """Whether the folder can be read and its UIDs still mean what they meant."""
        with self._session.use() as client:
            try:
                state = self._session.ensure(client, identity.folder)
            except FolderRefusedError as error:
                _log.error("folder.unreadable", folder=identity.folder, reason=str(error))
                return False
        if state.uidvalidity != identity.uidvalidity:
            _log.warning("folder.uidvalidity_changed", folder=identity.folder)
            return False
        return True

    def _run(self, wanted: Sequence[Wanted]) -> Iterator[Batch]:
        if wanted[0][0].size > BATCH_BYTES:
            yield from self._large(wanted[0])
            return
        try:
            with self._session.use() as client:
                bodies = read_batch(client, [identity.uid for _, identity in wanted])
        except NonsenseError as error:
            _log.warning("batch.unreadable", reason=str(error))
            yield from self._one_by_one(wanted)
            return
        good = [(envelope, body) for envelope, identity in wanted if (body := bodies.get(identity.uid)) is not None]
        exact: Batch = [(envelope, body) for envelope, body in good if len(body) == envelope.size]
        if exact:
            yield exact
        exact_ids = {envelope.external_id for envelope, _ in exact}
        yield from self._one_by_one(
            [pair for pair in wanted if pair[1].uid in bodies and pair[0].external_id not in exact_ids]
        )

    def _one_by_one(self, wanted: Sequence[Wanted]) -> Iterator[Batch]:
        """Each for itself, whatever its announced size."""
        for pair in wanted:
            if not self._opened(pair[1]):
                return
            yield from self._large(pair)

    def _large(self, wanted: Wanted) -> Iterator[Batch]:
        """One message in pieces; left out when it has vanished or cannot be read."""
        envelope, identity = wanted
        try:
            content = self._content(envelope, identity)
        except NonsenseError as error:
            self._failed(envelope, error)
            return
        if content is not None:
            yield [(envelope, content)]

    def _content(self, envelope: Envelope, identity: Identity) -> Content | None:
        """What the message holds: whole when it fits a batch; None when it has vanished."""
        with self._session.use() as client:
            fits = ends_at(client, identity.uid, envelope.size)
            if fits is None:
                return None
            length, digest = (envelope.size, "") if fits else self._true_size(client, envelope, identity)
        pieces = self._pieces(identity, length, digest)
        return pieces if length > BATCH_BYTES else b"".join(pieces)

    def _true_size(self, client: ImapConnection, envelope: Envelope, identity: Identity) -> tuple[int, str]:
        """Some servers guess sizes: a first reading then tells length and digest, and the second must agree."""
        length, digest = measure(client, identity.uid)
        if not length:
            raise WrongAnswerError(f"UID {identity.uid}: no content, {envelope.size} bytes were announced")
        _log.warning("message.size_differs", external_id=envelope.external_id, announced=envelope.size, received=length)
        return length, digest

    def _pieces(self, identity: Identity, length: int, digest: str) -> Iterator[bytes]:
        """The content; raises NonsenseError at its end unless it has this length, and digest where there is one."""
        received, sha256 = 0, hashlib.sha256()
        with self._session.use() as client:
            self._session.ensure(client, identity.folder)
            for piece in read_pieces(client, identity.uid):
                received += len(piece)
                sha256.update(piece)
                yield piece
            if received != length or (digest and sha256.hexdigest() != digest):
                raise WrongAnswerError(f"UID {identity.uid} changed while it was read")

    def _failed(self, envelope: Envelope, error: NonsenseError) -> None:
        _log.error("message.unreadable", external_id=envelope.external_id, reason=str(error))
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            raise error


def _by_folder(envelopes: Sequence[Envelope]) -> list[list[Wanted]]:
    """Grouped by folder and UIDVALIDITY, in order; ids that are none of ours are passed over."""
    groups: dict[tuple[str, int], list[Wanted]] = {}
    for envelope in envelopes:
        if identity := Identity.parse(envelope.external_id):
            groups.setdefault((identity.folder, identity.uidvalidity), []).append((envelope, identity))
    return list(groups.values())
