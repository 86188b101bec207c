"""Labels that are typed: on computers LINE shows nothing to tap below a message, so words do what a tap does."""

from collections.abc import Iterator
from datetime import date

from mailroom.domain.card import Choice
from mailroom.domain.chat import ChatPerson, Conversation, Step
from mailroom.stages import dialogue_says as says
from mailroom.stages.chat_words import Tap, Verb, are_words_of, tapped
from mailroom.stages.dialogue_values import TalkFacts, Voice


def typed(text: str, talk: Conversation | None, person: ChatPerson, facts: TalkFacts, day: date) -> Tap | None:
    """The tap that a text stands for, in either language: of what is offered as the conversation stands, nothing else."""
    if len(text) > says.LABEL_LIMIT:
        return None
    offered = (one for texts in facts.texts for one in _offered(Voice(texts), talk, person, facts, day))
    return next((tapped(one.data) for one in offered if are_words_of(text, one.label)), None)


def _offered(
    voice: Voice, talk: Conversation | None, person: ChatPerson, facts: TalkFacts, day: date
) -> Iterator[Choice]:
    yield from says.choices(voice, talk, person, facts)
    if talk is not None:
        yield from says.sure_choices(voice, talk)
        if talk.step is Step.SERVICE:
            yield from says.service_choices(voice, talk, facts, day, talk.awaited or 0)
        yield from says.menu_choices(voice)
    yield from (says.choice(voice, verb) for verb in (Verb.CODE, Verb.MENU))
    yield Choice(voice.say("button-status"), data=Tap(Verb.STATUS).data)
