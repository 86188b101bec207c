"""Conversations by LINE as the desk meets them: events in the books, and the message that they became."""

import hashlib
import struct
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailroom.domain.card import Card, Choice
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
    Quota,
)
from mailroom.domain.decision import Decision, Letter, Outcome
from mailroom.domain.message import Address
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from mailroom.stages.chat_text import chat_text
from mailroom.web.site import ChatLook
from tests.support.web_site import HOLD, Files, Site, letter

LINE = "line"
OA = "@klongmai"
SOMCHAI = "U" + "5a" * 16
TEN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
"""Ten in the morning in Bangkok."""

JOINS = Decision(Outcome.ACCEPT, "joins_case", register=False)


@dataclass
class LookValues:
    """What the page of conversations is told; a test sets it."""

    refusals: int = 0
    quota: Quota | None = field(default_factory=lambda: Quota(200, 20))
    delivered_at: datetime | None = TEN

    @property
    def look(self) -> ChatLook:
        return ChatLook(
            channel=LINE,
            account=OA,
            refused=lambda: self.refusals,
            quota=lambda: self.quota,
            last_delivery_at=lambda: self.delivered_at,
        )


class Talk:
    """Events of one person, a minute apart, of one conversation; `contents` are the files among them."""

    def __init__(self, name: str = "C1", person: str = SOMCHAI, begins: datetime = TEN) -> None:
        self.id, self.person, self.at = name, person, begins
        self.events: list[ChatEvent] = []
        self.contents: list[tuple[str, str, bytes]] = []
        self.items: list[OutboxItem] = []

    def says(
        self,
        kind: ChatMessageKind = ChatMessageKind.TEXT,
        text: str = "",
        content: ChatContent | None = None,
        **more: Any,
    ) -> ChatEvent:
        """A message; further values are those of `ChatMessage`."""
        message = ChatMessage(id=f"{self.id}-M{len(self.events) + 1}", kind=kind, text=text, **more)
        return self.does(ChatEventKind.MESSAGE, message=message, content=content or ChatContent())

    def sends(self, kind: ChatMessageKind, name: str, media_type: str, content: bytes, **more: Any) -> ChatEvent:
        """A message with a file that was kept."""
        self.contents.append((name, media_type, content))
        digest = hashlib.sha256(content).hexdigest()
        kept = ChatContent(state=ContentState.KEPT, size=len(content), sha256=digest, media_type=media_type)
        message = ChatMessage(id=f"{self.id}-M{len(self.events) + 1}", kind=kind, file_name=name, **more)
        return self.does(ChatEventKind.MESSAGE, message=message, content=kept)

    def does(self, kind: ChatEventKind, **more: Any) -> ChatEvent:
        """An event; further values are those of `ChatEvent`."""
        number = len(self.events) + 1
        event = ChatEvent(
            **{
                "id": self.id if number == 1 else f"{self.id}-E{number}",
                "kind": kind,
                "person": self.person,
                "occurred_at": self.at,
                "received_at": self.at + timedelta(seconds=1),
                "raw": f'{{"type":"{kind}","webhookEventId":"{self.id}-{number}"}}',
            }
            | more
        )
        self.events.append(event)
        self.at += timedelta(minutes=1)
        return event

    def takes_back(self, event: ChatEvent) -> None:
        assert event.message
        self.does(ChatEventKind.UNSEND, unsent=event.message.id)

    def answered(self, text: str, *labels: str, state: OutboxState = OutboxState.SENT) -> OutboxItem:
        """A turn of ours, half a minute after the last word, that offers choices with the data `pick-LABEL`."""
        item = OutboxItem(
            id=hashlib.sha256(f"{self.id} {len(self.items)}".encode()).hexdigest()[:32],
            channel=LINE,
            letter=Letter.PROMPT,
            to=self.person,
            subject="",
            text=text,
            card=Card(choices=tuple(Choice(label, data=f"pick-{label}") for label in labels)) if labels else None,
            created_at=self.at - timedelta(seconds=30),
            due_at=self.at,
            state=state,
        )
        self.items.append(item)
        return item

    def write(self, books: Books, state: ConversationState, person: ChatPerson | None = None, **more: Any) -> None:
        """Into the books, with what was taken back marked so; further values are those of `Conversation`."""
        conversation = Conversation(
            **{
                "id": self.id,
                "person": self.person,
                "state": state,
                "opened_at": self.events[0].occurred_at,
                "closes_at": self.at + timedelta(minutes=2),
                "closed_at": None if state is ConversationState.OPEN else self.at,
            }
            | more
        )
        with books.begin() as uow:
            chats = uow.chats(LINE, OA)
            chats.add(self.events)
            for event in self.events:
                chats.handled(event.id, self.id)
                if event.unsent:
                    chats.unsend(event.unsent, event.occurred_at)
            chats.save_person(person or ChatPerson(id=self.person, name="ชายชาย 🌿"))
            chats.save(conversation)
            for item in self.items:
                uow.outbox.put(item)
            uow.commit()

    def received(
        self,
        office: Site,
        books: Books,
        *,
        person: ChatPerson | None = None,
        sender: str = "นายสมชาย รักถิ่น",
        decision: Decision | None = HOLD,
        follows: RegisterNumber | None = None,
        conversation: dict[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """Taken in as one message, as the reader makes it. Its row."""
        self.write(books, ConversationState.TAKEN, person, **(conversation or {}))
        with books.look() as uow:
            chats = uow.chats(LINE, OA)
            events, found = chats.events_of(self.id), chats.conversation(self.id)
        said = chat_text(events, found)
        message = letter(said.subject, said.text, sender=Address(sender, self.person), is_chat=True)
        files: Files = tuple(self.contents)
        row = office.receive(
            replace(message, message_id=""),
            files=files,
            came=(LINE, OA, self.id),
            decision=decision,
            follows=follows,
            **more,
        )
        if said.hidden_parts and decision:
            with books.begin() as uow:
                uow.messages.redact(row, text=said.text, subject=said.subject, hidden_parts=said.hidden_parts)
                uow.commit()
        return row


def png(width: int = 240, height: int = 160, colour: bytes = b"\x2d\x7d\x46") -> bytes:
    """A whole picture of one colour."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = (b"\x00" + colour * width) * min(height, 2000)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
