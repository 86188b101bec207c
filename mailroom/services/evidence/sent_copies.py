"""Letters are kept before they go, byte for byte: what cannot be kept does not go (G18)."""

import hashlib

from mailroom.domain.errors import StorageError, TemporaryChannelError
from mailroom.domain.evidence import SentCopy
from mailroom.domain.message import Kept, Place
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Archive, Books, Clock


class SentCopies:
    """What one dispatcher hands over. Blocks on the disk: call it in a thread."""

    def __init__(self, *, books: Books, archive: Archive, clock: Clock) -> None:
        self._books = books
        self._archive = archive
        self._clock = clock

    def keep(self, item: OutboxItem, raw: bytes) -> SentCopy:
        """The attempt that now begins, without a reply. Raises TemporaryChannelError when it cannot be kept.

        An attempt with the bytes of an earlier one points at those: a server that is away for days fills no disk.
        """
        kept = self._before(item, raw) if item.attempts > 1 else None
        if kept is None:
            try:
                [kept] = self._archive.keep([raw])
            except StorageError as error:
                raise TemporaryChannelError(f"the letter was not sent, for it cannot be kept first: {error}") from error
        return SentCopy(
            item=item.id,
            attempt=item.attempts,
            at=self._clock.now(),
            digest=kept.digest,
            size=kept.size,
            segment=kept.place.segment,
            offset=kept.place.offset,
            stored_length=kept.place.length,
            reply="",
            accepted=False,
        )

    def _before(self, item: OutboxItem, raw: bytes) -> Kept | None:
        digest = hashlib.sha256(raw).hexdigest()
        with self._books.look() as uow:
            copies = uow.sent.of_item(item.id)
        for one in copies:
            if one.digest == digest:
                return Kept(one.digest, one.size, Place(one.segment, one.offset, one.stored_length))
        return None
