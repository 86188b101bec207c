"""When a conversation is complete: it becomes a submission, or nothing at all where nothing was said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from mailroom.domain.chat import ChatEvent, ContentState, Conversation, ConversationState
from mailroom.ports import Books, Clock
from mailroom.ports.chat import ChatBook
from mailroom.stages.chat_text import is_said

log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=10)
"""So long a complete conversation waits for contents that the platform has not handed out."""
NOT_IN_TIME = "not handed out in time"


class ChatClosing:
    """Closes what is complete, each in a transaction of its own."""

    def __init__(self, *, books: Books, channel: str, account: str, clock: Clock, stopping: Callable[[], bool]) -> None:
        self._books = books
        self._channel = channel
        self._account = account
        self._clock = clock
        self._stopping = stopping

    def run(self) -> bool:
        """Whether any conversation is ready to be taken into custody now that was not before."""
        now = self._clock.now()
        with self._books.look() as uow:
            due = [one for one in uow.chats(self._channel, self._account).open() if one.closes_at <= now]
        closed = False
        for one in due:
            if self._stopping():
                break
            with self._books.begin() as uow:
                chats = uow.chats(self._channel, self._account)
                talk = chats.conversation(one.id)
                if talk is None or talk.state is not ConversationState.OPEN or talk.closes_at > now:
                    continue
                after = finish(chats, talk, now)
                uow.commit()
            closed = closed or after.state is ConversationState.CLOSED
        return closed


def finish(chats: ChatBook, talk: Conversation, now: datetime) -> Conversation:
    """Close an open conversation whose time is over, unless it still waits for contents; as it then stands.

    One in which nothing was said, or everything was taken back, is dropped: it is no matter of anybody.
    """
    events = chats.events_of(talk.id)
    waits = [event for event in events if event.content.state is ContentState.WANTED]
    if waits and now < talk.closes_at + PATIENCE:
        return talk
    for event in waits:
        chats.save_content(event.id, replace(event.content, state=ContentState.GONE, due_at=None, note=_note(event)))
    said = any(is_said(event) and event.unsent_at is None for event in events)
    state = ConversationState.CLOSED if said else ConversationState.DROPPED
    after = replace(talk, state=state, closed_at=now)
    chats.save(after)
    log.info("chat.closed", conversation=talk.id, state=state.value, events=len(events))
    return after


def _note(event: ChatEvent) -> str:
    return f"{NOT_IN_TIME}: {event.content.note}" if event.content.note else NOT_IN_TIME
