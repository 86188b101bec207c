"""A conversation as a clerk reads it: what the person said and what we answered, in order, and who the person is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailroom.domain.chat import ChatCase, ChatEvent, ChatEventKind, ChatMessageKind, ChatPerson, Conversation
from mailroom.domain.decision import Letter
from mailroom.domain.message import Attachment
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.ports import UnitOfWork
from mailroom.stages.chat_text import chat_text
from mailroom.web.chat_hidden import Talk, is_opened, talk_of
from mailroom.web.chat_pictures import may_be_shown
from mailroom.web.site import Site, Visit

ANSWERS_SHOWN = 500
"""So many of our own turns are shown with one message."""
CASES_SHOWN = 5
TELLING = 20
"""A letter of ours that holds so many first characters of what was taken back repeats it."""
QUOTED_LENGTH = 80
RAW_LENGTH = 20_000
"""Characters of an event that nobody could read; all of it is in the original."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who writes, and what of it is proven."""

    person: ChatPerson
    name: str
    """As given to us in this conversation, else as last given."""
    email: str
    proven_at: datetime | None
    """When the address was proven; None also where another one was."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a message refers to."""

    anchor: str
    """Of the turn, where it is of the same conversation."""
    words: str
    """Its beginning; empty where it has no words, or they were taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said: `event` by the person, or `item` by us."""

    anchor: str
    at: datetime
    event: ChatEvent | None = None
    item: OutboxItem | None = None
    file: Attachment | None = None
    pictured: bool = False
    """Whether the file may be shown as a picture."""
    hidden: bool = False
    """It was taken back, or repeats what was, and this session did not ask to see that."""
    quoted: Quoted | None = None
    document: str = ""
    """The item of the checklist that it brings."""
    label: str = ""
    """Of a choice that was tapped."""
    raw: str = ""
    """The event as it stood in its delivery, where nobody could make sense of it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Everything that the page of a message shows of its conversation."""

    identity: Identity
    conversation: Conversation | None
    turns: tuple[Turn, ...]
    taken_back: int
    """How many messages their sender took back."""
    opened: bool
    """Whether this session asked to see those."""
    loose: tuple[Attachment, ...]
    """Files that belong to no turn."""
    cases: tuple[ChatCase, ...]
    """Other matters of the same person, the latest first."""


def exchange(site: Site, visit: Visit, record: MessageRecord) -> Exchange:
    """The conversation of a message that came by chat; call it for nobody who may not see the message."""
    with site.books.look() as uow:
        talk = talk_of(uow, record)
        who = _person_id(talk, record)
        envelope = record.logged.envelope
        chats = uow.chats(envelope.channel, envelope.account)
        person = chats.person(who) if who else ChatPerson(id="")
        hidden = uow.privacy.restricted_messages()
        cases = [one for one in chats.cases(person, CASES_SHOWN + 1) if one.message_id not in hidden] if who else []
        answers = _answers(uow, talk, record, who, site.clock.now())
    opened = is_opened(visit, record)
    shown = {one.part for one in talk.files.values()}
    loose = (one for one in (record.message.attachments if record.message else ()) if one.part not in shown)
    return Exchange(
        identity=identity(person, talk.conversation),
        conversation=talk.conversation,
        turns=tuple(_turns(talk, answers, site.catalogue, opened=opened)),
        taken_back=len(talk.taken_back),
        opened=opened,
        loose=tuple(one for one in loose if opened or not one.withdrawn),
        cases=tuple(one for one in cases if one.message_id != record.logged.id)[:CASES_SHOWN],
    )


def identity(person: ChatPerson, conversation: Conversation | None) -> Identity:
    """The proof counts for the very address that is shown."""
    name = (conversation.name if conversation else "") or person.given_name
    email = (conversation.email if conversation else "") or person.email
    same = email.casefold() == person.email.casefold()
    return Identity(person, name, email, person.email_proven_at if email and same else None)


def is_strange(event: ChatEvent) -> bool:
    """Whether nobody knows what it is, or it is broken: a clerk has to look at it as it came."""
    unknown = event.message is not None and event.message.kind is ChatMessageKind.UNKNOWN
    return unknown or event.kind in {ChatEventKind.UNKNOWN, ChatEventKind.MALFORMED}


def _person_id(talk: Talk, record: MessageRecord) -> str:
    if talk.conversation and talk.conversation.person:
        return talk.conversation.person
    said = next((one.person for one in talk.events if one.person), "")
    return said or (record.message.sender.address if record.message else "")


def _answers(uow: UnitOfWork, talk: Talk, record: MessageRecord, who: str, now: datetime) -> list[OutboxItem]:
    """Our turns while it was open, and every letter that answers the message."""
    found: dict[str, OutboxItem] = {}
    if talk.events and who:
        closed_at = talk.conversation.closed_at if talk.conversation else None
        said = uow.outbox.said_to(
            record.logged.envelope.channel, who, talk.events[0].occurred_at, closed_at or now, ANSWERS_SHOWN
        )
        found = {one.id: one for one in said if one.message_id in (None, record.logged.id)}
    letters = (uow.outbox.get(reply.id) for reply in record.replies)
    found |= {one.id: one for one in letters if one}
    return [one for one in found.values() if one.letter is not Letter.EMAIL_CODE]


def _turns(talk: Talk, answers: Sequence[OutboxItem], catalogue: Catalogue, *, opened: bool) -> Iterator[Turn]:
    anchors = {one.id: f"said-{number}" for number, one in enumerate(talk.events, 1)}
    by_message = {one.message.id: one for one in talk.events if one.message}
    labels, documents = _labels(answers), _documents(talk.conversation, catalogue)
    theirs = (
        Turn(
            anchor=anchors[one.id],
            at=one.occurred_at,
            event=one,
            file=talk.files.get(one.id),
            pictured=one.id in talk.files and may_be_shown(talk.files[one.id]),
            hidden=one.unsent_at is not None and not opened,
            quoted=_quoted(one, by_message, anchors, opened=opened),
            document=documents.get(one.id, ""),
            label=labels.get(one.data, ""),
            raw=one.raw[:RAW_LENGTH] if is_strange(one) else "",
        )
        for one in talk.events
        if not (one.kind is ChatEventKind.UNSEND and one.unsent in by_message)
    )
    words = () if opened else tuple(_beginning(one) for one in talk.taken_back)
    ours = (
        Turn(
            anchor=f"answer-{one.id}",
            at=one.created_at,
            item=one,
            hidden=any(some in one.text for some in words if some),
        )
        for one in answers
    )
    yield from sorted((*theirs, *ours), key=lambda turn: (turn.at, turn.item is not None))


def _beginning(event: ChatEvent) -> str:
    """By which a letter of ours names what was said: its first words, or its file."""
    return chat_text([replace(event, unsent_at=None)]).subject.removesuffix("…").strip()[:TELLING]


def _quoted(
    event: ChatEvent, by_message: Mapping[str, ChatEvent], anchors: Mapping[str, str], *, opened: bool
) -> Quoted | None:
    if event.message is None or not event.message.quoted_id:
        return None
    meant = by_message.get(event.message.quoted_id)
    if meant is None or meant.message is None:
        return Quoted("", "")
    words = " ".join(meant.message.text.split()) if opened or meant.unsent_at is None else ""
    return Quoted(anchors[meant.id], words[:QUOTED_LENGTH] + ("…" if len(words) > QUOTED_LENGTH else ""))


def _labels(answers: Sequence[OutboxItem]) -> dict[str, str]:
    """What the choices were called that we offered."""
    cards = [one.card for one in answers if one.card]
    return {one.data: one.label for card in cards for one in (*card.buttons, *card.choices) if one.data}


def _documents(conversation: Conversation | None, catalogue: Catalogue) -> dict[str, str]:
    """Names of the required documents, by the event that brought each."""
    service = catalogue.service(conversation.service) if conversation else None
    if conversation is None or service is None:
        return {}
    names = [one.name for one in service.documents]
    return {event: names[index] for index, event in conversation.documents if 0 <= index < len(names)}
