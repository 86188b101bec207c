"""Documents, their one-time links, letters sent, instruments and decisions on publishing in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from mailroom.domain.document import Document, DownloadLink
from mailroom.domain.errors import StorageError
from mailroom.domain.instrument import Instrument, InstrumentKind, InstrumentState
from mailroom.domain.licence import FieldDecision
from mailroom.domain.outgoing import OUTGOING, OutgoingDraft, OutgoingEntry
from mailroom.domain.register import RegisterNumber
from mailroom.testing.shelf import Shelf


class MemoryDocumentBook:
    """`ports.DocumentBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def put(self, document: Document) -> None:
        self._shelf.documents.setdefault(document.digest, document)

    def get(self, digest: str) -> Document | None:
        return self._shelf.documents.get(digest)


class MemoryLinkBook:
    """`ports.LinkBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def put(self, link: DownloadLink) -> None:
        self._shelf.download_links[link.token_hash] = link

    def find(self, token_hash: str, at: datetime) -> Document | None:
        link = self._shelf.download_links.get(token_hash)
        usable = link is not None and link.used_at is None and link.expires_at > at
        return self._shelf.documents.get(link.digest) if link is not None and usable else None

    def use(self, token_hash: str, at: datetime) -> Document | None:
        document = self.find(token_hash, at)
        if document is not None:
            used = replace(self._shelf.download_links[token_hash], used_at=at)
            self._shelf.download_links[token_hash] = used
        return document


class MemoryOutgoingBook:
    """`ports.OutgoingBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def enter(self, draft: OutgoingDraft) -> OutgoingEntry:
        number = RegisterNumber(draft.year, self._shelf.next_number(OUTGOING, draft.year))
        entry = self._shelf.outgoing[number] = OutgoingEntry(number, draft)
        return entry

    def entries(self, year: int | None) -> Iterator[OutgoingEntry]:
        for number, entry in sorted(self._shelf.outgoing.items()):
            if year in (None, number.year):
                yield entry


class MemoryInstrumentBook:
    """`ports.InstrumentBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, instrument: Instrument) -> Instrument:
        if self.by_code(instrument.code):
            raise StorageError(f"code {instrument.code} is taken; nothing was changed")
        added = replace(instrument, id=len(self._shelf.instruments) + 1)
        self._shelf.instruments[added.id] = added
        return added

    def save(self, instrument: Instrument, was: InstrumentState) -> None:
        known = self._shelf.instruments.get(instrument.id)
        if known is None or known.state is not was:
            raise StorageError(f"instrument {instrument.id} is no longer {was.value}: somebody was faster; look again")
        self._shelf.instruments[instrument.id] = instrument

    def get(self, instrument_id: int) -> Instrument | None:
        return self._shelf.instruments.get(instrument_id)

    def by_code(self, code: str) -> Instrument | None:
        return next((one for one in self._shelf.instruments.values() if code and one.code == code), None)

    def every(self, kind: InstrumentKind | None = None) -> list[Instrument]:
        return [one for one in reversed(self._shelf.instruments.values()) if kind in (None, one.kind)]

    def in_force(self, kind: InstrumentKind, at: datetime) -> Instrument | None:
        holding = [one for one in self.every(kind) if one.in_force(at)]
        return max(holding, key=lambda one: (one.effective_on or date.min, one.id), default=None)


class MemoryFieldBook:
    """`ports.FieldBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def decide(self, decision: FieldDecision) -> None:
        self._shelf.field_decisions[decision.service, decision.field] = decision

    def decisions(self) -> list[FieldDecision]:
        return [decision for _, decision in sorted(self._shelf.field_decisions.items())]
