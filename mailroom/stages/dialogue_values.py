"""What a turn of a conversation depends on, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from mailroom.domain.agency import BANGKOK, Agency, Announcement
from mailroom.domain.card import Card
from mailroom.domain.chat import ChatCase, ChatEvent, ChatPerson, ContentState, Conversation
from mailroom.domain.service import Catalogue, Service
from mailroom.domain.texts import Texts
from mailroom.stages import lazy
from mailroom.stages.announced import channels_for
from mailroom.stages.chat_text import is_said
from mailroom.stages.chat_words import is_english

_PLACE = lazy.pattern(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkFacts:
    """All that a turn may depend on beside the event, its conversation and its person."""

    channel: str
    agency: Agency
    catalogue: Catalogue
    announcement: Announcement | None = None
    """In force when the event occurred; None when every channel in use was proper (R20)."""
    texts: tuple[Texts, ...]
    """Thai, then English."""
    quiet: timedelta
    """After so long without a word what was said is complete."""
    dialogue: timedelta
    """After so long a guided dialogue is submitted as it stands."""
    cases: tuple[ChatCase, ...] = ()
    """The person's own, latest first."""
    said: tuple[ChatEvent, ...] = ()
    """Events of the open conversation so far, in order."""
    silent: bool = False
    """Something later that came at the same time will be answered: this need not be."""

    def offered(self, service: Service, day: date) -> bool:
        """Whether the service may be asked for on this channel on that day (R20, R111)."""
        if self.announcement is None:
            return self.channel in service.channels
        return self.channel in channels_for(self.announcement, service, day)

    def offers(self, day: date) -> list[Service]:
        return [one for one in self.catalogue.services if self.offered(one, day)]

    @property
    def kept(self) -> list[ChatEvent]:
        """What was said in the open conversation and not taken back."""
        return [event for event in self.said if is_said(event) and event.unsent_at is None]

    @property
    def waits_for_content(self) -> bool:
        return any(event.content.state is ContentState.WANTED for event in self.said)


@dataclass(frozen=True, slots=True)
class Say:
    """One answer: words, and what is shown beside them."""

    text: str
    card: Card | None = None


class Wish(StrEnum):
    """What a turn needs of the outside."""

    NONE = ""
    CODE = "code"
    """That a code goes to the person's e-mail address."""
    PROVE = "prove"
    """That a code is compared with the one that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What comes of one event."""

    person: ChatPerson
    conversation: Conversation | None = None
    """As it stands now, to be written; None where none is concerned."""
    says: Say | None = None
    belongs: bool = False
    """Whether the event is part of that conversation."""
    takes_back: str = ""
    """Id of the message that its sender took back (R117)."""
    wish: Wish = Wish.NONE
    code: str = ""
    """What was typed, to be compared."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The catalogue in the language in which a person writes."""

    texts: Texts

    def say(self, key: str, **facts: object) -> str:
        """A sentence with its places filled in, literally."""
        return filled(self.texts.label("chat", key), **facts)

    def word(self, table: str, key: str) -> str:
        return self.texts.label(table, key)

    @property
    def is_thai(self) -> bool:
        return self.texts.language == "th"

    def service(self, service: Service) -> str:
        return service.name if self.is_thai else service.name_en or service.name


def filled(text: str, **facts: object) -> str:
    return _PLACE.sub(lambda place: str(facts.get(place[1], place[0])), text)


def voice(event: ChatEvent, facts: TalkFacts) -> Voice:
    """The language of the latest words that tell one; Thai where none does."""
    return Voice(facts.texts[1] if _speaks_english((*facts.said, event)) else facts.texts[0])


def _speaks_english(events: Sequence[ChatEvent]) -> bool:
    told = (is_english(event.message.text) for event in reversed(events) if event.message and event.message.text)
    return next((one for one in told if one is not None), False)


def day_of(event: ChatEvent) -> date:
    """The day in Thailand on which it occurred."""
    return event.occurred_at.astimezone(BANGKOK).date()


def with_token(turn: Turn, event: ChatEvent) -> Turn:
    """A reply token answers once: what no answer used is left to the receipt."""
    conversation = turn.conversation
    if conversation is None:
        return turn
    token, at = (event.reply_token, event.occurred_at) if turn.says is None and event.reply_token else ("", None)
    return replace(turn, conversation=replace(conversation, reply_token=token, reply_token_at=at))
