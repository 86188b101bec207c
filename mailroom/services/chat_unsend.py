"""Messages that their sender takes back: hidden from ordinary view, kept on record (R117)."""

from datetime import datetime, timedelta

import structlog

from mailroom.domain.chat import ChatEvent, Conversation, ConversationState
from mailroom.ports import UnitOfWork
from mailroom.stages.chat_text import chat_text

log = structlog.get_logger(__name__)

WAITS_FOR = timedelta(days=1)
"""So long it is looked whether the submission is in the log; then something else is wrong, and shown elsewhere."""


def take_back(uow: UnitOfWork, channel: str, account: str, event: ChatEvent, now: datetime) -> bool:
    """Mark the message, and hide its words where they are registered already. The caller commits.

    False while the submission is on its way into the log: what is read later would come back, so it is tried again.
    """
    chats = uow.chats(channel, account)
    brought = chats.message(event.unsent)
    if brought is not None and brought.person != event.person:
        log.warning("chat.unsend-of-another", of=event.id)
        return True
    chats.unsend(event.unsent, event.occurred_at)
    talk = chats.conversation(brought.conversation) if brought and brought.conversation else None
    if talk is None or talk.state in (ConversationState.OPEN, ConversationState.DROPPED):
        return True
    if _hide(uow, channel, account, talk, event, now):
        return True
    return now - event.received_at > WAITS_FOR


def _hide(uow: UnitOfWork, channel: str, account: str, talk: Conversation, event: ChatEvent, now: datetime) -> bool:
    row = uow.queue.rows(channel, account, [talk.id]).get(talk.id)
    record = uow.messages.get(row) if row is not None else None
    if row is None or record is None or record.message is None:
        return False
    found = chat_text(uow.chats(channel, account).events_of(talk.id), talk)
    chosen = talk.service and record.classification and record.classification.service == talk.service
    # The subject of a request for a chosen service is the service's name: no word of theirs.
    subject = record.message.subject if chosen else found.subject
    uow.messages.redact(row, text=found.text, subject=subject, hidden_parts=found.hidden_parts)
    uow.events.add("message.unsent", now, message_id=row, detail=event.unsent)
    return True
