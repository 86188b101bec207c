"""The journal off this machine, and what it gives back after a restore."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.journal import Claim, SentStub, Stub


class Journal(Protocol):
    """A place at the other side that keeps pages in order, such as a folder of the mailbox. One thread at a time."""

    def append(self, page: bytes) -> None:
        """On return the other side holds it. Raises TemporaryChannelError, ChannelSetupError."""

    def pages(self) -> Iterator[bytes]:
        """Every page that is there, of every installation, oldest first. Raises as `append` does."""

    def close(self) -> None: ...


class JournalBook(Protocol):
    """What is in the journal already, and numbers that only the journal knows."""

    def position(self) -> tuple[int, int]:
        """Generation and seq of the last page written; (1, 0) before the first."""

    def unjournalled(self, limit: int) -> tuple[list[Stub], list[SentStub], object]:
        """Numbers and sent letters that no page tells yet, their `seal` still the digest in UTF-8; and a mark of how far they go."""

    def journalled(self, generation: int, seq: int, mark: object, at: datetime) -> None:
        """A page with everything up to the mark is kept."""

    def add_claims(self, claims: Sequence[Claim]) -> None: ...

    def claims(self) -> list[Claim]:
        """Those that are neither entered nor void yet, in order of series, year and number."""

    def found(self, claim: Claim, message_id: int) -> None: ...

    def settle(self, claims: Collection[Claim], at: datetime, reason: str) -> None:
        """Nothing was found for these: their numbers are void."""
