"""What was read in attachments, in memory."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from mailroom.domain.attachment_reading import OPEN, AttachmentReading, ReadingState, UnreadFile
from mailroom.domain.decision import Outcome, Secrecy
from mailroom.domain.record import MessageRecord
from mailroom.testing.privacy_books import MemoryPrivacyBook
from mailroom.testing.shelf import Shelf


class MemoryAttachmentBook:
    """`ports.AttachmentBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def unread(self, limit: int) -> Sequence[UnreadFile]:
        return list(islice(self._unread(), limit))

    def _unread(self) -> Iterator[UnreadFile]:
        hidden = MemoryPrivacyBook(self._shelf).restricted_messages()
        for row, record in sorted(self._shelf.messages.items(), reverse=True):
            if row in hidden or record.message is None or not _is_read(record):
                continue
            for file in record.message.attachments:
                kept = self._shelf.attachment_readings.get((row, file.part))
                if not file.withdrawn and (kept is None or kept[0].state in OPEN):
                    yield UnreadFile(record.logged, file, kept[1] if kept else 0)

    def attempt(self, message_id: int, part: int, at: datetime) -> None:  # noqa: ARG002 - nothing here asks when
        begun = (AttachmentReading(ReadingState.BEGUN), 0)
        reading, attempts = self._shelf.attachment_readings.get((message_id, part), begun)
        self._shelf.attachment_readings[message_id, part] = (reading, attempts + 1)

    def put(self, message_id: int, part: int, reading: AttachmentReading, at: datetime) -> None:  # noqa: ARG002 - as above
        _, attempts = self._shelf.attachment_readings.get((message_id, part), (reading, 0))
        self._shelf.attachment_readings[message_id, part] = (reading, attempts)

    def of_message(self, message_id: int) -> Mapping[int, AttachmentReading]:
        record = self._shelf.messages.get(message_id)
        files = record.message.attachments if record and record.message else ()
        seen = {file.part for file in files if not file.withdrawn}
        rows = sorted(self._shelf.attachment_readings.items())
        return {part: reading for (row, part), (reading, _) in rows if row == message_id and part in seen}

    def waiting(self) -> int:
        kept = self._shelf.attachment_readings.values()
        return sum(reading.state is ReadingState.WAITS for reading, _ in kept)


def _is_read(record: MessageRecord) -> bool:
    decided = record.decision is not None and record.decision.outcome is not Outcome.IGNORE
    open_to_all = record.classification is not None and record.classification.marks.secrecy is Secrecy.NONE
    return decided and open_to_all and record.duplicate_of is None
