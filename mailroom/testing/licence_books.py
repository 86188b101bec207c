"""Licences and papers on their road in memory."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime

from mailroom.domain.errors import StorageError
from mailroom.domain.licence import Issuance, IssuanceState, Licence, LicenceEvent, LicenceQuery
from mailroom.stages.normalise import compact, normalised
from mailroom.testing.privacy_books import MemoryPrivacyBook
from mailroom.testing.shelf import Shelf


class MemoryLicenceBook:
    """`ports.LicenceBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def next_number(self, service: str, year: int) -> int:
        return self._shelf.next_number(f"licence:{service}", year)

    def raise_numbers(self, service: str, year: int, last: int) -> None:
        key = (f"licence:{service}", year)
        self._shelf.counters[key] = max(last, self._shelf.counters.get(key, 0))

    def add(self, licence: Licence) -> Licence:
        for other in self._shelf.licences.values():
            if other.code == licence.code or (other.service, other.number) == (licence.service, licence.number):
                raise StorageError(f"licence {other.number} has this number or code; nothing was changed")
        added = replace(licence, id=len(self._shelf.licences) + 1)
        self._shelf.licences[added.id] = added
        return added

    def save(self, licence: Licence) -> None:
        if licence.id not in self._shelf.licences:
            raise StorageError(f"there is no licence {licence.id}; nothing was changed")
        self._shelf.licences[licence.id] = licence

    def get(self, licence_id: int) -> Licence | None:
        return self._shelf.licences.get(licence_id)

    def by_code(self, code: str) -> Licence | None:
        return next((one for one in self._shelf.licences.values() if one.code == code), None)

    def by_number(self, service: str, number: str) -> Licence | None:
        found = (one for one in self._shelf.licences.values() if (one.service, one.number) == (service, number))
        return next(found, None)

    def by_document(self, digest: str) -> tuple[Licence, LicenceEvent] | None:
        made = (one for one in self._shelf.licence_events if one.document == digest and one.act.makes_document)
        event = next(made, None)
        return (self._shelf.licences[event.licence_id], event) if event else None

    def of_email(self, email: str, limit: int) -> list[Licence]:
        found = [one for one in self._shelf.licences.values() if one.email.lower() == email.lower()]
        return sorted(found, key=lambda one: (one.content.issued_on, one.id), reverse=True)[:limit]

    def search(self, query: LicenceQuery, *, offset: int, limit: int) -> list[Licence]:
        found = sorted(self._found(query), key=lambda one: (one.content.issued_on, one.id), reverse=True)
        return found[offset : offset + limit]

    def count(self, query: LicenceQuery) -> int:
        return len(self._found(query))

    def every(self, query: LicenceQuery) -> Iterator[Licence]:
        yield from sorted(self._found(query), key=lambda one: (one.service, one.id))

    def _found(self, query: LicenceQuery) -> list[Licence]:
        hidden = MemoryPrivacyBook(self._shelf).restricted_messages()
        found = (one for one in self._shelf.licences.values() if _matches(one, query))
        return [one for one in found if one.message_id not in hidden]

    def lapsing(self, first: date, last: date) -> list[Licence]:
        in_force = [one for one in self._shelf.licences.values() if one.status.in_force]
        ends = [(one.content.expires_on, one.id) for one in in_force if one.content.expires_on]
        return [self._shelf.licences[key] for day, key in sorted(ends) if first <= day <= last]

    def changed_at(self) -> datetime | None:
        decided = [one.decided_at for one in self._shelf.field_decisions.values()]
        return max([one.updated_at for one in self._shelf.licences.values()] + decided, default=None)

    def note(self, event: LicenceEvent) -> None:
        self._shelf.licence_events.append(event)

    def events(self, licence_id: int) -> list[LicenceEvent]:
        return [event for event in self._shelf.licence_events if event.licence_id == licence_id]

    def remind(self, licence_id: int, expires_on: date, days: int, at: datetime) -> bool:
        key = (licence_id, expires_on, days)
        known = key in self._shelf.reminders
        self._shelf.reminders.setdefault(key, at)
        return not known


def _matches(licence: Licence, query: LicenceQuery) -> bool:
    content = licence.content
    items = (licence.number, content.holder, content.premises, content.address, content.business)
    return (
        any(compact(query.text) in compact(item) for item in items)
        and compact(query.place) in compact(content.address)
        and query.service in ("", licence.service)
        and licence.service not in query.without
        and query.status in (None, licence.status_on(query.on))
    )


class MemoryIssuanceBook:
    """`ports.IssuanceBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, issuance: Issuance) -> Issuance:
        if issuance.batch and issuance.batch in {one.batch for one in self._shelf.issuances.values()}:
            raise StorageError(f"row {issuance.batch} was prepared before; nothing was changed")
        added = replace(issuance, id=len(self._shelf.issuances) + 1)
        self._shelf.issuances[added.id] = added
        return added

    def save(self, issuance: Issuance, was: IssuanceState) -> None:
        known = self._shelf.issuances.get(issuance.id)
        if known is None or known.state is not was:
            raise StorageError(f"paper {issuance.id} is no longer {was.value}: somebody was faster; look at it again")
        self._shelf.issuances[issuance.id] = issuance

    def get(self, issuance_id: int) -> Issuance | None:
        return self._shelf.issuances.get(issuance_id)

    def of_message(self, message_id: int) -> list[Issuance]:
        return [one for one in self._shelf.issuances.values() if one.message_id == message_id]

    def of_licence(self, licence_id: int) -> list[Issuance]:
        return [one for one in self._shelf.issuances.values() if one.licence_id == licence_id]

    def in_state(self, *states: IssuanceState, limit: int, after: int = 0, batch: str = "") -> list[Issuance]:
        found = [one for one in self._shelf.issuances.values() if one.state in states and one.id > after]
        return [one for one in found if not batch or _batch_name(one) == batch][:limit]

    def page(self, states: Collection[IssuanceState], search: str, *, offset: int, limit: int) -> list[Issuance]:
        words = normalised(search).strip().lower()
        named = [
            one
            for one in self._shelf.issuances.values()
            if one.state in states
            and not self._is_hidden(one)
            and any(words in text.lower() for text in (one.number, one.content.holder, one.content.premises))
        ]
        return sorted(named, key=lambda one: (one.changed_at, one.id), reverse=True)[offset : offset + limit]

    def _is_hidden(self, paper: Issuance) -> bool:
        hidden = MemoryPrivacyBook(self._shelf).restricted_messages()
        licence = self._shelf.licences.get(paper.licence_id or 0)
        return paper.message_id in hidden or (licence is not None and licence.message_id in hidden)

    def counts(self) -> dict[str, int]:
        states = [one.state for one in self._shelf.issuances.values()]
        return {state.value: states.count(state) for state in IssuanceState}

    def batch_rows(self, batch: str) -> frozenset[int]:
        rows = (one.batch for one in self._shelf.issuances.values() if _batch_name(one) == batch)
        return frozenset(int(row.rpartition("#")[2]) for row in rows)


def _batch_name(issuance: Issuance) -> str:
    return issuance.batch.rpartition("#")[0]
