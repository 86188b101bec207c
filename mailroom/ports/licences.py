"""Books of what the agency issues: licences, papers, letters sent, and the head's instruments."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Protocol

from mailroom.domain.document import Document, DownloadLink
from mailroom.domain.instrument import Instrument, InstrumentKind, InstrumentState
from mailroom.domain.licence import FieldDecision, Issuance, IssuanceState, Licence, LicenceEvent, LicenceQuery
from mailroom.domain.outgoing import OutgoingDraft, OutgoingEntry


class LicenceBook(Protocol):
    """Licences as they stand, and every step of their lives."""

    def next_number(self, service: str, year: int) -> int:
        """The next number of a type and พ.ศ. year, taken in this transaction: none is lost, none is given twice."""

    def raise_numbers(self, service: str, year: int, last: int) -> None:
        """Numbers up to `last` were given before the system; never lowers the count."""

    def add(self, licence: Licence) -> Licence:
        """Add a licence; the same with its id. Its `id` before is ignored. Raises StorageError if number or code exist."""

    def save(self, licence: Licence) -> None: ...

    def get(self, licence_id: int) -> Licence | None: ...

    def by_code(self, code: str) -> Licence | None: ...

    def by_number(self, service: str, number: str) -> Licence | None: ...

    def by_document(self, digest: str) -> tuple[Licence, LicenceEvent] | None:
        """The licence of which this was ever a signed document, and the step that made it."""

    def of_email(self, email: str, limit: int) -> list[Licence]:
        """Licences whose holder is reached at this address, whatever its case, latest issue first."""

    def search(self, query: LicenceQuery, *, offset: int, limit: int) -> list[Licence]:
        """Latest issue first."""

    def count(self, query: LicenceQuery) -> int: ...

    def every(self, query: LicenceQuery) -> Iterator[Licence]:
        """In order of type and id, in bounded memory."""

    def lapsing(self, first: date, last: date) -> list[Licence]:
        """In force and with their last day within these days, both included."""

    def changed_at(self) -> datetime | None:
        """When anything public last changed."""

    def note(self, event: LicenceEvent) -> None: ...

    def events(self, licence_id: int) -> list[LicenceEvent]:
        """In order."""

    def remind(self, licence_id: int, expires_on: date, days: int, at: datetime) -> bool:
        """Note that the holder is reminded so many days ahead; False if that was noted before."""


class IssuanceBook(Protocol):
    """Papers on their road."""

    def add(self, issuance: Issuance) -> Issuance:
        """The same with its id. Raises StorageError if its `batch` exists."""

    def save(self, issuance: Issuance, was: IssuanceState) -> None:
        """Raises StorageError when it is no longer in the state `was`: somebody else was faster."""

    def get(self, issuance_id: int) -> Issuance | None: ...

    def of_message(self, message_id: int) -> list[Issuance]: ...

    def of_licence(self, licence_id: int) -> list[Issuance]:
        """Every paper of a licence, in order of id; at most one of them is still on its road."""

    def in_state(self, *states: IssuanceState, limit: int, after: int = 0, batch: str = "") -> list[Issuance]:
        """In order of id, those with an id beyond `after`; of one bulk run where `batch` names it."""

    def page(self, states: Collection[IssuanceState], search: str, *, offset: int, limit: int) -> list[Issuance]:
        """Papers in these states, latest change first; `search` finds a substring of number, holder or premises."""

    def counts(self) -> dict[str, int]:
        """How many stand in each state."""

    def batch_rows(self, batch: str) -> frozenset[int]:
        """The rows of a bulk run that were prepared already."""


class DocumentBook(Protocol):
    def put(self, document: Document) -> None:
        """Add a document; one that is there already is passed over."""

    def get(self, digest: str) -> Document | None: ...


class LinkBook(Protocol):
    """One-time addresses of documents."""

    def put(self, link: DownloadLink) -> None: ...

    def find(self, token_hash: str, at: datetime) -> Document | None:
        """The document of a link that is neither used nor expired."""

    def use(self, token_hash: str, at: datetime) -> Document | None:
        """The same; the link is used up."""


class OutgoingBook(Protocol):
    """ทะเบียนหนังสือส่ง (R53)."""

    def enter(self, draft: OutgoingDraft) -> OutgoingEntry:
        """The next number of the draft's year, taken in this transaction: none is lost, none is given twice."""

    def entries(self, year: int | None) -> Iterator[OutgoingEntry]:
        """In order of year and number, in bounded memory."""


class InstrumentBook(Protocol):
    """Announcements and orders of the head."""

    def add(self, instrument: Instrument) -> Instrument:
        """The same with its id."""

    def save(self, instrument: Instrument, was: InstrumentState) -> None:
        """Raises StorageError when it is no longer in the state `was`."""

    def get(self, instrument_id: int) -> Instrument | None: ...

    def by_code(self, code: str) -> Instrument | None: ...

    def every(self, kind: InstrumentKind | None = None) -> list[Instrument]:
        """Latest first."""

    def in_force(self, kind: InstrumentKind, at: datetime) -> Instrument | None:
        """The one of this kind that holds at that time: of several the one that took effect last."""


class FieldBook(Protocol):
    """Which items of licences are published (R107)."""

    def decide(self, decision: FieldDecision) -> None: ...

    def decisions(self) -> list[FieldDecision]:
        """Those in force; earlier ones stay in the log."""
