"""Complete conversations of LINE in books and folder, as intake and closing leave them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from channels.line.decode import decode
from mailroom.domain.chat import (
    ChatContent,
    ChatEvent,
    ChatPerson,
    ContentState,
    Conversation,
    ConversationState,
    Spooled,
)
from mailroom.ports import Books
from mailroom.ports.contents import content_name, content_path
from tests.support import line_events as line

ACCOUNT = "@agency.test"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def events_of(*sent: line.Event) -> list[ChatEvent]:
    """As decoding gives them, received two seconds after they happened."""
    found = []
    for one in sent:
        content = line.body(one)
        received_at = line.AT + timedelta(seconds=2)
        if isinstance(one.get("timestamp"), int):
            received_at = datetime.fromtimestamp(one["timestamp"] / 1000, UTC) + timedelta(seconds=2)
        found += decode(Spooled("1", content, hashlib.sha256(content).hexdigest(), received_at))
    return found


def kept(content: bytes, event_id: str, media_type: str = "image/png") -> ChatContent:
    digest = hashlib.sha256(content).hexdigest()
    return ChatContent(
        state=ContentState.KEPT,
        file=content_name(event_id),
        size=len(content),
        sha256=digest,
        media_type=media_type,
    )


def conversation(events: Sequence[ChatEvent], **more: Any) -> Conversation:
    """Complete, a minute after its last word."""
    closed_at = max(event.occurred_at for event in events) + timedelta(minutes=1)
    facts = {"id": events[0].id, "person": events[0].person, "state": ConversationState.CLOSED}
    times = {"opened_at": events[0].occurred_at, "closes_at": closed_at, "closed_at": closed_at}
    return Conversation(**{**facts, **times, **more})


def complete(
    books: Books,
    folder: Path,
    events: Sequence[ChatEvent],
    contents: dict[str, bytes] | None = None,
    person: ChatPerson | None = None,
    **more: Any,
) -> Conversation:
    """Write a conversation of these events into the books, and its contents, by event id, into the folder."""
    talk = conversation(events, **more)
    with books.begin() as uow:
        chats = uow.chats("line", ACCOUNT)
        chats.add(events)
        chats.save(talk)
        for event in events:
            chats.handled(event.id, talk.id)
            if event.unsent_at is not None and event.message is not None:
                chats.unsend(event.message.id, event.unsent_at)
        for event_id, content in (contents or {}).items():
            path = content_path(folder, event_id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            chats.save_content(event_id, kept(content, event_id))
        if person is not None:
            chats.save_person(person)
        uow.commit()
    return talk


def with_content(event: ChatEvent, content: bytes, media_type: str = "image/png") -> ChatEvent:
    return replace(event, content=kept(content, event.id, media_type))
