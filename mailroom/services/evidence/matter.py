"""All that belongs to one case: messages, register, letters with every attempt, papers, and what was done when."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from mailroom.domain.decision import Secrecy
from mailroom.domain.document import Document
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.evidence import SentCopy
from mailroom.domain.licence import Issuance
from mailroom.domain.message import Place
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import Event, MessageRecord
from mailroom.domain.register import RegisterEntry, RegisterNumber
from mailroom.ports import UnitOfWork
from mailroom.services.delivery import EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One case as the books have it."""

    number: RegisterNumber
    entry: RegisterEntry
    messages: tuple[MessageRecord, ...]
    """The one that opened it first, then those that joined it, in order of entry."""
    events: tuple[Event, ...]
    """Of all these messages, in order of time."""
    letters: tuple[tuple[OutboxItem, tuple[SentCopy, ...]], ...]
    """In order of making, each with its attempts."""
    papers: tuple[Issuance, ...]
    documents: tuple[Document, ...]

    @property
    def secret(self) -> bool:
        """Whether anything of it bears a grade of secrecy (R58)."""
        marks = (one.classification.marks for one in self.messages if one.classification)
        return self.entry.draft.secrecy is not Secrecy.NONE or any(one.secrecy is not Secrecy.NONE for one in marks)

    def files(self) -> Iterator[tuple[str, Place, str]]:
        """What lies in the archive: name in a bundle, place, digest. Each digest once."""
        seen: set[str] = set()
        for name, place, digest in (*self._raw(), *self._sent(), *self._papers()):
            if digest not in seen:
                seen.add(digest)
                yield name, place, digest

    def _raw(self) -> Iterator[tuple[str, Place, str]]:
        for one in self.messages:
            suffix = "eml" if one.logged.envelope.channel == EMAIL else "bundle"
            yield f"raw/message-{one.logged.id}.{suffix}", one.logged.place, one.logged.digest

    def _sent(self) -> Iterator[tuple[str, Place, str]]:
        for item, copies in self.letters:
            suffix = "eml" if item.channel == EMAIL else "json"
            for one in copies:
                place = Place(one.segment, one.offset, one.stored_length)
                yield f"letters/{item.id}-{one.attempt}.{suffix}", place, one.digest

    def _papers(self) -> Iterator[tuple[str, Place, str]]:
        for one in self.documents:
            yield f"documents/{one.digest[:12]}-{PurePosixPath(one.name).name}", one.place, one.digest


def matter(uow: UnitOfWork, number: RegisterNumber) -> Matter:
    """Raises RefusedActionError `no-such-case` when there is none of that number."""
    case = uow.cases.of(number)
    first = uow.messages.get(case.message_id) if case else None
    entry = uow.register.of_message(first.logged.id) if first else None
    if first is None or entry is None:
        raise RefusedActionError("no-such-case", str(number))
    joined = (uow.messages.get(one.logged.id) for one in uow.queue.later(number))
    messages = (first, *(one for one in joined if one))
    events = [event for one in messages for event in uow.events.of_message(one.logged.id)]
    papers = tuple(paper for one in messages for paper in uow.issuances.of_message(one.logged.id))
    letters = tuple(_letters(uow, messages))
    return Matter(
        number=number,
        entry=entry,
        messages=messages,
        events=tuple(sorted(events, key=lambda one: one.at)),
        letters=letters,
        papers=papers,
        documents=tuple(_documents(uow, papers, [item for item, _ in letters])),
    )


def _letters(uow: UnitOfWork, messages: tuple[MessageRecord, ...]) -> Iterator[tuple[OutboxItem, tuple[SentCopy, ...]]]:
    for message in messages:
        for reply in message.replies:
            item = uow.outbox.get(reply.id)
            if item is not None:
                yield item, tuple(uow.sent.of_item(item.id))


def _documents(uow: UnitOfWork, papers: tuple[Issuance, ...], items: list[OutboxItem]) -> Iterator[Document]:
    enclosed = [one.digest for item in items for one in item.enclosures]
    named = [digest for one in papers for digest in (one.rendition, one.document) if digest]
    for digest in dict.fromkeys([*named, *enclosed]):
        document = uow.documents.get(digest)
        if document is not None:
            yield document
