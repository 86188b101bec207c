"""What waits, and what is lost, in conversations."""

from datetime import datetime

import sqlalchemy as sa

from mailroom.domain.chat import ContentState
from storage.books.chat_events import HAS_CONTENT, NOT_HANDLED
from storage.tables import CHAT_EVENT, CHAT_PERSON
from storage.transaction import Transaction

# A partial index is used only where its condition stands in the query word for word.
HAS_BLOCKED = sa.text("chat_person.blocked_at IS NOT NULL")
LOST = (ContentState.GONE, ContentState.TOO_LARGE)


def chat_counts(transaction: Transaction) -> dict[str, datetime | int | None]:
    """`ports.HealthBook.chats`."""
    ours = CHAT_EVENT.c.agency == transaction.agency
    waiting = sa.select(sa.func.min(CHAT_EVENT.c.received_at).label("oldest"), sa.func.count().label("events"))
    unhandled = transaction.run(waiting.where(ours, NOT_HANDLED)).one()
    states = (ContentState.WANTED, *LOST)
    contents = sa.select(CHAT_EVENT.c.content_state, sa.func.count().label("events")).where(
        ours, HAS_CONTENT, CHAT_EVENT.c.content_state.in_(states)
    )
    by_state = {row.content_state: row.events for row in transaction.all(contents.group_by(CHAT_EVENT.c.content_state))}
    blocked = sa.select(sa.func.count()).where(CHAT_PERSON.c.agency == transaction.agency, HAS_BLOCKED)
    return {
        "oldest_unhandled_at": unhandled.oldest,
        "unhandled": unhandled.events,
        "contents_wanted": by_state.get(ContentState.WANTED, 0),
        "contents_gone": sum(by_state.get(state, 0) for state in LOST),
        "blocked": transaction.run(blocked).scalar_one(),
    }
