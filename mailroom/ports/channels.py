"""The outside of the mail room: clock, archive, and the two sides of a channel."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol

from mailroom.domain.message import Attachment, Envelope, Kept, Place
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Reading
from mailroom.stages.classify import Classifier

Content = bytes | Iterable[bytes]
"""Raw bytes of one message: whole, or in pieces when it is large."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, UTC."""


class Archive(Protocol):
    """Append-only, addressed by SHA-256."""

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        """Store contents; on return all of them survive a power cut. Raises StorageError, and then none is promised."""

    def open(self, place: Place, digest: str) -> BinaryIO:
        """A stream of the raw bytes. Reading to its end raises ArchiveDamagedError if they are not those of `digest`."""

    def close(self) -> None: ...


class Inbox(Protocol):
    """One account of a channel, read side. One thread uses it at a time."""

    @property
    def channel(self) -> str: ...

    @property
    def account(self) -> str: ...

    @property
    def trouble(self) -> str:
        """What was wrong at the last survey although it went on; empty when nothing was."""

    def survey(self, known: "Known") -> list[Envelope]:
        """Everything there that is not known, in order of entry. Reads no content and changes nothing.

        Raises TemporaryChannelError, or ChannelSetupError with the remedy.
        """

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        """The contents, in batches bounded by count and bytes. What has vanished meanwhile is left out.

        A streamed content must be consumed before the next batch is asked for.
        """

    def mark_taken(self, external_ids: Sequence[str]) -> None:
        """Mark or move messages as configured; never delete. Safe to repeat; unknown ids are passed over."""

    def wait(self, seconds: float) -> bool:
        """Block until something may have arrived, at most `seconds`; True when something may have."""

    def close(self) -> None: ...


class Known(Protocol):
    def __call__(self, external_ids: Collection[str], /) -> set[str]:
        """Those of the ids that the log already holds for this account."""


class Reader(Protocol):
    """Makes sense of raw bytes, under limits of time, memory, depth and parts. Never raises on content."""

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        """One Reading for each source, in order. What cannot be read is a Message with a defect `unreadable: …`.

        A reader that was given a classifier says as well what each message seems to be: it has that work done where
        the reading is done, beside the caller.
        """

    def teach(self, classifier: Classifier) -> None:
        """Say from the next batch on by this what each message seems to be. Waits for nothing."""

    def html(self, source: BinaryIO) -> str:
        """The HTML body, raw and hostile; empty when there is none. Raises UnreadableError."""

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:
        """One leaf part with its content. Raises UnreadableError, also when there is no such part."""

    def close(self) -> None: ...


class Sender(Protocol):
    """Write side of a channel."""

    async def compose(self, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> bytes:
        """The letter as it is to be handed over, so that it can be kept first. Nothing is connected.

        The same item makes the same bytes, but for a signature. `enclosed` are the contents of `item.enclosures`, in
        order, as they are in the archive. Raises TemporaryChannelError, PermanentChannelError, ChannelSetupError.
        """

    async def send(self, item: OutboxItem, raw: bytes) -> str:
        """Hand over exactly these bytes, which `compose` made of this item; the other side's answer.

        Raises UncertainDeliveryError, TemporaryChannelError, PermanentChannelError, ChannelSetupError.
        """

    async def close(self) -> None: ...
