"""Events of one account: facts of the platform, and what followed from each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.chat import ChatContent, ChatEvent, ContentState
from storage.books.chat_codec import cleaned, content_columns, event_columns, event_of
from storage.books.chat_part import ChatPart, at_account
from storage.tables import CHAT_EVENT, CHAT_UNSEND
from storage.transaction import chunks

ADD = sa.insert(CHAT_EVENT)

# A partial index is used only where its condition stands in the query word for word.
NOT_HANDLED = sa.text("NOT chat_event.handled")
HAS_MESSAGE = sa.text("chat_event.message_id <> ''")
HAS_PERSON = sa.text("chat_event.person <> ''")
HAS_CONVERSATION = sa.text("chat_event.conversation <> ''")
HAS_CONTENT = sa.text("chat_event.content_state <> 'none'")

# These are asked for every delivery: to put a statement together costs as much as to have it answered.
SOME: sa.BindParameter[Any] = sa.bindparam("some", expanding=True)
KNOWN = sa.select(CHAT_EVENT).where(at_account(CHAT_EVENT), CHAT_EVENT.c.event_id.in_(SOME))
UNSENT = sa.select(CHAT_UNSEND.c.message_id, CHAT_UNSEND.c.at).where(
    at_account(CHAT_UNSEND), CHAT_UNSEND.c.message_id.in_(SOME)
)

IN_ORDER = (CHAT_EVENT.c.occurred_at, CHAT_EVENT.c.id)
LATEST_FIRST = (CHAT_EVENT.c.occurred_at.desc(), CHAT_EVENT.c.id.desc())


class ChatEvents(ChatPart):
    """The part of `ports.ChatBook` that is about events."""

    @property
    def _our_events(self) -> sa.ColumnElement[bool]:
        return self._at(CHAT_EVENT)

    def add(self, events: Sequence[ChatEvent]) -> list[ChatEvent]:
        new = self._new([cleaned(event) for event in events])
        unsent = self._unsent(event.message.id for event in new if event.message)
        added = [
            replace(event, unsent_at=unsent.get(event.message.id, event.unsent_at)) if event.message else event
            for event in new
        ]
        for event in added:
            self._transaction.write(ADD, self._key | event_columns(event) | {"handled": False})
        return added

    def _new(self, events: Sequence[ChatEvent]) -> list[ChatEvent]:
        known = self._known(event.id for event in events)
        firsts = dict(known)
        named = [one if one.repeats(firsts.setdefault(one.id, one)) else one.reused() for one in events]
        known |= self._known(one.id for one in named if one.id not in firsts)
        new: dict[str, ChatEvent] = {}
        for one in named:
            if one.id not in known:
                new.setdefault(one.id, one)
        return list(new.values())

    def _known(self, event_ids: Iterable[str]) -> dict[str, ChatEvent]:
        return {row.event_id: event_of(row) for row in self._found(KNOWN, event_ids)}

    def _unsent(self, message_ids: Iterable[str]) -> dict[str, datetime]:
        return {row.message_id: row.at for row in self._found(UNSENT, message_ids)}

    def _found(self, query: sa.Select[Any], names: Iterable[str]) -> Iterator[Row[Any]]:
        for some in chunks(names):
            yield from self._transaction.all(query, self._row_key | {"some": some})

    def unhandled(self, limit: int) -> list[ChatEvent]:
        query = sa.select(CHAT_EVENT).where(self._our_events, NOT_HANDLED)
        return self._events(query.order_by(*IN_ORDER).limit(limit))

    def handled(self, event_id: str, conversation: str = "") -> None:
        self._change(CHAT_EVENT.c.event_id == event_id, handled=True, conversation=conversation)

    def message(self, message_id: str) -> ChatEvent | None:
        query = sa.select(CHAT_EVENT).where(self._our_events, HAS_MESSAGE, CHAT_EVENT.c.message_id == message_id)
        return next(iter(self._events(query.order_by(CHAT_EVENT.c.id).limit(1))), None)

    def unsend(self, message_id: str, at: datetime) -> None:
        remember = self._transaction.insert_or_pass(CHAT_UNSEND, *self._key, "message_id")
        self._transaction.run(remember, [{**self._key, "message_id": message_id, "at": at}])
        bringing = sa.and_(HAS_MESSAGE, CHAT_EVENT.c.message_id == message_id, CHAT_EVENT.c.unsent_at.is_(None))
        self._change(bringing, unsent_at=at)

    def wanted(self, now: datetime, limit: int) -> list[ChatEvent]:
        wanted = sa.and_(HAS_CONTENT, CHAT_EVENT.c.content_state == ContentState.WANTED.value)
        due_at = CHAT_EVENT.c.content_due_at
        query = sa.select(CHAT_EVENT).where(self._our_events, wanted, sa.or_(due_at.is_(None), due_at <= now))
        return self._events(query.order_by(due_at.nulls_first(), CHAT_EVENT.c.id).limit(limit))

    def save_content(self, event_id: str, content: ChatContent) -> None:
        self._change(CHAT_EVENT.c.event_id == event_id, **content_columns(content))

    def events_of(self, conversation_id: str) -> list[ChatEvent]:
        ours = sa.and_(self._our_events, HAS_CONVERSATION, CHAT_EVENT.c.conversation == conversation_id)
        return self._events(sa.select(CHAT_EVENT).where(ours).order_by(*IN_ORDER))

    def latest(self, person_id: str, limit: int) -> list[ChatEvent]:
        theirs = sa.and_(self._our_events, HAS_PERSON, CHAT_EVENT.c.person == person_id)
        return self._events(sa.select(CHAT_EVENT).where(theirs).order_by(*LATEST_FIRST).limit(limit))

    def recent(self, limit: int) -> list[ChatEvent]:
        return self._events(sa.select(CHAT_EVENT).where(self._our_events).order_by(*LATEST_FIRST).limit(limit))

    def _events(self, query: sa.Select[Any]) -> list[ChatEvent]:
        return [event_of(row) for row in self._transaction.all(query)]

    def _change(self, which: sa.ColumnElement[bool], **columns: object) -> None:
        self._transaction.run(sa.update(CHAT_EVENT).where(self._our_events, which), columns)
