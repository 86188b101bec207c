"""Pairs of messages that seem to be the same request."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.match import MatchState, MatchView, Registered, SameRequest
from mailroom.domain.register import RegisterNumber


class MatchBook(Protocol):
    """Pairs, and how far the register was compared. Derived: left out of the chain; clerks' words are in the event log.

    Requests and complaints take part that have a number and are neither copies, nor marked secret (R58), nor of a
    restricted case (R106), nor set aside; of a conversation only what its sender did not take back (R117).
    """

    def cursor(self) -> RegisterNumber | None:
        """The last entry that was compared; None before the first time."""

    def advance(self, number: RegisterNumber) -> None: ...

    def last_entry(self, entered_before: datetime | None = None) -> RegisterNumber | None:
        """The last number of the register, or the last of those whose message entered before."""

    def comparable(self, entered_since: datetime) -> Sequence[Registered]:
        """All that take part and entered since then, in the order of the register."""

    def files(self, message_id: int, least_size: int) -> frozenset[str]:
        """SHA-256 of the attachments that are no pictures within the text, and were not taken back."""

    def add(self, matches: Sequence[SameRequest]) -> None:
        """A pair that is there stays as it is."""

    def of_message(self, message_id: int) -> Sequence[MatchView]:
        """Pairs of a message with others that may be shown, the linked ones first, then the likest."""

    def get(self, match_id: int) -> SameRequest | None: ...

    def settle(self, match_id: int, state: MatchState, by: str, at: datetime) -> None: ...
