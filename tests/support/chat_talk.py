"""People who talk: events in their order, for tests of turns and of the services around them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from mailroom.domain.agency import Announcement
from mailroom.domain.card import Choice
from mailroom.domain.chat import (
    HAS_CONTENT,
    ChatCase,
    ChatContent,
    ChatEvent,
    ChatEventKind,
    ChatMessage,
    ChatMessageKind,
    ChatPerson,
    ContentState,
    Conversation,
    ConversationState,
)
from mailroom.domain.service import Catalogue, RequiredDocument, Service
from mailroom.domain.texts import Texts
from mailroom.paths import CONFIG
from mailroom.stages.chat_words import Tap, Verb
from mailroom.stages.dialogue import turn
from mailroom.stages.dialogue_values import TalkFacts, Turn
from mailroom.texts import load_texts
from tests.support.stage_values import AGENCY

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""Monday, 10.00 in Thailand."""
QUIET, DIALOGUE = timedelta(seconds=120), timedelta(minutes=60)
SOMSRI, CHAI = "U" + "1" * 32, "U" + "2" * 32
FOOD = Service(
    "food",
    "ใบอนุญาตร้านอาหาร",
    "Food shop licence",
    words=("ร้านอาหาร",),
    documents=(RequiredDocument("คำขอ"), RequiredDocument("สำเนาทะเบียนบ้าน"), RequiredDocument("แผนที่")),
)
NOISE = Service("noise", "ขอใช้เครื่องขยายเสียง")
MARKET = Service("market", "ใบอนุญาตตลาด", channels=("email",))
CATALOGUE = Catalogue((FOOD, NOISE, MARKET))
EMAIL_ONLY = Announcement(date(2023, 8, 1), ("email",), "ที่ 1/2566")
BOTH = Announcement(date(2023, 8, 1), ("email", "line"), "ที่ 1/2566", line_id="@town")


@cache
def both_texts() -> tuple[Texts, ...]:
    return load_texts(CONFIG), load_texts(CONFIG, "en")


def facts(**changes: Any) -> TalkFacts:
    known: dict[str, Any] = {
        "channel": "line",
        "agency": AGENCY,
        "catalogue": CATALOGUE,
        "texts": both_texts(),
        "quiet": QUIET,
        "dialogue": DIALOGUE,
    }
    return TalkFacts(**{**known, **changes})


def case(number: str = "41/2569", state: str = "open", days_ago: int = 1, **changes: Any) -> ChatCase:
    known: dict[str, Any] = {
        "message_id": 1,
        "number": number,
        "subject": "ขอถังขยะ",
        "state": state,
        "service": None,
        "entered_system_at": START - timedelta(days=days_ago),
        "acknowledged_by": "ab" * 16,
    }
    return ChatCase(**{**known, **changes})


@dataclass
class Events:
    """Makes one person's events, a second apart, with ids in order."""

    person: str = SOMSRI
    at: datetime = START
    made: int = 0

    def event(self, kind: ChatEventKind, **changes: Any) -> ChatEvent:
        self.made += 1
        self.at += timedelta(seconds=1)
        name = f"{self.person[1:4]}-{self.made:03}"
        known: dict[str, Any] = {"occurred_at": self.at, "received_at": self.at, "reply_token": f"token-{name}"}
        return ChatEvent(id=name, kind=kind, person=self.person, **{**known, "raw": name, **changes})

    def said(self, text: str, **changes: Any) -> ChatEvent:
        return self.message(ChatMessageKind.TEXT, text=text, **changes)

    def message(self, kind: ChatMessageKind, **changes: Any) -> ChatEvent:
        fields = {key: changes.pop(key) for key in tuple(changes) if key in ChatMessage.__dataclass_fields__}
        name = fields.pop("id", f"m-{self.person[1:4]}-{self.made + 1:03}")
        state = ContentState.WANTED if kind in HAS_CONTENT else ContentState.NONE
        content = changes.pop("content", ChatContent(state=state))
        return self.event(
            ChatEventKind.MESSAGE, message=ChatMessage(id=name, kind=kind, **fields), content=content, **changes
        )

    def image(self, **changes: Any) -> ChatEvent:
        changes.setdefault("content", ChatContent(state=ContentState.KEPT, media_type="image/jpeg"))
        return self.message(ChatMessageKind.IMAGE, **changes)

    def tapped(self, verb: Verb, conversation: str = "", detail: str = "", **changes: Any) -> ChatEvent:
        return self.event(ChatEventKind.POSTBACK, data=Tap(verb, conversation, detail).data, **changes)

    def unsent(self, message_id: str) -> ChatEvent:
        return self.event(ChatEventKind.UNSEND, unsent=message_id, reply_token="")


@dataclass
class Talk:
    """One person's conversation, turn by turn, as the books would keep it."""

    known: TalkFacts = field(default_factory=facts)
    person: ChatPerson = field(default_factory=lambda: ChatPerson(id=SOMSRI, greeted_at=START))
    talk: Conversation | None = None
    events: Events = field(default_factory=Events)
    kept: dict[str, list[ChatEvent]] = field(default_factory=dict)
    ended: list[Conversation] = field(default_factory=list)
    last: Turn | None = None

    def take(self, event: ChatEvent, *, silent: bool = False) -> Turn:
        said = tuple(self.kept.get(self.talk.id, ())) if self.talk else ()
        found = turn(event, self.talk, self.person, replace(self.known, said=said, silent=silent))
        assert found == turn(event, self.talk, self.person, replace(self.known, said=said, silent=silent))
        self.person, self.last = found.person, found
        if found.takes_back or event.unsent:
            self._mark(event)
        if found.conversation:
            if found.belongs:
                self.kept.setdefault(found.conversation.id, []).append(event)
            self._keep(found.conversation)
        return found

    def _keep(self, talk: Conversation) -> None:
        if talk.state is ConversationState.OPEN:
            self.talk = talk
        else:
            self.ended.append(talk)
            self.talk = self.talk if self.talk and self.talk.id != talk.id else None

    def _mark(self, event: ChatEvent) -> None:
        for name, kept in self.kept.items():
            self.kept[name] = [
                replace(one, unsent_at=event.occurred_at) if one.message and one.message.id == event.unsent else one
                for one in kept
            ]

    def say(self, text: str) -> Turn:
        return self.take(self.events.said(text))

    def send(self, **changes: Any) -> Turn:
        return self.take(self.events.image(**changes))

    def tap(self, verb: Verb, detail: str = "", conversation: str | None = None) -> Turn:
        of = conversation if conversation is not None else (self.talk.id if self.talk else "")
        return self.take(self.events.tapped(verb, of, detail))

    def press(self, label: str) -> Turn:
        """Tap what the last answer offered under this label."""
        return self.take(self.events.event(ChatEventKind.POSTBACK, data=self.offered(label).data))

    def offered(self, label: str) -> Choice:
        return next(one for one in self.offers() if one.label == label)

    def offers(self) -> tuple[Choice, ...]:
        card = self.last.says.card if self.last and self.last.says else None
        return (*card.choices, *card.buttons) if card else ()

    @property
    def labels(self) -> list[str]:
        return [one.label for one in self.offers()]

    @property
    def is_open(self) -> bool:
        return self.talk is not None

    @property
    def is_blocked(self) -> bool:
        return self.person.blocked_at is not None

    @property
    def answer(self) -> str:
        return self.last.says.text if self.last and self.last.says else ""

    def words(self) -> list[str]:
        """Texts that are kept anywhere, in order."""
        return [one.message.text for kept in self.kept.values() for one in kept if one.message and one.message.text]
