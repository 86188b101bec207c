"""Events, people and conversations as columns and back."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from mailroom.domain.chat import (
    ChatContent,
    ChatEvent,
    ChatEventKind,
    ChatMessage,
    ChatMessageKind,
    ChatPerson,
    ContentState,
    Conversation,
    ConversationState,
    Location,
    Step,
)
from storage.columns import clean

EVENT_FIELDS = (
    *("person", "room", "occurred_at", "received_at", "redelivered", "reply_token", "unsent", "data", "delivery"),
    *("defect", "unsent_at", "conversation", "raw"),
)
CONTENT_FIELDS = ("file", "size", "sha256", "media_type", "attempts", "due_at", "note")
PERSON_FIELDS = (
    *("name", "given_name", "email", "email_proven_at", "code_hash", "code_email", "code_expires_at", "code_tries"),
    *("blocked_at", "greeted_at"),
)
CONVERSATION_FIELDS = (
    *("person", "opened_at", "closes_at", "closed_at", "service", "awaited", "name", "email", "answers"),
    *("reply_token", "reply_token_at"),
)
"""Fields that are a column each, as they are."""


def cleaned(event: ChatEvent) -> ChatEvent:
    """The same with every text as a database can hold it: what comes back compares equal to what went in."""
    cleaned_event: ChatEvent = _cleaned(event)
    return cleaned_event


def _cleaned(value: Any) -> Any:
    if type(value) is str:  # Codes of ours, which are a kind of text, are clean.
        return clean(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _cleaned(getattr(value, one.name)) for one in fields(value)})
    return value


def event_columns(event: ChatEvent) -> dict[str, Any]:
    """All but whose it is, and whether it was handled."""
    columns: dict[str, Any] = {name: getattr(event, name) for name in EVENT_FIELDS}
    return columns | {
        "event_id": event.id,
        "kind": event.kind.value,
        "message_id": event.message.id if event.message else "",
        "message": _message_column(event.message) if event.message else None,
        **content_columns(event.content),
    }


def content_columns(content: ChatContent) -> dict[str, Any]:
    columns = {f"content_{name}": getattr(content, name) for name in CONTENT_FIELDS}
    return columns | {"content_state": content.state.value}


def _message_column(message: ChatMessage) -> dict[str, Any]:
    place = message.location
    # Coordinates as text: the JSON of a database has no word for what is not a number.
    location = place and [place.title, place.address, repr(place.latitude), repr(place.longitude)]
    return asdict(message) | {"kind": message.kind.value, "location": location}


def event_of(row: Row[Any]) -> ChatEvent:
    columns: dict[str, Any] = {name: getattr(row, name) for name in EVENT_FIELDS}
    content: dict[str, Any] = {name: getattr(row, f"content_{name}") for name in CONTENT_FIELDS}
    return ChatEvent(
        id=row.event_id,
        kind=ChatEventKind(row.kind),
        message=_message_of(row.message) if row.message else None,
        content=ChatContent(state=ContentState(row.content_state), **content),
        **columns,
    )


def _message_of(column: Mapping[str, Any]) -> ChatMessage:
    place = column["location"]
    location = Location(place[0], place[1], float(place[2]), float(place[3])) if place else None
    return ChatMessage(**{**column, "kind": ChatMessageKind(column["kind"]), "location": location})


def person_columns(person: ChatPerson) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(person, name) for name in PERSON_FIELDS}
    return columns | {"codes_sent_at": [at.isoformat() for at in person.codes_sent_at]}


def person_of(row: Row[Any]) -> ChatPerson:
    columns: dict[str, Any] = {name: getattr(row, name) for name in PERSON_FIELDS}
    return ChatPerson(
        id=row.person, codes_sent_at=tuple(datetime.fromisoformat(at) for at in row.codes_sent_at), **columns
    )


def conversation_columns(conversation: Conversation) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(conversation, name) for name in CONVERSATION_FIELDS}
    return columns | {
        "state": conversation.state.value,
        "step": conversation.step.value,
        "documents": [list(one) for one in conversation.documents],
    }


def conversation_of(row: Row[Any]) -> Conversation:
    columns: dict[str, Any] = {name: getattr(row, name) for name in CONVERSATION_FIELDS}
    return Conversation(
        id=row.conversation,
        state=ConversationState(row.state),
        step=Step(row.step),
        documents=tuple((index, event_id) for index, event_id in row.documents),
        **columns,
    )
