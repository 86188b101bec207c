"""How long cases are kept, what holds them, and lists of what may go (R60)."""

from collections.abc import Sequence
from typing import Protocol

from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import Assignment, CaseFile, DestructionList, Hold, Transfer


class RetentionBook(Protocol):
    """Classes of cases, holds, and destruction lists. Nothing here removes anything."""

    def files(self, until: int) -> Sequence[CaseFile]:
        """Cases whose last message was received in the พ.ศ. year `until` or before, in order of number."""

    def file(self, number: RegisterNumber) -> CaseFile | None: ...

    def assign(self, assignment: Assignment) -> None:
        """The class that holds for a case from now on."""

    def assignment(self, number: RegisterNumber) -> Assignment | None: ...

    def place(self, hold: Hold) -> Hold:
        """With its id. Raises RefusedActionError `held-already` while one holds for that case."""

    def save_hold(self, hold: Hold) -> None:
        """That lifting was asked for, or is done. Raises StorageError where there is none of that id."""

    def hold_of(self, number: RegisterNumber) -> Hold | None:
        """The one that holds."""

    def holds(self, *, every: bool = False) -> Sequence[Hold]:
        """Those that hold, in order of number; with `every` those that were lifted too."""

    def add_list(self, made: DestructionList) -> DestructionList:
        """With its id and its items, in order of number."""

    def close_list(self, closed: DestructionList) -> None:
        """Its state, decision and verdicts, once.

        Raises RefusedActionError `list-closed` when it was closed before, StorageError where there is none of that id.
        """

    def destruction_list(self, list_id: int) -> DestructionList | None: ...

    def lists(self, limit: int = 100) -> Sequence[DestructionList]:
        """Latest first, without their items."""

    def listed(self) -> frozenset[RegisterNumber]:
        """Cases on a list that waits, and those that a committee decided to destroy or to hand over."""

    def add_transfer(self, transfer: Transfer) -> Transfer:
        """With its id."""

    def transfers(self, list_id: int) -> Sequence[Transfer]:
        """In order of making."""
