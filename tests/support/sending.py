"""A letter handed over as the dispatcher does it."""

from collections.abc import Sequence

from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Sender


async def hand_over(sender: Sender, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> str:
    """Compose and send; the other side's answer."""
    return await sender.send(item, await sender.compose(item, enclosed))
