"""People and conversations of one account."""

from typing import Any

import sqlalchemy as sa

from mailroom.domain.chat import ChatPerson, Conversation
from storage.books.chat_codec import conversation_columns, conversation_of, person_columns, person_of
from storage.books.chat_part import ChatPart
from storage.tables import CHAT_CURSOR, CHAT_PERSON, CONVERSATION

# A partial index is used only where its condition stands in the query word for word.
IS_OPEN = sa.text("conversation.state = 'open'")
IS_CLOSED = sa.text("conversation.state = 'closed'")
HAS_PERSON = sa.text("conversation.person <> ''")


class ChatPeople(ChatPart):
    """The part of `ports.ChatBook` that is about who writes, and what becomes of it; and how far the spool was read."""

    @property
    def _our_conversations(self) -> sa.ColumnElement[bool]:
        return self._at(CONVERSATION)

    def cursor(self) -> str:
        row = self._transaction.first(sa.select(CHAT_CURSOR.c.place).where(self._at(CHAT_CURSOR)))
        return row.place if row is not None else ""

    def advance(self, place: str) -> None:
        self._save(CHAT_CURSOR, {}, {"place": place})

    def person(self, person_id: str) -> ChatPerson:
        query = sa.select(CHAT_PERSON).where(self._at(CHAT_PERSON), CHAT_PERSON.c.person == person_id)
        row = self._transaction.first(query)
        return person_of(row) if row is not None else ChatPerson(id=person_id)

    def save_person(self, person: ChatPerson) -> None:
        self._save(CHAT_PERSON, {"person": person.id}, person_columns(person))

    def current(self, person_id: str) -> Conversation | None:
        query = sa.select(CONVERSATION).where(
            self._our_conversations, IS_OPEN, HAS_PERSON, CONVERSATION.c.person == person_id
        )
        return next(iter(self._conversations(query)), None)

    def conversation(self, conversation_id: str) -> Conversation | None:
        query = sa.select(CONVERSATION).where(self._our_conversations, CONVERSATION.c.conversation == conversation_id)
        return next(iter(self._conversations(query)), None)

    def save(self, conversation: Conversation) -> None:
        self._save(CONVERSATION, {"conversation": conversation.id}, conversation_columns(conversation))

    def open(self) -> list[Conversation]:
        order = (CONVERSATION.c.closes_at, CONVERSATION.c.conversation)
        return self._conversations(sa.select(CONVERSATION).where(self._our_conversations, IS_OPEN).order_by(*order))

    def closed(self) -> list[Conversation]:
        order = (CONVERSATION.c.opened_at, CONVERSATION.c.conversation)
        return self._conversations(sa.select(CONVERSATION).where(self._our_conversations, IS_CLOSED).order_by(*order))

    def _conversations(self, query: sa.Select[Any]) -> list[Conversation]:
        return [conversation_of(row) for row in self._transaction.all(query)]
