"""The public licence database: search, single records, and files, always as the books stand now (R30, R31, R33)."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.document import Document
from mailroom.domain.instrument import Instrument
from mailroom.domain.licence import Licence, LicenceEvent, LicenceQuery, LicenceStatus
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.disclosure import Disclosure
from mailroom.services.open_data import DataFormat, Dataset, write_graph, write_objects
from mailroom.services.public_licence import LicenceType, PublicItem, PublicLicence, PublicStep
from mailroom.services.public_sheet import write_licence_csv, write_licence_xlsx
from mailroom.services.records.hidden import hidden_licence
from mailroom.services.wording import Wording
from mailroom.stages.normalise import compact
from mailroom.stages.thai import thai_datetime

CODE_LENGTH = 12
_CONFUSED = str.maketrans("OILoil", "011011")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is looked for. Empty means any."""

    text: str = ""
    """A substring of holder, premises, address, business or number."""
    place: str = ""
    service: str = ""
    status: LicenceStatus | None = None


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    licences: tuple[PublicLicence, ...]
    total: int


class Publication:
    """What anyone may see of one agency's licences. It changes nothing, and keeps no writer waiting."""

    def __init__(
        self, books: Books, *, agency: Agency, catalogue: Catalogue, wording: Wording, clock: Clock, authority: str = ""
    ) -> None:
        """`authority` is the position of ผู้อนุญาต, as the published list names it; the agency's name when empty."""
        self._books = books
        self.agency = agency
        self.catalogue = catalogue
        self.wording = wording
        self.authority = authority or agency.name
        self._clock = clock

    @contextmanager
    def look(self) -> Iterator["PublicBooks"]:
        """The books as they stand at one moment."""
        with self._books.look() as uow:
            yield PublicBooks(self, uow, self._clock.now())

    def export(self, form: DataFormat, out: BinaryIO, selection: Selection = EVERYTHING) -> int:
        """The data set, or the part of it that somebody asked for (R31), as a file; how many licences it holds.

        Written in bounded memory. Every file says as of when it is.
        """
        with self.look() as books:
            licences = books.every(selection)
            match form:
                case DataFormat.CSV:
                    return write_licence_csv(licences, self.wording, books.at, out)
                case DataFormat.XLSX:
                    return write_licence_xlsx(licences, self.wording, self.agency, books.at, out)
                case DataFormat.JSON:
                    return write_objects(books.dataset(), licences, out)
                case DataFormat.JSONLD:
                    return write_graph(books.dataset(), licences, out)

    def state(self) -> str:
        """Changes whenever anything published may have changed: a decision, a status, or the day."""
        with self.look() as books:
            return books.state()

    def types(self) -> tuple[Service, ...]:
        """The types of licences that are listed."""
        return tuple(one for one in self.catalogue.services if one.licence and one.must_display)


class PublicBooks:
    """One consistent view of what is public. Good for as long as `Publication.look` lasts."""

    def __init__(self, publication: Publication, uow: UnitOfWork, at: datetime) -> None:
        self._publication = publication
        self._uow = uow
        self.at = at
        """As of when the data are, UTC."""
        self._today = at.astimezone(BANGKOK).date()
        self._types: dict[str, LicenceType] = {}
        self._decisions = uow.fields.decisions()
        reasons = publication.wording.tables["public_masked"]
        self._disclosure = Disclosure(publication.catalogue, self._decisions, reasons)
        self._hidden = uow.privacy.restricted_messages()

    @property
    def as_of(self) -> str:
        """«ข้อมูล ณ วันที่ … เวลา …» (R30)."""
        return self._publication.wording.say("public_data", "as_of", moment=thai_datetime(self.at))

    def search(self, selection: Selection, *, page: int = 0, size: int = 20) -> Found:
        """A page of what is listed, latest issue first."""
        query = self._query(selection)
        if self._guarded(selection):
            matching = [one for one in map(self._public, self._uow.licences.every(query)) if _matches(one, selection)]
            matching.sort(key=lambda one: (one.value("issued_on"), one.updated_at), reverse=True)
            return Found(tuple(matching[page * size : (page + 1) * size]), len(matching))
        found = self._uow.licences.search(query, offset=page * size, limit=size)
        return Found(tuple(map(self._public, found)), self._uow.licences.count(query))

    def count(self) -> int:
        """How many licences are listed."""
        return self._uow.licences.count(self._query(EVERYTHING))

    def every(self, selection: Selection = EVERYTHING) -> Iterator[PublicLicence]:
        """All of what is listed, in order of type and id, in bounded memory."""
        found = map(self._public, self._uow.licences.every(self._query(selection)))
        return (one for one in found if _matches(one, selection)) if self._guarded(selection) else found

    def record(self, code: str) -> tuple[PublicLicence, tuple[PublicStep, ...]] | None:
        """The licence of a code and its steps, latest first; a licence that is not listed too (R32).

        Whoever has the code has the paper: nobody can guess one.
        """
        licence = self._uow.licences.by_code(code)
        if licence is None:
            return None
        steps = (
            PublicStep(one.act, one.at, one.version, one.document) for one in self._uow.licences.events(licence.id)
        )
        return self._public(licence), tuple(steps)[::-1]

    def by_document(self, digest: str) -> tuple[PublicLicence, LicenceEvent] | None:
        """The licence of which this was ever a signed paper, and the act that made it."""
        found = self._uow.licences.by_document(digest)
        return (self._public(found[0]), found[1]) if found else None

    def instruments(self) -> tuple[Instrument, ...]:
        """What the head has announced and ordered, latest first: published, or withdrawn after that."""
        return tuple(one for one in self._uow.instruments.every() if one.published_at is not None)

    def instrument_of(self, digest: str) -> Instrument | None:
        """The instrument whose signed PDF this is, once it is published."""
        return next((one for one in self.instruments() if one.document == digest), None)

    def holds(self, instrument: Instrument) -> bool:
        """Whether it is the one of its kind that is in force."""
        current = self._uow.instruments.in_force(instrument.kind, self.at)
        return current is not None and current.id == instrument.id

    def document(self, digest: str) -> Document | None:
        return self._uow.documents.get(digest)

    def policy(self) -> tuple[tuple[Service, tuple[PublicItem, ...]], ...]:
        """For each listed type every item that it prints, and the reason of each that is masked (R107)."""
        return tuple((one, self._type(one.key).items()) for one in self._publication.types())

    def dataset(self) -> Dataset:
        """What catalogues of data sets are told."""
        publication = self._publication
        return Dataset(
            agency=publication.agency,
            wording=publication.wording,
            base_url=publication.agency.base_url,
            as_of=self.at,
            changed_at=self._uow.licences.changed_at(),
        )

    def state(self) -> str:
        publication = self._publication
        changed = (self._uow.licences.changed_at(), self.count(), self._decisions, self._today, sorted(self._hidden))
        known = (*changed, publication.catalogue, publication.agency, publication.authority)
        return hashlib.sha256(repr(known).encode()).hexdigest()[:32]

    def _public(self, licence: Licence) -> PublicLicence:
        view = self._type(licence.service).view(licence, today=self._today, authority=self._publication.authority)
        return hidden_licence(view, self._publication.wording) if licence.message_id in self._hidden else view

    def _type(self, key: str) -> LicenceType:
        if key not in self._types:
            publication = self._publication
            service = publication.catalogue.service(key)
            self._types[key] = LicenceType(key, service, self._disclosure, publication.wording)
        return self._types[key]

    def _query(self, selection: Selection) -> LicenceQuery:
        return LicenceQuery(
            text=selection.text,
            place=selection.place,
            service=selection.service,
            status=selection.status,
            without=frozenset(one.key for one in self._publication.catalogue.services if not one.must_display),
            on=self._today,
        )

    def _guarded(self, selection: Selection) -> bool:
        """Whether a match must be looked at again: the books search in masked items as well."""
        return bool(selection.text or selection.place) and self._disclosure.guards_search()


def canonical_code(typed: str) -> str | None:
    """A code as it is kept, from what somebody typed: Crockford's base 32 forgives case, hyphens, O, I and L.

    None when it cannot be a code at all.
    """
    code = "".join(compact(typed).replace("-", "").translate(_CONFUSED).upper().split())
    fit = len(code) == CODE_LENGTH and code.isascii() and code.isalnum() and "U" not in code
    return code if fit else None


def _matches(licence: PublicLicence, selection: Selection) -> bool:
    """Whether the published items alone match."""
    text, place = compact(selection.text), compact(selection.place)
    searched = (licence.number, *(licence.value(key) for key in ("holder", "premises", "address", "business")))
    return any(text in compact(one) for one in searched) and place in compact(licence.value("address"))
