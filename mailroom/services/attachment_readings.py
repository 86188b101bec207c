"""Has the attachments of decided messages read, behind the mail: what one of them costs, no other pays.

Whatever stops it, it goes on where it was. One transaction for each message.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import groupby

import structlog

from mailroom.domain.attachment_reading import AttachmentReading, ReadingState, UnreadFile
from mailroom.domain.errors import ArchiveDamagedError, MailroomError, UnreadableError
from mailroom.ports import Archive, Books, Clock, Reader
from mailroom.ports.attachments import AttachmentReader

log = structlog.get_logger(__name__)

BATCH = 20
"""So many attachments are read in one run."""
MAX_ATTEMPTS = 3
"""What cannot be read in so many attempts is shown as unreadable."""
SILENT = "scanner-silent"
"""Code of a problem: attachments wait for the virus scanner."""


class AttachmentReadings:
    """One run at a time. Its reader ends with the run, so that nothing of a hostile file outlives it."""

    def __init__(
        self,
        *,
        archive: Archive,
        books: Books,
        readers: Mapping[str, Reader],
        reader: AttachmentReader,
        clock: Clock,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`readers` take mails apart, by channel; they must be others than those of processing."""
        self._archive = archive
        self._books = books
        self._readers = readers
        self._reader = reader
        self._clock = clock
        self._stopping = stopping

    def run(self, limit: int = BATCH) -> int:
        """Read at most `limit` attachments, of the latest messages first. How many were dealt with.

        Raises MailroomError where nothing can be read at all, and StorageError.
        """
        with self._books.look() as uow:
            files = uow.attachments.unread(limit)
        if not files:
            return 0
        try:
            if not self._reader.ready():
                self._let_wait(files)
                return 0
            done = 0
            for _, group in groupby(files, key=lambda one: one.logged.id):
                if self._stopping():
                    break
                done += self._read_message(list(group))
            return done
        finally:
            self._reader.close()

    def _let_wait(self, files: Sequence[UnreadFile]) -> None:
        """They are shown as waiting, and nobody's attempt is counted."""
        log.warning("attachments.scanner-silent", waiting=len(files))
        self._put([(one, AttachmentReading(ReadingState.WAITS)) for one in files])

    def _read_message(self, files: Sequence[UnreadFile]) -> int:
        with self._books.begin() as uow:
            for one in files:
                uow.attachments.attempt(one.logged.id, one.attachment.part, self._clock.now())
            uow.commit()
        readings = [(one, reading) for one in files if (reading := self._reading(one)) is not None]
        self._put(readings)
        return len(readings)

    def _reading(self, one: UnreadFile) -> AttachmentReading | None:
        """None where it is tried again."""
        if one.attempts >= MAX_ATTEMPTS:
            return AttachmentReading(ReadingState.UNREADABLE)
        try:
            return self._reader.read(one.attachment, self._content(one))
        except Exception as error:  # the job loop: one bad file must not stop those behind it
            if isinstance(error, MailroomError) and not isinstance(error, UnreadableError | ArchiveDamagedError):
                raise
            log.warning(
                "attachment.unread", message=one.logged.id, part=one.attachment.part, error=type(error).__name__
            )
            return None

    def _content(self, one: UnreadFile) -> bytes:
        """As it lies in the message. Raises UnreadableError, ArchiveDamagedError."""
        logged = one.logged
        reader = self._readers.get(logged.envelope.channel)
        if reader is None:
            raise UnreadableError(f"the channel {logged.envelope.channel} is not configured any more")
        with closing(self._archive.open(logged.place, logged.digest)) as source:
            _, content = reader.part(source, one.attachment.part)
        return content

    def _put(self, readings: Sequence[tuple[UnreadFile, AttachmentReading]]) -> None:
        if not readings:
            return
        with self._books.begin() as uow:
            for one, reading in readings:
                uow.attachments.put(one.logged.id, one.attachment.part, reading, self._clock.now())
            uow.search.again({one.logged.id for one, _ in readings})
            uow.commit()


def reading_codes(books: Books) -> list[str]:
    """Problems for the health page."""
    with books.look() as uow:
        return [SILENT] if uow.attachments.waiting() else []
