"""What the program answers in a conversation: sentences of the catalogue, cards, and things to tap."""

from collections.abc import Sequence
from datetime import date
from math import ceil

from mailroom.domain.agency import ChannelRule
from mailroom.domain.card import Card, CheckItem, Choice
from mailroom.domain.chat import ChatPerson, ContentState, Conversation, Step
from mailroom.domain.service import Service
from mailroom.stages.announced import channels_for, lines_to_name
from mailroom.stages.chat_words import Tap, Verb
from mailroom.stages.compose import one_line
from mailroom.stages.dialogue_values import Say, TalkFacts, Voice

PAGE = 11
"""Services offered at a time: the platform shows thirteen choices, two of which lead on and away."""
LABEL_LIMIT = 120
"""The whole label may be typed; the channel shows as much of it as there is room for."""
LISTED_SERVICES = 10
_NOWHERE = ""


def choice(
    voice: Voice, verb: Verb, conversation: Conversation | None = None, detail: str = "", **facts: str
) -> Choice:
    """Something to tap, with its label from the catalogue."""
    label = one_line(voice.say(f"choice-{verb}", **facts), LABEL_LIMIT)
    return Choice(label, data=Tap(verb, conversation.id if conversation else _NOWHERE, detail).data)


def menu_choices(voice: Voice) -> tuple[Choice, ...]:
    return tuple(choice(voice, verb) for verb in (Verb.SERVICES, Verb.STATUS, Verb.EMAIL, Verb.HELP))


def choices(voice: Voice, talk: Conversation | None, person: ChatPerson, facts: TalkFacts) -> tuple[Choice, ...]:
    """What may be tapped as the conversation stands."""
    if talk is None:
        return menu_choices(voice)
    return (*_of_step(voice, talk, person, facts), choice(voice, Verb.CANCEL, talk))


def _of_step(voice: Voice, talk: Conversation, person: ChatPerson, facts: TalkFacts) -> tuple[Choice, ...]:
    submit = choice(voice, Verb.SUBMIT, talk)
    match talk.step:
        case Step.DOCUMENTS:
            more = (choice(voice, Verb.MORE, talk, str(talk.documents[-1][0])),) if talk.documents else ()
            return (choice(voice, Verb.SKIP, talk, str(talk.awaited)), *more, submit)
        case Step.NAME | Step.EMAIL:
            known = _known(talk.step, person)
            offer = (choice(voice, Verb.KNOWN, talk, talk.step, known=known),) if known else ()
            return (*offer, choice(voice, Verb.SKIP, talk, talk.step))
        case Step.CONFIRM:
            edits = tuple(
                Choice(one_line(voice.say(f"choice-edit-{step}"), LABEL_LIMIT), data=Tap(Verb.EDIT, talk.id, step).data)
                for step in editable(talk, facts)
            )
            return (submit, *edits)
        case Step.SERVICE | Step.FREE:
            new = (choice(voice, Verb.NEW, talk),) if talk.answers else ()
            return (submit, *new, choice(voice, Verb.SERVICES), choice(voice, Verb.ATTACH, talk))


def _known(step: Step, person: ChatPerson) -> str:
    return (person.given_name or person.name) if step is Step.NAME else person.email


def known_of(step: Step, person: ChatPerson) -> str:
    """What the person told before, or the platform shows, and may stand as the answer to this step."""
    return _known(step, person) if step in (Step.NAME, Step.EMAIL) else ""


def editable(talk: Conversation, facts: TalkFacts) -> Sequence[Step]:
    """Questions to which one may go back from the summary."""
    service = facts.catalogue.service(talk.service)
    return (*((Step.DOCUMENTS,) if service and service.documents else ()), Step.NAME, Step.EMAIL)


# What LINE is for, as the first words say (R111)


def standing(voice: Voice, facts: TalkFacts, day: date) -> str:
    """Whether this channel is an announced one, and for which services."""
    announcement = facts.announcement
    offers = facts.offers(day)
    if announcement is None:
        return voice.say("line-unannounced")
    number = f" ({announcement.number})" if announcement.number else ""
    if facts.channel not in channels_for(announcement, None, day):
        return voice.say("line-elsewhere", channels=elsewhere(voice, facts, None, day), number=number)
    if len(offers) == len(facts.catalogue.services):
        return voice.say("line-announced-all", number=number)
    return voice.say("line-announced-some", number=number, services=_listed(voice, offers))


def _listed(voice: Voice, services: Sequence[Service]) -> str:
    names = [f"• {voice.service(one)}" for one in services[:LISTED_SERVICES]]
    more = len(services) - len(names)
    return "\n".join([*names, voice.say("and-more", count=more)] if more > 0 else names or ["–"])


def elsewhere(voice: Voice, facts: TalkFacts, service: Service | None, day: date) -> str:
    """The channels where this may be asked for, with where they are found."""
    return ", ".join(_channel(voice, rule, facts) for rule in _rules(facts, service, day)) or voice.say("at-the-office")


def _rules(facts: TalkFacts, service: Service | None, day: date) -> Sequence[ChannelRule]:
    announcement = facts.announcement
    if announcement and announcement.rules:
        return lines_to_name(announcement, service, day)
    named = announcement.channels if announcement else (service.channels if service else ("email",))
    if announcement and service:
        named = channels_for(announcement, service, day)
    found_at = {"email": facts.agency.central_address, "line": announcement.line_id if announcement else ""}
    return [ChannelRule(channel=name, address=found_at.get(name, "")) for name in named if name != facts.channel]


def _channel(voice: Voice, rule: ChannelRule, facts: TalkFacts) -> str:
    label = voice.word("channels", rule.channel)
    where = f"{label} {rule.address}" if rule.address else label
    return f"{where} ({rule.unit})" if rule.unit and rule.unit != facts.agency.name else where


# Single answers


def greeting(voice: Voice, facts: TalkFacts, day: date, other: Voice) -> Say:
    """The first words, in both languages: nobody has said yet which one they speak."""
    words = (
        one.say("greeting", agency=facts.agency.name, standing=standing(one, facts, day)) for one in (voice, other)
    )
    return Say("\n\n".join(words), Card(choices=menu_choices(voice)))


def menu(voice: Voice, talk: Conversation | None, person: ChatPerson, facts: TalkFacts, key: str = "menu") -> Say:
    return Say(
        voice.say(key, agency=facts.agency.name, phone=_phone(facts)), Card(choices=choices(voice, talk, person, facts))
    )


def _phone(facts: TalkFacts) -> str:
    announced = facts.announcement.phones if facts.announcement else ()
    return ", ".join(announced) or facts.agency.phone or "–"


def simple(
    voice: Voice, key: str, talk: Conversation | None, person: ChatPerson, facts: TalkFacts, **words: object
) -> Say:
    """A sentence, with what may be tapped as the conversation stands."""
    return Say(voice.say(key, **words), Card(choices=choices(voice, talk, person, facts)))


def noted(voice: Voice, talk: Conversation, person: ChatPerson, facts: TalkFacts, day: date) -> Say:
    """What was said belongs to a submission: to which, and when that goes in by itself."""
    number = joined_number(talk, facts)
    minutes = max(1, ceil(facts.quiet.total_seconds() / 60))
    if number:
        return simple(voice, "noted-joins", talk, person, facts, number=number, minutes=minutes, count=len(facts.kept))
    if facts.announcement and facts.channel not in channels_for(facts.announcement, None, day):
        return simple(voice, "noted-elsewhere", talk, person, facts, channels=elsewhere(voice, facts, None, day))
    return simple(voice, "noted", talk, person, facts, minutes=minutes, count=len(facts.kept))


def joined_number(talk: Conversation, facts: TalkFacts) -> str:
    """เลขรับ of the case that the conversation joins; empty for a new matter."""
    return next((one.number for one in facts.cases if talk.answers and one.acknowledged_by == talk.answers), "")


def email_known(voice: Voice, talk: Conversation | None, person: ChatPerson, facts: TalkFacts) -> Say:
    """Which address is known, whether it is proven, and how to change either."""
    tap = choices(voice, talk, person, facts)
    if not person.email:
        return Say(voice.say("email-hint"), Card(choices=tap))
    if person.email_proven_at:
        return Say(voice.say("email-proven-already", email=person.email), Card(choices=tap))
    return Say(voice.say("email-saved", email=person.email), Card(choices=(choice(voice, Verb.CODE), *tap)))


def sure(voice: Voice, talk: Conversation, count: int) -> Say:
    """Asks once more before anything is thrown away."""
    return Say(voice.say("cancel-sure", count=count), Card(choices=sure_choices(voice, talk)))


def sure_choices(voice: Voice, talk: Conversation) -> tuple[Choice, ...]:
    return tuple(choice(voice, verb, talk) for verb in (Verb.DROP, Verb.KEEP, Verb.SUBMIT))


def services(voice: Voice, talk: Conversation, facts: TalkFacts, day: date, page: int = 0) -> Say:
    """The services that may be asked for here, numbered; a page of them to tap."""
    offers = facts.offers(day)
    if not offers:
        return Say(
            voice.say("no-services", channels=elsewhere(voice, facts, None, day)), Card(choices=menu_choices(voice))
        )
    lines = "\n".join(f"{number}. {voice.service(one)}" for number, one in _page(offers, page))
    taps = (*service_choices(voice, talk, facts, day, page), choice(voice, Verb.CANCEL, talk))
    return Say(voice.say("choose-service", services=lines), Card(choices=taps))


def service_choices(voice: Voice, talk: Conversation, facts: TalkFacts, day: date, page: int) -> tuple[Choice, ...]:
    """The services of that page, and the way to the next one where there are more."""
    offers = facts.offers(day)
    taps = [
        Choice(one_line(f"{number}. {voice.service(one)}", LABEL_LIMIT), data=Tap(Verb.SERVICE, talk.id, one.key).data)
        for number, one in _page(offers, page)
    ]
    if len(offers) > PAGE:
        following = str((page + 1) % ceil(len(offers) / PAGE))
        taps.append(Choice(voice.say("choice-next-page"), data=Tap(Verb.SERVICES, talk.id, following).data))
    return tuple(taps)


def _page(offers: Sequence[Service], page: int) -> Sequence[tuple[int, Service]]:
    start = page % max(1, ceil(len(offers) / PAGE)) * PAGE
    return tuple(enumerate(offers[start : start + PAGE], start=start + 1))


def question(voice: Voice, talk: Conversation, person: ChatPerson, facts: TalkFacts, day: date, lead: str = "") -> Say:
    """What the guided dialogue asks now; `lead` stands before it."""
    service = facts.catalogue.service(talk.service)
    said = _question(voice, talk, person, facts, service, day)
    return Say(f"{lead}\n{said.text}" if lead else said.text, said.card)


def _question(
    voice: Voice, talk: Conversation, person: ChatPerson, facts: TalkFacts, service: Service | None, day: date
) -> Say:
    tap = choices(voice, talk, person, facts)
    if talk.step is Step.SERVICE:
        return services(voice, talk, facts, day, talk.awaited or 0)
    if service is None or talk.step is Step.FREE:
        return noted(voice, talk, person, facts, day)
    match talk.step:
        case Step.DOCUMENTS:
            number = talk.awaited or 0
            text = voice.say("ask-document", number=number + 1, document=service.documents[number].name)
            return Say(text, Card(voice.service(service), items=checklist(talk, service), choices=tap))
        case Step.NAME:
            return Say(voice.say("ask-name"), Card(choices=tap))
        case Step.EMAIL:
            return Say(voice.say("ask-email"), Card(choices=tap))
        case _:
            return _summary(voice, talk, facts, service, tap)


def checklist(talk: Conversation, service: Service) -> tuple[CheckItem, ...]:
    """The service's documents, and which of them came (R63)."""
    done = {index for index, _ in talk.documents}
    return tuple(CheckItem(one.name, index in done) for index, one in enumerate(service.documents))


def _summary(voice: Voice, talk: Conversation, facts: TalkFacts, service: Service, tap: tuple[Choice, ...]) -> Say:
    rows = (
        (voice.say("row-service"), voice.service(service)),
        (voice.say("row-name"), one_line(talk.name, 80) or "–"),
        (voice.say("row-email"), talk.email or "–"),
        (voice.say("row-files"), str(sum(one.content.state is not ContentState.NONE for one in facts.kept))),
    )
    missing = any(not one.done for one in checklist(talk, service))
    note = voice.say("summary-missing") if missing else ""
    button = (choice(voice, Verb.SUBMIT, talk),)
    card = Card(voice.say("summary-title"), rows, checklist(talk, service), note, buttons=button, choices=tap)
    return Say(voice.say("ask-confirm"), card)
