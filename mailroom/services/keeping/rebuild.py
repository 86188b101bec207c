"""New books from the archive and the mailbox alone, when the database is gone and there is no copy of it.

What the journal tells of numbers comes back with the messages that had them; what only the database knew does not, and
the report says so.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Protocol

import structlog

from mailroom.domain.decision import Classification, Decision, Kind, Outcome, Reason
from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import Claim
from mailroom.domain.message import Envelope, Kept, LoggedMessage, Message, Place
from mailroom.domain.record import Verdict
from mailroom.ports import Archive, Books, Clock, Reader

log = structlog.get_logger(__name__)

POINT = "rebuilt"
"""In the place of the point of a backup: these books come from no copy."""
RULE = "rebuilt"
BATCH = 50
HEAD = 1 << 12


class Found(StrEnum):
    """What a record of the archive is."""

    MESSAGE = "messages"
    LETTER = "letters as they were sent"
    DOCUMENT = "documents"
    CHAT = "conversations"
    DAMAGED = "damaged"


class Record(Protocol):
    """One record of the archive, found without books."""

    @property
    def place(self) -> Place: ...
    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def damage(self) -> str: ...


@dataclass(slots=True)
class Rebuilt:
    """What came back."""

    found: Counter[Found] = field(default_factory=Counter)
    numbered: int = 0
    """Messages that get the number that they had."""
    listed: int = 0
    """Messages of which nobody knows whether they had a number: in the log, and at the desk to be looked through."""
    documents: list[tuple[str, str]] = field(default_factory=list)
    """Number, as `licence:TYPE 12/2569`, and SHA-256 of the document that bears it."""
    journal: str = ""
    """Why the journal could not tell the numbers; empty when it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """Of an installation whose books are new and empty. Nothing is sent, and no number is given here."""

    books: Books
    archive: Archive
    records: Callable[[], Iterable[Record]]
    """Every record of the archive, in order."""
    reader: Reader
    """Of e-mail."""
    account: str
    own_addresses: Collection[str]
    """From which our own letters come, lower-case."""
    seal: Callable[[str], bytes] | None
    """By which the journal names messages and documents; None without a keyring."""
    reckon: Callable[[], object] | None
    """Has the books learn from the journal which numbers were given; None without a journal."""
    chat_magic: bytes
    """How a conversation begins."""
    clock: Clock

    def run(self) -> Rebuilt:
        """Raises StorageError, ConfigurationError."""
        rebuilt = Rebuilt()
        with self.books.begin() as uow:
            uow.keeping.require_fence(self.clock.now(), POINT)
            uow.events.add("books.rebuilt", self.clock.now())
            uow.commit()
        rebuilt.journal = self._learn()
        claims = self._claims()
        seen: set[str] = set()
        records = (one for one in self.records() if self._sound(one, rebuilt))
        while batch := list(islice(records, BATCH)):
            fresh = [one for one in batch if one.digest not in seen]
            seen.update(one.digest for one in fresh)
            self._take(list({one.digest: one for one in fresh}.values()), claims, rebuilt)
        log.info("books.rebuilt", messages=rebuilt.found[Found.MESSAGE], numbered=rebuilt.numbered)
        return rebuilt

    def _learn(self) -> str:
        """Why the journal tells nothing; empty when it did."""
        if self.reckon is None:
            return "numbers were not noted off this machine"
        try:
            self.reckon()
        except MailroomError as error:
            return str(error)
        return ""

    def _claims(self) -> dict[bytes, Claim]:
        with self.books.look() as uow:
            return {claim.seal: claim for claim in uow.journal.claims() if claim.seal}

    def _sound(self, record: Record, rebuilt: Rebuilt) -> bool:
        if record.damage:
            rebuilt.found[Found.DAMAGED] += 1
        return not record.damage

    def _take(self, records: Sequence[Record], claims: dict[bytes, Claim], rebuilt: Rebuilt) -> None:
        """Log the messages among these; those that no number is known of are decided at once, as listed only."""
        mails: list[tuple[Record, Message]] = []
        for record, kind, message in self._looked_at(records):
            rebuilt.found[kind] += 1
            claim = claims.get(self.seal(record.digest)) if self.seal else None
            if kind is Found.DOCUMENT and claim is not None:
                rebuilt.documents.append((f"{claim.series} {claim.number}/{claim.year}", record.digest))
            if kind is Found.MESSAGE and message is not None:
                mails.append((record, message))
        if not mails:
            return
        now = self.clock.now()
        with self.books.begin() as uow:
            arrivals = [(self._envelope(one, said, claims), _kept(one)) for one, said in mails]
            uow.messages.log(arrivals, now)
            uow.commit()
        self._decide(mails, claims, rebuilt, now)

    def _decide(
        self, mails: Sequence[tuple[Record, Message]], claims: dict[bytes, Claim], rebuilt: Rebuilt, now: datetime
    ) -> None:
        said = {record.digest: message for record, message in mails}
        with self.books.begin() as uow:
            for logged in uow.messages.pending(count=10_000_000, size=1 << 60):
                if logged.digest not in said:
                    continue
                if self.seal and self.seal(logged.digest) in claims:
                    rebuilt.numbered += 1
                    continue
                uow.messages.record(_listed(logged, said[logged.digest], now))
                rebuilt.listed += 1
            uow.commit()

    def _looked_at(self, records: Sequence[Record]) -> Iterator[tuple[Record, Found, Message | None]]:
        with ExitStack() as stack:
            mails = []
            for record in records:
                with self.archive.open(record.place, record.digest) as content:
                    head = content.read(HEAD)
                if head.startswith(self.chat_magic):
                    yield record, Found.CHAT, None
                elif head.startswith(b"%PDF-"):
                    yield record, Found.DOCUMENT, None
                else:
                    mails.append(record)
            sources = [stack.enter_context(self.archive.open(one.place, one.digest)) for one in mails]
            for record, reading in zip(mails, self.reader.read_many(sources), strict=True):
                ours = reading.message.sender.address.lower() in self.own_addresses
                yield record, Found.LETTER if ours else Found.MESSAGE, reading.message

    def _envelope(self, record: Record, message: Message, claims: dict[bytes, Claim]) -> Envelope:
        """When it entered: as the journal tells, else as the server's own line in it, else as its sender says."""
        claim = claims.get(self.seal(record.digest)) if self.seal else None
        told = (claim.entered_at if claim else None, message.relayed_at, message.sent_at)
        entered = next((at for at in told if at is not None), self.clock.now())
        name = f"archive/{record.place.segment}/{record.place.offset}"
        return Envelope("email", self.account, name, min(entered, self.clock.now()).astimezone(UTC), size=record.size)


def _kept(record: Record) -> Kept:
    return Kept(record.digest, record.size, record.place)


def _listed(logged: LoggedMessage, message: Message, now: datetime) -> Verdict:
    return Verdict(
        logged=logged,
        message=message,
        classification=Classification(Kind.UNPARSED),
        decision=Decision(Outcome.IGNORE, RULE, (Reason("rebuilt"),)),
        deemed_received_at=logged.envelope.entered_system_at,
        processed_at=now,
    )
