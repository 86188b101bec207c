"""The journal off this machine, and what it gives back after a restore."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.journal import Claim, JournalState, SentStub, Untold


class Journal(Protocol):
    """A place at the other side that keeps pages in order, such as a folder of the mailbox. One thread at a time.

    Every method raises TemporaryChannelError, ChannelSetupError.
    """

    @property
    def name(self) -> str:
        """What people call it."""

    def append(self, page: str) -> None:
        """On return the other side holds it. Its first line is a title. After an error it may be there all the same."""

    def pages(self, since: str = "") -> Iterator[tuple[str, str]]:
        """Pages of every installation in the order in which they came, each with its mark.

        With a mark those that came later, and the page of that mark where it is there still; all of them where the mark
        is none of this place's. What is no page is given as it is, or as an empty text.
        """

    def close(self) -> None: ...


class JournalBook(Protocol):
    """What is in the journal already, and numbers that only the journal knows."""

    def state(self) -> JournalState: ...

    def save(self, state: JournalState) -> None: ...

    def untold(self, limit: int) -> Untold:
        """At most so many numbers and so many sent letters that no page tells yet, in order."""

    def told(self) -> tuple[dict[tuple[str, int], int], int]:
        """Last number of each series, and mark of the last sent letter, as the books have them now."""

    def digest_of(self, series: str, year: int, number: int) -> str | None:
        """Of the message or document that bears this number in a register; None where no register has it."""

    def fence_point(self) -> str | None:
        """Of which point of a backup, or why else, no number is given now; None when numbers are given."""

    def fence_lifted_at(self) -> datetime | None:
        """When numbers were last stated after a restore, by a person or by the journal."""

    def add_claims(self, claims: Sequence[Claim], letters: Sequence[SentStub]) -> None:
        """Numbers whose messages are looked for, and letters that went out though the books do not know of them.

        Those that are there already are passed over.
        """

    def claims(self) -> list[Claim]:
        """Those that are neither entered nor void yet, in order of series, year and number."""

    def found(self, claim: Claim, message_id: int) -> None:
        """The register gives this message the number of the claim."""

    def void(self, claims: Collection[Claim], at: datetime, by: str) -> None:
        """No message was found for these: their numbers are void, for the reason `lost-in-restore`."""

    def letters(self) -> list[SentStub]:
        """Letters that went out, and that the outbox does not hold yet."""

    def letter_settled(self, letter: SentStub, at: datetime) -> None:
        """It is in the outbox now, as one that need not go."""
