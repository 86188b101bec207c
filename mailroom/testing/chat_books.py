"""Events, people and conversations of one account in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mailroom.domain.chat import (
    ChatCase,
    ChatContent,
    ChatEvent,
    ChatPerson,
    ContentState,
    Conversation,
    ConversationState,
)
from mailroom.domain.decision import Letter, Secrecy
from mailroom.domain.errors import StorageError
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterEntry
from mailroom.testing.shelf import ChatKey, Shelf

AT_ONCE = datetime.min.replace(tzinfo=UTC)
RECEIPTS = frozenset({Letter.ACKNOWLEDGEMENT, Letter.HELD})


class MemoryChatBook:
    """`ports.ChatBook`."""

    def __init__(self, shelf: Shelf, channel: str, account: str) -> None:
        self._shelf = shelf
        self._channel = channel
        self._account = account

    def _key(self, name: str) -> ChatKey:
        return (self._channel, self._account, name)

    def _is_ours(self, key: ChatKey) -> bool:
        return key[:2] == (self._channel, self._account)

    @property
    def _events(self) -> list[ChatEvent]:
        """In order of occurrence; of one instant, in order of arrival."""
        ours = (event for key, event in self._shelf.chat_events.items() if self._is_ours(key))
        return sorted(ours, key=lambda event: event.occurred_at)

    @property
    def _conversations(self) -> list[Conversation]:
        return [one for key, one in self._shelf.conversations.items() if self._is_ours(key)]

    def cursor(self) -> str:
        return self._shelf.chat_cursors.get((self._channel, self._account), "")

    def advance(self, place: str) -> None:
        self._shelf.chat_cursors[self._channel, self._account] = place

    def add(self, events: Sequence[ChatEvent]) -> list[ChatEvent]:
        added = (self._added(event) for event in events)
        return [event for event in added if event is not None]

    def _added(self, event: ChatEvent) -> ChatEvent | None:
        known = self._shelf.chat_events.get(self._key(event.id))
        if known is not None:
            if event.repeats(known):
                return None
            event = event.reused()
        key = self._key(event.id)
        if key in self._shelf.chat_events:
            return None
        unsent_at = self._shelf.chat_unsends.get(self._key(event.message.id)) if event.message else None
        written = self._shelf.chat_events[key] = replace(event, unsent_at=unsent_at or event.unsent_at)
        return written

    def unhandled(self, limit: int) -> list[ChatEvent]:
        return [event for event in self._events if self._key(event.id) not in self._shelf.chat_handled][:limit]

    def handled(self, event_id: str, conversation: str = "") -> None:
        event = self._shelf.chat_events.get(self._key(event_id))
        if event is not None:
            self._shelf.chat_handled.add(self._key(event_id))
            self._shelf.chat_events[self._key(event_id)] = replace(event, conversation=conversation)

    def message(self, message_id: str) -> ChatEvent | None:
        return next(iter(self._bringing(message_id)), None)

    def _bringing(self, message_id: str) -> list[ChatEvent]:
        ours = (event for key, event in self._shelf.chat_events.items() if self._is_ours(key))
        return [event for event in ours if event.message is not None and event.message.id == message_id]

    def unsend(self, message_id: str, at: datetime) -> None:
        self._shelf.chat_unsends.setdefault(self._key(message_id), at)
        for event in self._bringing(message_id):
            self._shelf.chat_events[self._key(event.id)] = replace(event, unsent_at=event.unsent_at or at)

    def wanted(self, now: datetime, limit: int) -> list[ChatEvent]:
        wanted = [event for event in self._events if event.content.state is ContentState.WANTED]
        due = [event for event in wanted if _due(event) <= now]
        return sorted(due, key=_due)[:limit]

    def save_content(self, event_id: str, content: ChatContent) -> None:
        event = self._shelf.chat_events.get(self._key(event_id))
        if event is not None:
            self._shelf.chat_events[self._key(event_id)] = replace(event, content=content)

    def person(self, person_id: str) -> ChatPerson:
        return self._shelf.chat_people.get(self._key(person_id), ChatPerson(id=person_id))

    def save_person(self, person: ChatPerson) -> None:
        self._shelf.chat_people[self._key(person.id)] = person

    def current(self, person_id: str) -> Conversation | None:
        return next((one for one in self.open() if person_id and one.person == person_id), None)

    def conversation(self, conversation_id: str) -> Conversation | None:
        return self._shelf.conversations.get(self._key(conversation_id))

    def save(self, conversation: Conversation) -> None:
        other = self.current(conversation.person)
        is_open = conversation.state is ConversationState.OPEN
        if is_open and other is not None and other.id != conversation.id:
            raise StorageError("another conversation of this person is open; nothing was changed")
        self._shelf.conversations[self._key(conversation.id)] = conversation

    def open(self) -> list[Conversation]:
        found = (one for one in self._conversations if one.state is ConversationState.OPEN)
        return sorted(found, key=lambda one: (one.closes_at, one.id))

    def closed(self) -> list[Conversation]:
        found = (one for one in self._conversations if one.state is ConversationState.CLOSED)
        return sorted(found, key=lambda one: (one.opened_at, one.id))

    def events_of(self, conversation_id: str) -> list[ChatEvent]:
        return [event for event in self._events if conversation_id and event.conversation == conversation_id]

    def latest(self, person_id: str, limit: int) -> list[ChatEvent]:
        return _latest((event for event in self._events if person_id and event.person == person_id), limit)

    def recent(self, limit: int) -> list[ChatEvent]:
        return _latest(self._events, limit)

    def cases(self, person: ChatPerson, limit: int) -> list[ChatCase]:
        found = [
            self._case(entry, self._shelf.messages[entry.draft.message_id])
            for entry in self._shelf.entries.values()
            if self._is_of(person, self._shelf.messages[entry.draft.message_id]) and entry.number in self._shelf.cases
        ]
        return sorted(found, key=lambda one: (one.entered_system_at, one.message_id), reverse=True)[:limit]

    def _is_of(self, person: ChatPerson, record: MessageRecord) -> bool:
        if record.message is None:
            return False
        envelope, address = record.logged.envelope, record.message.sender.address
        if envelope.channel == self._channel:
            return envelope.account == self._account and bool(address) and address == person.id
        proven = person.email_proven_at is not None and bool(person.email)
        return proven and address.lower() == person.email.lower()

    def _case(self, entry: RegisterEntry, record: MessageRecord) -> ChatCase:
        case, draft = self._shelf.cases[entry.number], entry.draft
        letters = (reply.id for reply in self._shelf.replies_to(draft.message_id) if reply.letter in RECEIPTS)
        subject = record.message.subject if record.message and draft.secrecy is Secrecy.NONE else ""
        return ChatCase(
            message_id=draft.message_id,
            number=str(entry.number),
            subject=subject,
            state=case.state.value,
            service=case.service,
            entered_system_at=record.logged.envelope.entered_system_at,
            acknowledged_by=next(letters, ""),
        )


def _due(event: ChatEvent) -> datetime:
    return event.content.due_at or AT_ONCE


def _latest(events: Iterable[ChatEvent], limit: int) -> list[ChatEvent]:
    return list(events)[::-1][:limit]
