"""One turn of a conversation: a pure function of the event, the conversation, the person and the facts."""

from dataclasses import replace
from datetime import timedelta

from mailroom.domain.chat import (
    ChatEvent,
    ChatEventKind,
    ChatMessage,
    ChatMessageKind,
    ChatPerson,
    Conversation,
    ConversationState,
    Step,
)
from mailroom.stages import dialogue_guide as guide
from mailroom.stages import dialogue_says as says
from mailroom.stages.chat_words import Command, code, command, email_address, register_number, tapped
from mailroom.stages.courtesy import only_thanks
from mailroom.stages.dialogue_acts import act, tap
from mailroom.stages.dialogue_begin import answers_later, extended, in_the_middle, opened, quoting, shown
from mailroom.stages.dialogue_typed import typed
from mailroom.stages.dialogue_values import Say, TalkFacts, Turn, Voice, Wish, day_of, voice, with_token
from mailroom.stages.normalise import normalised
from mailroom.stages.status_words import status

__all__ = ["TalkFacts", "Turn", "answers_later", "turn"]

GREETED_AGAIN_AFTER = timedelta(days=1)
"""Who blocks us and comes back again and again is greeted once a day."""
_SHOWN = frozenset({ChatEventKind.UNKNOWN, ChatEventKind.MALFORMED})


def turn(event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts) -> Turn:
    """What comes of one event. Equal input gives an equal turn.

    `talk` is the person's open conversation. Nothing that a person typed is lost: it belongs to a conversation, or it is
    a command, and then it is answered.
    """
    if event.kind in _SHOWN:
        return Turn(person=person, conversation=shown(event), belongs=True)
    if event.room:
        return _in_room(event, person, facts)
    found = with_token(_turn(event, talk, person, facts), event)
    return _first_words(found, event, facts)


def _turn(event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts) -> Turn:
    match event.kind:
        case ChatEventKind.MESSAGE if event.message is not None:
            return _message(event, event.message, talk, _reachable(event, person), facts)
        case ChatEventKind.POSTBACK if (found := tapped(event.data)) is not None:
            return tap(voice(event, facts), found, event, talk, _reachable(event, person), facts)
        case ChatEventKind.UNSEND:
            return _taken_back(event, talk, person, facts)
        case ChatEventKind.FOLLOW:
            return _followed(event, person, facts)
        case ChatEventKind.UNFOLLOW:
            return Turn(person=replace(person, blocked_at=event.occurred_at))
    return Turn(person=person)


def _reachable(event: ChatEvent, person: ChatPerson) -> ChatPerson:
    """Who writes has not blocked us, or no longer."""
    blocked = person.blocked_at
    return replace(person, blocked_at=None) if blocked and blocked <= event.occurred_at else person


# Rooms, and who comes and goes


def _in_room(event: ChatEvent, room: ChatPerson, facts: TalkFacts) -> Turn:
    """Groups and rooms are told once that we speak to one person at a time; nothing said there is registered."""
    if room.greeted_at or event.kind not in (ChatEventKind.JOIN, ChatEventKind.MESSAGE):
        return Turn(person=room)
    words = "\n\n".join(Voice(one).say("one-to-one-only", agency=facts.agency.name) for one in facts.texts)
    return Turn(person=replace(room, greeted_at=event.occurred_at), says=Say(words))


def _followed(event: ChatEvent, person: ChatPerson, facts: TalkFacts) -> Turn:
    if person.blocked_at and person.blocked_at > event.occurred_at:
        return Turn(person=person)  # it came late: they have left since
    person = replace(person, blocked_at=None)
    if person.greeted_at and event.occurred_at - person.greeted_at < GREETED_AGAIN_AFTER:
        return Turn(person=person)
    said = says.greeting(Voice(facts.texts[0]), facts, day_of(event), Voice(facts.texts[1]))
    return Turn(person=replace(person, greeted_at=event.occurred_at), says=said)


def _first_words(found: Turn, event: ChatEvent, facts: TalkFacts) -> Turn:
    """The first answer says what this channel is for, whoever speaks first (R111)."""
    if found.says is None or found.person.greeted_at:
        return found
    lead = says.standing(voice(event, facts), facts, day_of(event))
    said = replace(found.says, text=f"{lead}\n\n{found.says.text}")
    return replace(found, says=said, person=replace(found.person, greeted_at=event.occurred_at))


# Messages


def _message(
    event: ChatEvent, message: ChatMessage, talk: Conversation | None, person: ChatPerson, facts: TalkFacts
) -> Turn:
    if event.unsent_at is not None:  # taken back before it came
        return Turn(person=person, conversation=talk, belongs=talk is not None)
    speaks = voice(event, facts)
    if message.kind is ChatMessageKind.TEXT and (found := _aside(speaks, event, message.text, talk, person, facts)):
        return found
    if talk is None and message.kind is ChatMessageKind.STICKER:
        return Turn(person=person, says=says.menu(speaks, None, person, facts))
    return _collected(speaks, event, talk, person, facts)


def _aside(
    speaks: Voice, event: ChatEvent, text: str, talk: Conversation | None, person: ChatPerson, facts: TalkFacts
) -> Turn | None:
    """What is no part of a submission: questions, commands, codes, courtesies."""
    if person.code_hash and (digits := code(text)):
        return Turn(person=person, wish=Wish.PROVE, code=digits)
    if number := register_number(text):
        return Turn(person=person, says=status(speaks, talk, person, facts, number))
    if label := typed(text, talk, person, facts, day_of(event)):
        return tap(speaks, label, event, talk, person, facts)
    asked = command(text)
    if asked is not None and (found := act(speaks, asked, event, talk, person, facts)):
        return found
    if talk is None and (asked is Command.GREETING or only_thanks("", normalised(text))):
        key = "welcome" if asked is None else "menu"
        return Turn(person=person, says=says.menu(speaks, None, person, facts, key))
    if talk is None and (address := email_address(text)):
        return _given_email(speaks, address, person, facts)
    return None


def _given_email(speaks: Voice, address: str, person: ChatPerson, facts: TalkFacts) -> Turn:
    """An address alone: where letters go if they cannot go here (R114)."""
    if not guide.usable(address, facts):
        return Turn(person=person, says=says.simple(speaks, "email-wrong", None, person, facts))
    person = guide.with_email(person, address)
    return Turn(person=person, says=says.email_known(speaks, None, person, facts))


def _collected(
    speaks: Voice, event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts
) -> Turn:
    """The event belongs to the open conversation, or opens one."""
    talk = extended(quoting(talk, event, facts) if talk else opened(event, facts), event, facts)
    facts = replace(facts, said=(*facts.said, event))
    text = event.message.text if event.message else ""
    if talk.step is Step.SERVICE and (service := guide.by_number(text, event, facts)):
        talk, person, said = guide.chosen(speaks, event, talk, person, facts, service)
        return Turn(person=person, conversation=talk, says=said)
    if talk.step is not Step.EMAIL and guide.usable(address := email_address(text), facts):
        talk, person = replace(talk, email=address), guide.with_email(person, address)
    talk, person, said = guide.answer(speaks, event, talk, person, facts)
    unanswered = facts.silent or in_the_middle(event)
    return Turn(person=person, conversation=talk, says=None if unanswered else said, belongs=True)


# Taken back


def _taken_back(event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts) -> Turn:
    """Marked; where nothing else was said, there is nothing to submit any more (R117)."""
    found = Turn(person=person, takes_back=event.unsent)
    brought = next((one for one in facts.said if one.message and one.message.id == event.unsent), None)
    if talk is None or brought is None:
        return found
    documents = tuple(one for one in talk.documents if one[1] != brought.id)
    talk = replace(talk, documents=documents)
    left = any(one.id != brought.id for one in facts.kept)
    if not left and not talk.service:
        talk = replace(talk, state=ConversationState.DROPPED, closed_at=event.occurred_at)
    return replace(found, conversation=talk)
