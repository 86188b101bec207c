"""The guided dialogue: service, documents one by one, name, e-mail, summary. What is no answer is kept all the same."""

from collections.abc import Sequence
from dataclasses import replace

from mailroom.domain.chat import HAS_CONTENT, ChatEvent, ChatMessageKind, ChatPerson, Conversation, Step
from mailroom.domain.service import Service
from mailroom.stages import dialogue_says as says
from mailroom.stages.chat_words import email_address, person_name, place_in_list
from mailroom.stages.dialogue_values import Say, TalkFacts, Voice, day_of
from mailroom.stages.normalise import compact

Answer = tuple[Conversation, ChatPerson, Say]


def begin(talk: Conversation, service: Service, event: ChatEvent, facts: TalkFacts) -> Conversation:
    """The guide for a service; what was said before stays in the conversation, and it is a new matter."""
    return replace(
        talk,
        service=service.key,
        step=Step.DOCUMENTS if service.documents else Step.NAME,
        documents=(),
        awaited=0 if service.documents else None,
        answers="",
        closes_at=max(talk.closes_at, event.occurred_at + facts.dialogue),
    )


def answer(voice: Voice, event: ChatEvent, talk: Conversation, person: ChatPerson, facts: TalkFacts) -> Answer:
    """What a message means at the step where the guide stands."""
    service = facts.catalogue.service(talk.service)
    text = event.message.text if event.message and event.message.kind is ChatMessageKind.TEXT else ""
    match talk.step:
        case Step.DOCUMENTS if service and event.message and event.message.kind in HAS_CONTENT:
            talk = _with_document(talk, service, event, facts)
            return talk, person, says.question(voice, talk, person, facts, day_of(event), voice.say("document-kept"))
        case Step.NAME if name := person_name(text):
            return _named(voice, event, talk, person, facts, name)
        case Step.EMAIL if "@" in text:
            return _reached(voice, event, talk, person, facts, email_address(text))
        case Step.SERVICE if service := by_words(text, facts.catalogue.services):
            return chosen(voice, event, talk, person, facts, service)
    return talk, person, says.question(voice, talk, person, facts, day_of(event), _kept_lead(voice, talk))


def _kept_lead(voice: Voice, talk: Conversation) -> str:
    return "" if talk.step is Step.FREE else voice.say("kept-as-part")


def chosen(
    voice: Voice, event: ChatEvent, talk: Conversation, person: ChatPerson, facts: TalkFacts, service: Service
) -> Answer:
    """A service was named: the guide begins, or they are told where it may be asked for."""
    day = day_of(event)
    if not facts.offered(service, day):
        where = says.elsewhere(voice, facts, service, day)
        return (
            talk,
            person,
            says.simple(
                voice, "service-elsewhere", talk, person, facts, service=voice.service(service), channels=where
            ),
        )
    talk = begin(talk, service, event, facts)
    lead = voice.say("service-chosen", service=voice.service(service))
    return talk, person, says.question(voice, talk, person, facts, day, lead)


def by_number(text: str, event: ChatEvent, facts: TalkFacts) -> Service | None:
    """The service that a number names in the list as it was shown."""
    offers = facts.offers(day_of(event))
    place = place_in_list(text, len(offers))
    return None if place is None else offers[place]


def by_words(text: str, services: Sequence[Service]) -> Service | None:
    """The one service that a text names and nothing else; None when it names several or none."""
    said = compact(text) if len(text) <= 200 else ""
    found = [
        one for one in services if said and said in {compact(word) for word in (one.name, one.name_en, *one.words)}
    ]
    return found[0] if len(found) == 1 else None


def _with_document(talk: Conversation, service: Service, event: ChatEvent, facts: TalkFacts) -> Conversation:
    """A file is the document that is awaited; pictures that were sent together are all pages of the same one."""
    number = _same_set(talk, event, facts)
    number = (talk.awaited or 0) if number is None else number
    talk = replace(talk, documents=(*talk.documents, (number, event.id)))
    return after_document(talk, service, number)


def _same_set(talk: Conversation, event: ChatEvent, facts: TalkFacts) -> int | None:
    message = event.message
    if message is None or not message.set_id:
        return None
    in_set = {one.id for one in facts.said if one.message and one.message.set_id == message.set_id}
    return next((number for number, brought_by in talk.documents if brought_by in in_set), None)


def after_document(talk: Conversation, service: Service, number: int) -> Conversation:
    """On to the next document that is missing, behind this one; to the next question when there is none."""
    done = {index for index, _ in talk.documents}
    missing = [one for one in range(number + 1, len(service.documents)) if one not in done]
    if missing:
        return replace(talk, step=Step.DOCUMENTS, awaited=missing[0])
    return after(replace(talk, awaited=None), Step.DOCUMENTS)


def after(talk: Conversation, step: Step) -> Conversation:
    """The step that follows; what is known from this dialogue is not asked again."""
    if step is Step.DOCUMENTS and not talk.name:
        return replace(talk, step=Step.NAME)
    if step is not Step.EMAIL and not talk.email:
        return replace(talk, step=Step.EMAIL)
    return replace(talk, step=Step.CONFIRM)


def skipped(talk: Conversation, service: Service) -> Conversation:
    """What is asked for now is left out."""
    if talk.step is Step.DOCUMENTS:
        return after_document(talk, service, talk.awaited or 0)
    return after(talk, talk.step)


def edited(talk: Conversation, service: Service, step: Step) -> Conversation:
    """Back to one question."""
    if step is Step.DOCUMENTS:
        done = {index for index, _ in talk.documents}
        missing = [one for one in range(len(service.documents)) if one not in done]
        return replace(talk, step=step, awaited=missing[0] if missing else len(service.documents) - 1)
    return replace(talk, step=step, awaited=None)


def _named(
    voice: Voice, event: ChatEvent, talk: Conversation, person: ChatPerson, facts: TalkFacts, name: str
) -> Answer:
    talk = after(replace(talk, name=name), Step.NAME)
    person = replace(person, given_name=name)
    return talk, person, says.question(voice, talk, person, facts, day_of(event))


def _reached(
    voice: Voice, event: ChatEvent, talk: Conversation, person: ChatPerson, facts: TalkFacts, address: str
) -> Answer:
    if not usable(address, facts):
        return talk, person, says.question(voice, talk, person, facts, day_of(event), voice.say("email-wrong"))
    talk = after(replace(talk, email=address), Step.EMAIL)
    person = with_email(person, address)
    return talk, person, says.question(voice, talk, person, facts, day_of(event))


def usable(address: str, facts: TalkFacts) -> bool:
    """Whether it is an address, and none of our own: letters to ourselves would go round."""
    return bool(address) and address.lower() not in facts.agency.addresses


def with_email(person: ChatPerson, address: str) -> ChatPerson:
    """The person with an address as their word. Another one than before is not proven, and a code for that one is void."""
    if address.lower() == person.email.lower():
        return person
    return replace(
        person, email=address, email_proven_at=None, code_hash="", code_email="", code_expires_at=None, code_tries=0
    )
