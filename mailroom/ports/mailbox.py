"""The mailbox as a second archive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.mailbox import Clearable, Clearing, MailboxUse


class Space(Protocol):
    """Room in one account. One thread uses it at a time. Raises TemporaryChannelError, ChannelSetupError."""

    @property
    def account(self) -> str: ...

    @property
    def alarm_percent(self) -> int:
        """From how much of the limit on somebody is told."""

    def measure(self) -> tuple[int, int | None]:
        """Bytes in use, and the limit where one is known."""

    def move(self, external_ids: Sequence[str], year: int) -> tuple[str, list[str]]:
        """Move these messages to the folder of what is kept of that พ.ศ. year; its name, and which were moved.

        Never removes anything: what the server cannot move as such stays. Raises ChannelSetupError when it cannot move.
        """

    def close(self) -> None: ...


class MailboxBook(Protocol):
    """What is known of mailboxes beside their messages."""

    def note_use(self, use: MailboxUse) -> None:
        """In place of what was noted of the account before."""

    def uses(self) -> list[MailboxUse]: ...

    def clearable(self, channel: str, account: str, entered_before: datetime, kept_before: datetime) -> list[Clearable]:
        """Decided messages that entered before the one instant and were archived before the other, in order of entry.

        Those that were moved already are left out.
        """

    def add_clearing(self, clearing: Clearing) -> None: ...

    def clearings(self, limit: int = 20) -> list[Clearing]:
        """Latest first."""
