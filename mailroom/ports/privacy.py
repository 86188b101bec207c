"""Personal data: requests, restrictions, breaches, and who read what (R98-R109)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.breach import Breach, BreachStep
from mailroom.domain.privacy import DataRequest, Read, Restriction
from mailroom.domain.register import RegisterNumber


class PrivacyBook(Protocol):
    """Requests of people about their data, cases kept from sight, and breaches."""

    def add_request(self, request: DataRequest) -> DataRequest:
        """With its id."""

    def save_request(self, request: DataRequest) -> None:
        """Raises StorageError where there is none of that id."""

    def request(self, request_id: int) -> DataRequest | None: ...

    def requests(self, limit: int = 200) -> Sequence[DataRequest]:
        """Those that are open first, then latest first."""

    def restrict(self, restriction: Restriction) -> Restriction:
        """With its id. Raises RefusedActionError `restricted-already` while one holds for that case."""

    def save_restriction(self, restriction: Restriction) -> None: ...

    def restriction_of(self, number: RegisterNumber) -> Restriction | None:
        """The one that holds."""

    def restrictions(self, *, every: bool = False) -> Sequence[Restriction]:
        """Those that hold, in order of number; with `every` those that were lifted too."""

    def restriction_of_message(self, message_id: int) -> Restriction | None:
        """The one that holds for the case that the message opened, or that it joined."""

    def restricted_messages(self) -> frozenset[int]:
        """Rows of all messages of cases for which one holds."""

    def open_breach(self, breach: Breach) -> Breach:
        """With its id."""

    def save_breach(self, breach: Breach) -> None: ...

    def breach(self, breach_id: int) -> Breach | None: ...

    def breaches(self, *, closed: bool = True, limit: int = 200) -> Sequence[Breach]:
        """Latest first; with `closed` false those alone that are not closed."""

    def step(self, step: BreachStep) -> None: ...

    def steps(self, breach_id: int) -> Sequence[BreachStep]:
        """In the order in which they were noted."""


class ReadBook(Protocol):
    """Who read what. Written once, kept for good (R109)."""

    def note(self, read: Read) -> None: ...

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
        """Latest first. `key` finds the whole key, its part before a `/`, and lists that showed this row.

        `since` is the first instant, `until` the first one after.
        """

    def count(self) -> int:
        """How many reads were ever noted."""

    def kinds(self) -> Sequence[str]:
        """Every `what` that was noted, in order."""
