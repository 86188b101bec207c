"""What follows from each event of a conversation: one transaction each, in order of occurrence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path

import structlog

from mailroom.domain.agency import Agency
from mailroom.domain.chat import (
    ChatContent,
    ChatEvent,
    ChatEventKind,
    ChatPerson,
    ContentState,
    Conversation,
    ConversationState,
)
from mailroom.domain.decision import Letter
from mailroom.domain.errors import MailroomError
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.ports.chat import ChatBook
from mailroom.ports.contents import content_path
from mailroom.services.announcements import Announced, Announcements
from mailroom.services.chat_closing import finish
from mailroom.services.chat_contents import Names
from mailroom.services.chat_identity import ChatIdentity, derived_id
from mailroom.services.chat_unsend import take_back
from mailroom.stages.compose import one_line
from mailroom.stages.dialogue import answers_later, turn
from mailroom.stages.dialogue_begin import shown
from mailroom.stages.dialogue_says import simple
from mailroom.stages.dialogue_values import Say, TalkFacts, Turn, Wish, voice

log = structlog.get_logger(__name__)

BATCH = 200
TRIES = 3
"""An event on which our own code fails so often goes to a clerk, and the others go on."""
CASES = 100
"""So many of a person's cases are looked through, the latest first."""
ANSWERED_WITHIN = timedelta(hours=1)
"""What was said longer ago is taken in like anything else, but an answer would only puzzle."""
SUBJECT_LIMIT = 100
THROWN_AWAY = "thrown away by its sender before it was submitted"


class Fate(Enum):
    DONE = auto()
    ANSWERED = auto()
    WAITS = auto()
    """It cannot be acted on yet; the others go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRules:
    """What turns of one account go by."""

    channel: str
    account: str
    agency: Agency
    catalogue: Catalogue
    announcements: Announcements
    texts: tuple[Texts, ...]
    """Thai, then English."""
    quiet: timedelta
    dialogue: timedelta


class ChatTurns:
    """Acts on events that nothing followed from yet. One thread at a time."""

    def __init__(
        self,
        *,
        books: Books,
        clock: Clock,
        rules: TalkRules,
        identity: ChatIdentity,
        names: Names,
        folder: Path,
        stopping: Callable[[], bool],
    ) -> None:
        """`folder` is the channel's, where contents are."""
        self._folder = folder
        self._books = books
        self._clock = clock
        self._rules = rules
        self._identity = identity
        self._names = names
        self._stopping = stopping

    def run(self) -> bool:
        """Every event that can be acted on; whether anything was put into the outbox. Raises StorageError."""
        answered, waiting = False, set[str]()
        while not self._stopping() and (batch := self._batch(waiting)):
            for place, event in enumerate(batch):
                if self._stopping():
                    break
                fate = self._take(event, silent=_answered_by(event, batch[place + 1 :]))
                answered = answered or fate is Fate.ANSWERED
                if fate is Fate.WAITS:
                    waiting.add(event.id)
        return answered

    def _batch(self, waiting: set[str]) -> list[ChatEvent]:
        with self._books.look() as uow:
            chats = uow.chats(self._rules.channel, self._rules.account)
            return [one for one in chats.unhandled(BATCH + len(waiting)) if one.id not in waiting]

    def _take(self, event: ChatEvent, *, silent: bool) -> Fate:
        for _ in range(TRIES):
            try:
                return self._act(event, silent=silent)
            except MailroomError:
                raise
            except Exception as error:  # the job loop: one event must not stop the others
                log.exception("chat.turn-failed", of=event.id, error=type(error).__name__)
        self._give_up(event)
        return Fate.DONE

    def _act(self, event: ChatEvent, *, silent: bool) -> Fate:
        rules, now = self._rules, self._clock.now()
        with self._books.begin() as uow:
            chats = uow.chats(rules.channel, rules.account)
            if event.kind is ChatEventKind.UNSEND and not take_back(uow, rules.channel, rules.account, event, now):
                uow.commit()
                return Fate.WAITS
            talk = _going_on(chats, event, now)
            person = chats.person(event.room or event.person)
            facts = self._facts(uow, chats, event, talk, person, silent=silent)
            found = turn(event, talk, person, facts)
            found = self._with_wish(uow, event, talk, found, facts, now)
            answered = self._write(uow, chats, event, person, found, now)
            thrown = _thrown_away(chats, found)
            uow.commit()
        if not event.room and event.person and not found.person.name:
            self._names.want(event.person, now)
        for one in thrown:
            content_path(self._folder, one.id).unlink(missing_ok=True)
        return Fate.ANSWERED if answered else Fate.DONE

    def _facts(
        self,
        uow: UnitOfWork,
        chats: ChatBook,
        event: ChatEvent,
        talk: Conversation | None,
        person: ChatPerson,
        *,
        silent: bool,
    ) -> TalkFacts:
        rules = self._rules
        announced: Announced = rules.announcements.known(uow)
        speaks = event.kind in (ChatEventKind.MESSAGE, ChatEventKind.POSTBACK) and not event.room
        return TalkFacts(
            channel=rules.channel,
            agency=rules.agency,
            catalogue=rules.catalogue,
            announcement=announced.at(event.occurred_at),
            texts=rules.texts,
            quiet=rules.quiet,
            dialogue=rules.dialogue,
            cases=tuple(chats.cases(person, CASES)) if speaks else (),
            said=tuple(chats.events_of(talk.id)) if talk else (),
            silent=silent,
        )

    def _with_wish(
        self,
        uow: UnitOfWork,
        event: ChatEvent,
        talk: Conversation | None,
        found: Turn,
        facts: TalkFacts,
        now: datetime,
    ) -> Turn:
        """A code sent or compared, as the turn asks for."""
        match found.wish:
            case Wish.CODE:
                person, key, words = self._identity.send(uow, event, found.person, now)
            case Wish.PROVE:
                person, key, words = self._identity.prove(found.person, found.code, now)
            case Wish.NONE:
                return found
        return replace(found, person=person, says=simple(voice(event, facts), key, talk, person, facts, **words))

    def _write(
        self, uow: UnitOfWork, chats: ChatBook, event: ChatEvent, person: ChatPerson, found: Turn, now: datetime
    ) -> bool:
        """All that the turn found; whether letters are waiting now."""
        if found.person != person:
            chats.save_person(found.person)
        if found.conversation:
            chats.save(found.conversation)
        if event.room and event.content.state is ContentState.WANTED:
            chats.save_content(event.id, ChatContent())  # nothing of a room is kept
        chats.handled(event.id, found.conversation.id if found.conversation and found.belongs else "")
        says = found.says if now - event.occurred_at <= ANSWERED_WITHIN else None
        if says:
            self._put(uow, event, found.person, says, now)
        return says is not None

    def _put(self, uow: UnitOfWork, event: ChatEvent, person: ChatPerson, says: Say, now: datetime) -> None:
        rules = self._rules
        name = derived_id("prompt", rules.channel, rules.account, event.id)
        if uow.outbox.get(name) is not None:
            return
        uow.outbox.put(
            OutboxItem(
                id=name,
                channel=rules.channel,
                letter=Letter.PROMPT,
                to=event.room or event.person,
                to_name=person.name,
                subject=one_line(says.text.partition("\n")[0], SUBJECT_LIMIT),
                text=says.text,
                card=says.card,
                in_reply_to=event.reply_token,
                created_at=now,
                due_at=now,
            )
        )

    def _give_up(self, event: ChatEvent) -> None:
        """Shown to a clerk by itself: it is in the log soon, whatever was wrong."""
        rules = self._rules
        with self._books.begin() as uow:
            chats = uow.chats(rules.channel, rules.account)
            chats.save(shown(event))
            chats.handled(event.id, event.id)
            uow.events.add("chat.failed", self._clock.now(), detail=event.id)
            uow.commit()


def _answered_by(event: ChatEvent, later: Sequence[ChatEvent]) -> bool:
    return any(one.person == event.person and answers_later(one) for one in later)


def _thrown_away(chats: ChatBook, found: Turn) -> list[ChatEvent]:
    """Events whose contents their sender threw away with the whole conversation; what was taken back stays a record."""
    talk = found.conversation
    if talk is None or talk.state is not ConversationState.DROPPED or found.takes_back:
        return []
    thrown = [one for one in chats.events_of(talk.id) if one.content.state in (ContentState.WANTED, ContentState.KEPT)]
    for one in thrown:
        content = replace(one.content, state=ContentState.GONE, file="", due_at=None, note=THROWN_AWAY)
        chats.save_content(one.id, content)
    return thrown


def _going_on(chats: ChatBook, event: ChatEvent, now: datetime) -> Conversation | None:
    """The person's open conversation, unless it was over when this occurred. One that waits for contents goes on."""
    talk = chats.current(event.person) if event.person and not event.room else None
    if talk is None or talk.closes_at > event.occurred_at:
        return talk
    after = finish(chats, talk, now)
    return after if after.state is ConversationState.OPEN else None
