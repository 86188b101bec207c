"""Clock, archive, inbox, sender and reader in memory."""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import parseaddr
from typing import BinaryIO, cast

from mailroom.domain.errors import ArchiveDamagedError, UnreadableError
from mailroom.domain.message import Address, Attachment, Envelope, Kept, Message, Place
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Reading
from mailroom.ports import Content, Known
from mailroom.stages.classify import Classifier


@dataclass
class FakeClock:
    """A clock that stands still until it is told otherwise."""

    at: datetime = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        """Go on by so many `hours=`, `seconds=` …; the new time."""
        self.at += timedelta(**by)
        return self.at


class CheckedStream(io.BytesIO):
    """Bytes whose end raises ArchiveDamagedError when they are not those of a digest."""

    def __init__(self, content: bytes, digest: str) -> None:
        super().__init__(content)
        self._right = hashlib.sha256(content).hexdigest() == digest

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        if not self._right and self.tell() == len(self.getvalue()):
            raise ArchiveDamagedError("the archive in memory holds other bytes; restore them from a backup")
        return part


@dataclass
class MemoryArchive:
    """`ports.Archive`. `contents` shows a test what is kept, and lets it do damage."""

    contents: list[bytes] = field(default_factory=list)

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        whole = [content if isinstance(content, bytes) else b"".join(content) for content in contents]
        start = len(self.contents)
        self.contents.extend(whole)
        return [
            Kept(hashlib.sha256(content).hexdigest(), len(content), Place("memory", start + n, len(content)))
            for n, content in enumerate(whole)
        ]

    def open(self, place: Place, digest: str) -> BinaryIO:
        if place.segment != "memory" or place.offset >= len(self.contents):
            raise ArchiveDamagedError(f"nothing is kept at {place}; restore it from a backup")
        return CheckedStream(self.contents[place.offset], digest)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class ScriptedInbox:
    """`ports.Inbox` over mails that a test puts in."""

    channel: str = "email"
    account: str = "saraban@agency.test"
    mails: dict[str, tuple[Envelope, bytes]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    batch: int = 50
    trouble: str = ""
    before_fetch: Callable[[Envelope], None] = lambda _: None
    """Called before each content is handed out; it may raise, or make the mail vanish."""

    def put(self, external_id: str, content: bytes, entered_system_at: datetime) -> Envelope:
        envelope = Envelope(self.channel, self.account, external_id, entered_system_at, size=len(content))
        self.mails[external_id] = (envelope, content)
        return envelope

    def survey(self, known: Known) -> list[Envelope]:
        new = self.mails.keys() - known(self.mails.keys())
        return sorted((self.mails[one][0] for one in new), key=lambda one: (one.entered_system_at, one.external_id))

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        for start in range(0, len(envelopes), self.batch):
            batch: list[tuple[Envelope, Content]] = []
            for envelope in envelopes[start : start + self.batch]:
                self.before_fetch(envelope)
                if envelope.external_id in self.mails:
                    batch.append((envelope, self.mails[envelope.external_id][1]))
            yield batch

    def mark_taken(self, external_ids: Sequence[str]) -> None:
        self.taken.extend(one for one in external_ids if one in self.mails and one not in self.taken)

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - nothing can arrive while it waits
        return bool(self.mails.keys() - set(self.taken))

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class RecordingSender:
    """`ports.Sender` that keeps what it is given. `failures` are raised first, one for each attempt."""

    sent: list[OutboxItem] = field(default_factory=list)
    enclosed: list[tuple[bytes, ...]] = field(default_factory=list)
    """The documents that went with each."""
    raws: list[bytes] = field(default_factory=list)
    """Each as it was handed over."""
    failures: list[Exception] = field(default_factory=list)
    _composed: dict[str, tuple[bytes, ...]] = field(default_factory=dict)

    async def compose(self, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> bytes:
        self._composed[item.id] = tuple(enclosed)
        return b"\n".join([f"{item.id}\n{item.to}\n{item.subject}\n\n{item.text}".encode(), *enclosed])

    async def send(self, item: OutboxItem, raw: bytes) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(item)
        self.enclosed.append(self._composed[item.id])
        self.raws.append(raw)
        return "250 accepted"

    async def close(self) -> None:
        """Nothing is open."""


class PlainReader:
    """`ports.Reader` for plain mails of a test: one text part, no attachments, none of the hard cases."""

    taught: Classifier | None = None

    def teach(self, classifier: Classifier) -> None:
        self.taught = classifier

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        for source in sources:
            yield Reading(_plain(source.read()))

    def html(self, source: BinaryIO) -> str:  # noqa: ARG002 - plain mails have none
        return ""

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:  # noqa: ARG002 - as above
        raise UnreadableError(f"there is no part {part}; a plain mail has none")

    def close(self) -> None:
        """Nothing is open."""


def _plain(content: bytes) -> Message:
    mail = message_from_bytes(content, policy=default)
    name, address = parseaddr(str(mail["From"] or ""))
    sender = Address(name, address)
    return Message(
        sender=sender,
        senders=(sender,),
        subject=str(mail["Subject"] or ""),
        text=cast(str, mail.get_content()) if not mail.is_multipart() else "",
        message_id=str(mail["Message-ID"] or ""),
        in_reply_to=tuple(str(mail["In-Reply-To"] or "").split()),
        references=tuple(str(mail["References"] or "").split()),
        fingerprint=hashlib.sha256(content.split(b"\n\n", 1)[-1] + address.encode()).hexdigest(),
    )
