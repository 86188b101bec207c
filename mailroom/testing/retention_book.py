"""Books of retention in memory."""

from collections.abc import Sequence
from dataclasses import replace

from mailroom.domain.agency import buddhist_year
from mailroom.domain.decision import Secrecy
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import (
    Assignment,
    CaseFile,
    DestructionList,
    Hold,
    ListState,
    Transfer,
    Verdict,
)
from mailroom.testing.shelf import Shelf


class MemoryRetentionBook:
    """`ports.RetentionBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def files(self, until: int) -> Sequence[CaseFile]:
        files = (self.file(number) for number in sorted(self._shelf.cases))
        return [one for one in files if one is not None and buddhist_year(one.last_at) <= until]

    def file(self, number: RegisterNumber) -> CaseFile | None:
        case, entry = self._shelf.cases.get(number), self._shelf.entries.get(number)
        if case is None or entry is None:
            return None
        joined = [one.deemed_received_at for one in self._shelf.messages.values() if one.follows == number]
        assigned = self._shelf.assignments.get(number)
        return CaseFile(
            number=number,
            message_id=case.message_id,
            state=case.state,
            service=case.service,
            last_at=max([entry.draft.deemed_received_at, *(at for at in joined if at is not None)]),
            graded=entry.draft.secrecy is not Secrecy.NONE,
            assigned=assigned.class_key if assigned else "",
        )

    def assign(self, assignment: Assignment) -> None:
        self._shelf.assignments[assignment.number] = assignment

    def assignment(self, number: RegisterNumber) -> Assignment | None:
        return self._shelf.assignments.get(number)

    def place(self, hold: Hold) -> Hold:
        if self.hold_of(hold.number) is not None:
            raise RefusedActionError("held-already", str(hold.number))
        placed = replace(hold, id=len(self._shelf.holds) + 1)
        self._shelf.holds[placed.id] = placed
        return placed

    def save_hold(self, hold: Hold) -> None:
        if hold.id not in self._shelf.holds:
            raise StorageError(f"there is no hold {hold.id}; nothing was changed")
        self._shelf.holds[hold.id] = hold

    def hold_of(self, number: RegisterNumber) -> Hold | None:
        return next((one for one in self._shelf.holds.values() if one.number == number and one.holds), None)

    def holds(self, *, every: bool = False) -> Sequence[Hold]:
        found = (one for one in self._shelf.holds.values() if every or one.holds)
        return sorted(found, key=lambda one: (one.number, one.id))

    def add_list(self, made: DestructionList) -> DestructionList:
        items = tuple(sorted(made.items, key=lambda one: one.number))
        added = replace(made, id=len(self._shelf.destruction_lists) + 1, items=items)
        self._shelf.destruction_lists[added.id] = added
        return added

    def close_list(self, closed: DestructionList) -> None:
        known = self._shelf.destruction_lists.get(closed.id)
        if known is None:
            raise StorageError(f"there is no list {closed.id}; nothing was changed")
        if known.state is not ListState.SURVEYED:
            raise RefusedActionError("list-closed", str(closed.id))
        self._shelf.destruction_lists[closed.id] = closed

    def destruction_list(self, list_id: int) -> DestructionList | None:
        return self._shelf.destruction_lists.get(list_id)

    def lists(self, limit: int = 100) -> Sequence[DestructionList]:
        every = sorted(self._shelf.destruction_lists.values(), key=lambda one: -one.id)
        return [replace(one, items=()) for one in every[:limit]]

    def listed(self) -> frozenset[RegisterNumber]:
        gone = (Verdict.DESTROY, Verdict.TRANSFER)
        return frozenset(
            item.number
            for one in self._shelf.destruction_lists.values()
            for item in one.items
            if one.state is ListState.SURVEYED or (one.state is ListState.DECIDED and item.verdict in gone)
        )

    def add_transfer(self, transfer: Transfer) -> Transfer:
        added = replace(transfer, id=len(self._shelf.transfers) + 1)
        self._shelf.transfers[added.id] = added
        return added

    def transfers(self, list_id: int) -> Sequence[Transfer]:
        return [one for one in self._shelf.transfers.values() if one.list_id == list_id]
