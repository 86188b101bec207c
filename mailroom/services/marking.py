"""Marking messages at the server: only once they are decided, and never a deletion."""

from mailroom.ports import Books, Clock, Inbox

BATCH = 200


def mark_taken(inbox: Inbox, books: Books, clock: Clock) -> int:
    """Mark all decided messages of an account that are not marked yet. Safe to repeat. Raises ChannelError."""
    marked = 0
    while True:
        with books.look() as uow:
            ids = uow.messages.untaken(inbox.channel, inbox.account, BATCH)
        if not ids:
            return marked
        inbox.mark_taken(ids)
        with books.begin() as uow:
            uow.messages.taken(inbox.channel, inbox.account, ids, clock.now())
            uow.commit()
        marked += len(ids)
