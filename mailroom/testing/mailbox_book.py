"""How full mailboxes are, and mail that was moved within them, in memory."""

from datetime import datetime

from mailroom.domain.mailbox import Clearable, Clearing, MailboxUse
from mailroom.testing.shelf import Shelf


class MemoryMailboxBook:
    """`ports.MailboxBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def note_use(self, use: MailboxUse) -> None:
        self._shelf.mailbox_uses[use.channel, use.account] = use

    def uses(self) -> list[MailboxUse]:
        return [use for _, use in sorted(self._shelf.mailbox_uses.items())]

    def clearable(self, channel: str, account: str, entered_before: datetime, kept_before: datetime) -> list[Clearable]:
        moved = {row for one in self._shelf.clearings for row in one.messages}
        found = []
        for row, record in self._shelf.messages.items():
            envelope = record.logged.envelope
            due = envelope.entered_system_at < entered_before and record.arrived_at < kept_before
            if (
                (envelope.channel, envelope.account) == (channel, account)
                and record.decision
                and due
                and row not in moved
            ):
                found.append(
                    Clearable(
                        message_id=row,
                        external_id=envelope.external_id,
                        entered_at=envelope.entered_system_at,
                        size=record.logged.size,
                    )
                )
        return sorted(found, key=lambda one: (one.entered_at, one.message_id))

    def add_clearing(self, clearing: Clearing) -> None:
        self._shelf.clearings.append(clearing)

    def clearings(self, limit: int = 20) -> list[Clearing]:
        return self._shelf.clearings[::-1][:limit]
