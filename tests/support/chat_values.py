"""Values of conversations, each with all that a column must carry."""

import hashlib
from datetime import timedelta
from typing import Any

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
from tests.support.book_values import NOW

CHANNEL, ACCOUNT = "line", "@agency"
PERSON, OTHER = "U" + "a" * 32, "U" + "b" * 32
SECOND = timedelta(seconds=1)


def said(message_id: str = "m1", text: str = "สวัสดีค่ะ", **more: Any) -> ChatMessage:
    facts: dict[str, Any] = {"kind": ChatMessageKind.TEXT, "text": text}
    return ChatMessage(id=message_id, **(facts | more))


def event(number: int = 1, **more: Any) -> ChatEvent:
    """What somebody said as the so many-th."""
    facts: dict[str, Any] = {
        "id": f"e{number}",
        "kind": ChatEventKind.MESSAGE,
        "person": PERSON,
        "occurred_at": NOW + number * SECOND,
        "received_at": NOW + number * SECOND + SECOND / 2,
        "reply_token": f"token{number}",
        "message": said(f"m{number}"),
        "raw": f'{{"webhookEventId":"e{number}"}}',
        "delivery": hashlib.sha256(b"%d" % number).hexdigest(),
    }
    return ChatEvent(**(facts | more))


def picture(number: int = 1, **more: Any) -> ChatEvent:
    """A picture whose content has to be fetched."""
    facts: dict[str, Any] = {
        "message": said(f"m{number}", "", kind=ChatMessageKind.IMAGE),
        "content": ChatContent(state=ContentState.WANTED),
    }
    return event(number, **(facts | more))


def full_event() -> ChatEvent:
    """Every field set to something."""
    message = ChatMessage(
        id="m9",
        kind=ChatMessageKind.LOCATION,
        text="คำ (สติกเกอร์)",
        file_name="แผนที่.pdf",
        size=3_000_000_000,
        duration_ms=1234,
        location=Location("ศาลา", "ถนนสุขใจ", 13.7563309, 100.5017651),
        quoted_id="m1",
        set_id="s1",
        set_index=1,
        set_total=3,
        url="https://example.test/a.jpg",
    )
    content = ChatContent(
        state=ContentState.WANTED,
        file="e9",
        size=5_000_000_000,
        sha256="ab" * 32,
        media_type="image/jpeg",
        attempts=3,
        due_at=NOW,
        note="202",
    )
    return event(
        9,
        room="C" + "c" * 32,
        redelivered=True,
        message=message,
        unsent="m3",
        data="step=confirm&ข้อมูล",
        defect="message-unknown: poll",
        content=content,
        unsent_at=NOW,
    )


def conversation(number: int = 1, **more: Any) -> Conversation:
    """The one that begins with the so many-th event."""
    facts: dict[str, Any] = {
        "id": f"e{number}",
        "person": PERSON,
        "opened_at": NOW + number * SECOND,
        "closes_at": NOW + number * SECOND + timedelta(minutes=2),
    }
    return Conversation(**(facts | more))


def full_conversation() -> Conversation:
    return conversation(
        state=ConversationState.CLOSED,
        step=Step.CONFIRM,
        closed_at=NOW,
        service="build",
        documents=((0, "e2"), (3, "e4")),
        awaited=1,
        name="สมศรี",
        email="Somsri@example.test",
        answers="a" * 32,
        reply_token="token",
        reply_token_at=NOW,
    )


def person(person_id: str = PERSON, **more: Any) -> ChatPerson:
    return ChatPerson(id=person_id, **more)


def full_person() -> ChatPerson:
    return person(
        name="ศรี 🌸",
        given_name="สมศรี ใจดี",
        email="Somsri@example.test",
        email_proven_at=NOW,
        code_hash="c" * 64,
        code_email="new@example.test",
        code_expires_at=NOW + timedelta(minutes=15),
        code_tries=2,
        codes_sent_at=(NOW, NOW - SECOND),
        blocked_at=NOW,
        greeted_at=NOW - SECOND,
    )
