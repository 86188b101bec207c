"""Personal data in memory: requests, restrictions, breaches, and who read what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailroom.domain.breach import Breach, BreachStep
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.privacy import DataRequest, Read, RequestState, Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.testing.shelf import Shelf


class MemoryPrivacyBook:
    """`ports.PrivacyBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add_request(self, request: DataRequest) -> DataRequest:
        added = replace(request, id=len(self._shelf.data_requests) + 1)
        self._shelf.data_requests[added.id] = added
        return added

    def save_request(self, request: DataRequest) -> None:
        if request.id not in self._shelf.data_requests:
            raise StorageError(f"there is no request {request.id}; nothing was changed")
        self._shelf.data_requests[request.id] = request

    def request(self, request_id: int) -> DataRequest | None:
        return self._shelf.data_requests.get(request_id)

    def requests(self, limit: int = 200) -> Sequence[DataRequest]:
        every = self._shelf.data_requests.values()
        return sorted(every, key=lambda one: (one.state is not RequestState.OPEN, -one.id))[:limit]

    def restrict(self, restriction: Restriction) -> Restriction:
        if self.restriction_of(restriction.number) is not None:
            raise RefusedActionError("restricted-already", str(restriction.number))
        placed = replace(restriction, id=len(self._shelf.restrictions) + 1)
        self._shelf.restrictions[placed.id] = placed
        return placed

    def save_restriction(self, restriction: Restriction) -> None:
        if restriction.id not in self._shelf.restrictions:
            raise StorageError(f"there is no restriction {restriction.id}; nothing was changed")
        self._shelf.restrictions[restriction.id] = restriction

    def restriction_of(self, number: RegisterNumber) -> Restriction | None:
        return next((one for one in self.restrictions() if one.number == number), None)

    def restrictions(self, *, every: bool = False) -> Sequence[Restriction]:
        found = [one for one in self._shelf.restrictions.values() if every or one.holds]
        return sorted(found, key=lambda one: (one.number, one.id))

    def restriction_of_message(self, message_id: int) -> Restriction | None:
        record, entry = self._shelf.messages.get(message_id), self._shelf.entry_of(message_id)
        numbers = (entry.number if entry else None, record.follows if record else None)
        return next((found for one in numbers if one and (found := self.restriction_of(one))), None)

    def restricted_messages(self) -> frozenset[int]:
        return frozenset(row for row in self._shelf.messages if self.restriction_of_message(row))

    def open_breach(self, breach: Breach) -> Breach:
        opened = replace(breach, id=len(self._shelf.breaches) + 1)
        self._shelf.breaches[opened.id] = opened
        return opened

    def save_breach(self, breach: Breach) -> None:
        if breach.id not in self._shelf.breaches:
            raise StorageError(f"there is no breach {breach.id}; nothing was changed")
        self._shelf.breaches[breach.id] = breach

    def breach(self, breach_id: int) -> Breach | None:
        return self._shelf.breaches.get(breach_id)

    def breaches(self, *, closed: bool = True, limit: int = 200) -> Sequence[Breach]:
        found = [one for one in self._shelf.breaches.values() if closed or one.closed_at is None]
        return found[::-1][:limit]

    def step(self, step: BreachStep) -> None:
        self._shelf.breach_steps.append(step)

    def steps(self, breach_id: int) -> Sequence[BreachStep]:
        return [one for one in self._shelf.breach_steps if one.breach == breach_id]


class MemoryReadBook:
    """`ports.ReadBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def note(self, read: Read) -> None:
        self._shelf.reads.append(read)

    def search(
        self,
        *,
        actor: str = "",
        what: str = "",
        key: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> Sequence[Read]:
        found = [
            one
            for one in reversed(self._shelf.reads)
            if actor in ("", one.actor)
            and what in ("", one.what)
            and (not key or one.key == key or one.key.startswith(f"{key}/") or key in map(str, one.listed))
            and (since is None or one.at >= since)
            and (until is None or one.at < until)
        ]
        return found[offset : offset + limit]

    def count(self) -> int:
        return len(self._shelf.reads)

    def kinds(self) -> Sequence[str]:
        return sorted({one.what for one in self._shelf.reads})
