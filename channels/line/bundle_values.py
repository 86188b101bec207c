"""What the manifest of a bundle holds, as values and as plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from channels.line.decode import Origin, decode_again
from channels.line.fields import Fields, MalformedError
from channels.line.limits import BUNDLE_EVENTS
from mailroom.domain.chat import (
    ChatContent,
    ChatEvent,
    ChatEventKind,
    ChatPerson,
    ContentState,
    Conversation,
    ConversationState,
)

TOKEN_FRESH = timedelta(seconds=50)
"""A reply token answers for about a minute; an older one is of no use to the letter that comes of it."""
_LARGEST = 1 << 40
Choice = TypeVar("Choice", ChatEventKind, ContentState)


@dataclass(frozen=True, slots=True)
class Submission:
    """One complete conversation with all that is known of it."""

    account: str
    conversation: Conversation
    person: ChatPerson
    events: tuple[ChatEvent, ...]
    """In order of occurrence."""

    @property
    def kept(self) -> tuple[ChatEvent, ...]:
        """Those whose contents the bundle holds."""
        return tuple(event for event in self.events if event.content.state is ContentState.KEPT)

    @property
    def reply_token(self) -> str:
        """Empty where it was old when the conversation was closed."""
        talk = self.conversation
        if talk.closed_at is None or talk.reply_token_at is None:
            return ""
        return talk.reply_token if talk.closed_at - talk.reply_token_at < TOKEN_FRESH else ""


def to_plain(submission: Submission) -> Mapping[str, Any]:
    talk, person = submission.conversation, submission.person
    return {
        "account": submission.account,
        "conversation": {
            "id": talk.id,
            "service": talk.service,
            "name": talk.name,
            "email": talk.email,
            "documents": [list(document) for document in talk.documents],
            "answers": talk.answers,
            "opened_at": talk.opened_at.isoformat(),
            "closed_at": _plain_time(talk.closed_at),
        },
        "person": {
            "id": person.id or talk.person,
            "name": person.name,
            "given_name": person.given_name,
            "email": person.email,
            "email_proven_at": _plain_time(person.email_proven_at),
        },
        "reply_token": submission.reply_token,
        "events": [_plain_event(event) for event in submission.events],
    }


def _plain_event(event: ChatEvent) -> Mapping[str, Any]:
    content = event.content
    return {
        "id": event.id,
        "kind": event.kind.value,
        "raw": event.raw,
        "delivery": event.delivery,
        "received_at": event.received_at.isoformat(),
        "unsent_at": _plain_time(event.unsent_at),
        "defect": event.defect,
        "content": {
            "state": content.state.value,
            "size": content.size,
            "sha256": content.sha256,
            "media_type": content.media_type,
            "note": content.note,
        },
    }


def _plain_time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def from_plain(value: object) -> Submission:
    """Raises MalformedError."""
    fields = Fields(value)
    person = fields.inner("person")
    events = fields.list_("events")
    if len(events) > BUNDLE_EVENTS:
        raise fields.wrong("events")
    return Submission(
        account=fields.text("account"),
        conversation=_conversation(fields, person.text("id")),
        person=ChatPerson(
            id=person.text("id"),
            name=person.text("name"),
            given_name=person.text("given_name"),
            email=person.text("email"),
            email_proven_at=_maybe_time(person, "email_proven_at"),
        ),
        events=tuple(_event(Fields(one, "events")) for one in events),
    )


def _conversation(fields: Fields, person: str) -> Conversation:
    talk, token = fields.inner("conversation"), fields.text("reply_token")
    opened_at, closed_at = _time(talk, "opened_at"), _maybe_time(talk, "closed_at")
    return Conversation(
        id=talk.text("id"),
        person=person,
        state=ConversationState.CLOSED,
        opened_at=opened_at,
        closes_at=closed_at or opened_at,
        closed_at=closed_at,
        service=talk.text("service"),
        name=talk.text("name"),
        email=talk.text("email"),
        documents=tuple(_document(one) for one in talk.list_("documents")),
        answers=talk.text("answers"),
        reply_token=token,
        reply_token_at=closed_at if token else None,
    )


def _document(value: object) -> tuple[int, str]:
    match value:
        case [bool(), _]:
            raise MalformedError("documents")
        case [int(index), str(event)]:
            return index, event
    raise MalformedError("documents")


def _event(fields: Fields) -> ChatEvent:
    """Read anew from its exact text; what the books knew of it beside that text stands in the manifest."""
    origin = Origin(fields.text("delivery"), _time(fields, "received_at"))
    return replace(
        decode_again(fields.text("raw"), origin),
        id=fields.text("id"),
        kind=_one_of(ChatEventKind, fields, "kind"),
        unsent_at=_maybe_time(fields, "unsent_at"),
        defect=fields.text("defect"),
        content=_content(fields.inner("content")),
    )


def _content(fields: Fields) -> ChatContent:
    size = fields.whole("size")
    if not 0 <= size <= _LARGEST:
        raise fields.wrong("size")
    return ChatContent(
        state=_one_of(ContentState, fields, "state"),
        size=size,
        sha256=fields.text("sha256"),
        media_type=fields.text("media_type"),
        note=fields.text("note"),
    )


def _one_of(kind: type[Choice], fields: Fields, key: str) -> Choice:
    try:
        return kind(fields.text(key))
    except ValueError:
        raise fields.wrong(key) from None


def _time(fields: Fields, key: str) -> datetime:
    try:
        at = datetime.fromisoformat(fields.text(key))
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise fields.wrong(key)


def _maybe_time(fields: Fields, key: str) -> datetime | None:
    return _time(fields, key) if key in fields else None
