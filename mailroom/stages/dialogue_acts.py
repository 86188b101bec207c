"""Commands and buttons: choosing, skipping, submitting, throwing away.

A button is a claim: what it asks for is done only where the conversation's own state allows it (fault 160).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mailroom.domain.chat import ChatEvent, ChatEventKind, ChatPerson, Conversation, ConversationState, Step
from mailroom.domain.service import Service
from mailroom.stages import dialogue_guide as guide
from mailroom.stages import dialogue_says as says
from mailroom.stages.chat_words import Command, Tap, Verb, register_number
from mailroom.stages.dialogue_begin import extended, opened
from mailroom.stages.dialogue_values import Say, TalkFacts, Turn, Voice, Wish, day_of
from mailroom.stages.status_words import status


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that an act looks at."""

    voice: Voice
    event: ChatEvent
    talk: Conversation | None
    person: ChatPerson
    facts: TalkFacts
    detail: str = ""

    @property
    def service(self) -> Service | None:
        """The service that the guide is about, if one is chosen and still exists."""
        return self.facts.catalogue.service(self.talk.service) if self.talk and self.talk.service else None

    def say(self, key: str, talk: Conversation | None, **words: object) -> Say:
        return says.simple(self.voice, key, talk, self.person, self.facts, **words)

    def asks(self, talk: Conversation, lead: str = "") -> Turn:
        """The conversation goes on with this state, and says what comes next."""
        said = says.question(self.voice, talk, self.person, self.facts, day_of(self.event), lead)
        return Turn(person=self.person, conversation=talk, says=said, belongs=self.is_tap)

    @property
    def is_tap(self) -> bool:
        """A tap is part of the conversation and has no words; a command in words would be read as part of the matter."""
        return self.event.kind is ChatEventKind.POSTBACK

    def answers(self, key: str, **words: object) -> Turn:
        """Only an answer; everything stays as it is."""
        return Turn(person=self.person, says=self.say(key, self.talk, **words))


Act = Callable[[Scene], Turn]
_GUIDED = frozenset({Step.DOCUMENTS, Step.NAME, Step.EMAIL})


def act(
    voice: Voice, asked: Command, event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts
) -> Turn | None:
    """What a command leads to; None where the same words are no command as the conversation stands."""
    found = _COMMANDS.get(asked)
    return found(_scene(voice, event, talk, person, facts)) if found else None


def tap(
    voice: Voice, found: Tap, event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts
) -> Turn:
    """What a button leads to. One of another conversation, or of an earlier step, changes nothing."""
    scene = replace(_scene(voice, event, talk, person, facts), detail=found.detail)
    if found.verb in _ANYWHERE:
        return _ANYWHERE[found.verb](scene)
    if talk is None or found.conversation != talk.id:
        return scene.answers("stale")
    return _IN_TALK[found.verb](scene)


def _scene(voice: Voice, event: ChatEvent, talk: Conversation | None, person: ChatPerson, facts: TalkFacts) -> Scene:
    return Scene(voice, event, extended(talk, event, facts) if talk else None, person, facts)


# At any time


def _menu(scene: Scene) -> Turn:
    said = says.menu(scene.voice, scene.talk, scene.person, scene.facts)
    return Turn(person=scene.person, says=said)


def _help(scene: Scene) -> Turn:
    said = says.menu(scene.voice, scene.talk, scene.person, scene.facts, "help")
    return Turn(person=scene.person, says=said)


def _status(scene: Scene) -> Turn:
    said = status(scene.voice, scene.talk, scene.person, scene.facts, register_number(scene.detail))
    return Turn(person=scene.person, says=said)


def _email(scene: Scene) -> Turn:
    return Turn(person=scene.person, says=says.email_known(scene.voice, scene.talk, scene.person, scene.facts))


def _code(scene: Scene) -> Turn:
    return Turn(person=scene.person, wish=Wish.CODE)


def _services(scene: Scene) -> Turn:
    """The list. Whoever looks at it may name a service by its number; what was said before stays."""
    talk = scene.talk or opened(scene.event, scene.facts)
    page = int(scene.detail) if scene.detail.isdecimal() and len(scene.detail) < 4 else 0
    if not talk.service:
        talk = replace(talk, step=Step.SERVICE, awaited=page)
    said = says.services(scene.voice, talk, scene.facts, day_of(scene.event), page)
    return Turn(person=scene.person, conversation=talk, says=said, belongs=scene.is_tap)


def _service(scene: Scene) -> Turn:
    service = scene.facts.catalogue.service(scene.detail)
    if service is None:
        return scene.answers("stale")
    talk = scene.talk or opened(scene.event, scene.facts)
    talk, person, said = guide.chosen(scene.voice, scene.event, talk, scene.person, scene.facts, service)
    return Turn(person=person, conversation=talk, says=said, belongs=scene.is_tap)


def _new(scene: Scene) -> Turn:
    """What is being said is a matter of its own, and gets a number of its own."""
    if scene.talk is None or not scene.talk.answers:
        return scene.answers("new-matter-hint")
    return scene.asks(replace(scene.talk, answers=""), scene.voice.say("new-matter"))


# In the guide


def _skip_word(scene: Scene) -> Turn | None:
    talk, service = scene.talk, scene.service
    if talk is None or service is None or talk.step not in _GUIDED:
        return None
    return scene.asks(guide.skipped(talk, service))


def _skip(scene: Scene) -> Turn:
    talk = scene.talk
    now = (str(talk.awaited) if talk.step is Step.DOCUMENTS else talk.step.value) if talk else ""
    return (_skip_word(scene) if scene.detail == now else None) or scene.answers("stale")


def _more(scene: Scene) -> Turn:
    """The next file belongs to a document of which something is there already."""
    talk, service = scene.talk, scene.service
    there = {str(index): index for index, _ in talk.documents} if talk else {}
    if talk is None or service is None or scene.detail not in there:
        return scene.answers("stale")
    return scene.asks(replace(talk, step=Step.DOCUMENTS, awaited=there[scene.detail]))


def _known(scene: Scene) -> Turn:
    talk = scene.talk
    known = says.known_of(talk.step, scene.person) if talk and scene.detail == talk.step.value else ""
    if talk is None or not known:
        return scene.answers("stale")
    told = replace(talk, name=known) if talk.step is Step.NAME else replace(talk, email=known)
    return scene.asks(guide.after(told, talk.step))


def _edit(scene: Scene) -> Turn:
    talk, service = scene.talk, scene.service
    steps = {step.value: step for step in says.editable(talk, scene.facts)} if talk and service else {}
    if talk is None or service is None or talk.step is not Step.CONFIRM or scene.detail not in steps:
        return scene.answers("stale")
    return scene.asks(guide.edited(talk, service, steps[scene.detail]))


# The end


def _submit(scene: Scene) -> Turn:
    """In the guide first the summary; else the submission is complete, once its files are here.

    Where a receipt follows at once, nothing else is said: the receipt uses the reply token.
    """
    talk, facts, at = scene.talk, scene.facts, scene.event.occurred_at
    if talk is not None and scene.service is not None and talk.step in _GUIDED:
        return scene.asks(replace(talk, step=Step.CONFIRM, awaited=None))
    confirmed = talk is not None and scene.service is not None
    if talk is None or not (facts.kept or confirmed):
        return scene.answers("nothing-to-submit")
    waits = facts.waits_for_content
    state = ConversationState.OPEN if waits else ConversationState.CLOSED
    done = replace(talk, step=Step.FREE, awaited=None, state=state, closes_at=at, closed_at=None if waits else at)
    number = says.joined_number(talk, facts)
    said = None
    if number or waits:
        said = scene.say("submitted-joins" if number else "submitted-waits", None, number=number)
    return Turn(person=scene.person, conversation=done, says=said, belongs=scene.is_tap or not facts.kept)


def _cancel(scene: Scene) -> Turn:
    """Empty, it ends; else it is asked once more, for nothing that was said is thrown away unasked."""
    talk = scene.talk
    if talk is None:
        return scene.answers("nothing-to-cancel")
    if not scene.facts.kept:
        return _drop(scene)
    said = says.sure(scene.voice, talk, len(scene.facts.kept))
    return Turn(person=scene.person, conversation=talk, says=said, belongs=scene.is_tap)


def _drop_word(scene: Scene) -> Turn | None:
    return _drop(scene) if scene.talk else None


def _drop(scene: Scene) -> Turn:
    if scene.talk is None:
        return scene.answers("stale")
    ended = replace(scene.talk, state=ConversationState.DROPPED, closed_at=scene.event.occurred_at)
    return Turn(person=scene.person, conversation=ended, says=scene.say("dropped", None), belongs=scene.is_tap)


def _keep(scene: Scene) -> Turn:
    return scene.asks(scene.talk) if scene.talk else scene.answers("stale")


_COMMANDS: Mapping[Command, Callable[[Scene], Turn | None]] = MappingProxyType(
    {
        Command.MENU: _menu,
        Command.HELP: _help,
        Command.STATUS: _status,
        Command.EMAIL: _email,
        Command.SERVICES: _services,
        Command.NEW: _new,
        Command.SKIP: _skip_word,
        Command.SUBMIT: _submit,
        Command.CANCEL: _cancel,
        Command.DROP: _drop_word,
    }
)
_ANYWHERE: Mapping[Verb, Act] = MappingProxyType(
    {
        Verb.MENU: _menu,
        Verb.HELP: _help,
        Verb.STATUS: _status,
        Verb.EMAIL: _email,
        Verb.CODE: _code,
        Verb.SERVICES: _services,
        Verb.SERVICE: _service,
    }
)
_IN_TALK: Mapping[Verb, Act] = MappingProxyType(
    {
        Verb.ATTACH: lambda scene: scene.answers("attach-hint"),
        Verb.NEW: _new,
        Verb.SKIP: _skip,
        Verb.MORE: _more,
        Verb.KNOWN: _known,
        Verb.EDIT: _edit,
        Verb.SUBMIT: _submit,
        Verb.CANCEL: _cancel,
        Verb.DROP: _drop,
        Verb.KEEP: _keep,
    }
)
