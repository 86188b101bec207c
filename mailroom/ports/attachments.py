"""What was read in attachments, and what reads them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.attachment_reading import AttachmentReading, UnreadFile
from mailroom.domain.message import Attachment


class AttachmentBook(Protocol):
    """What was read in attachments. It is derived: left out of the chain, and read again where it is lost.

    Never read are attachments of messages that are marked secret (R58), of restricted cases (R106), of copies and of
    what is ignored, and what its sender took back (R117): what was read of such a part before is not given out either.
    """

    def unread(self, limit: int) -> Sequence[UnreadFile]:
        """At most `limit` attachments of decided messages that have no reading yet: the latest message first."""

    def attempt(self, message_id: int, part: int, at: datetime) -> None:
        """Count an attempt; committed before the work begins, so that a crash is counted."""

    def put(self, message_id: int, part: int, reading: AttachmentReading, at: datetime) -> None:
        """What was read takes the place of any earlier reading of this part; its attempts stay counted."""

    def of_message(self, message_id: int) -> Mapping[int, AttachmentReading]:
        """By number of the part, in order; what is still to be read among them as far as it was tried."""

    def waiting(self) -> int:
        """How many wait for the virus scanner."""


class AttachmentReader(Protocol):
    """Reads hostile files, under limits of time, memory and output. Nothing in them is executed."""

    def ready(self) -> bool:
        """Whether it can work now: False while the virus scanner that is configured does not answer.

        Raises MailroomError where it cannot begin at all.
        """

    def read(self, file: Attachment, content: bytes) -> AttachmentReading:
        """Whatever the bytes are. `WAITS` where the virus scanner fell silent.

        Raises UnreadableError where it failed over this file alone, and may not another time.
        """

    def close(self) -> None: ...
