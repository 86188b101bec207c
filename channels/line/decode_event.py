"""What each type of event says, step by step: id, time, who, then what happened."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.line.decode_message import decode_message, message_id_of
from channels.line.fields import Fields
from channels.line.limits import DATA_CHARACTERS, TYPE_CHARACTERS
from mailroom.domain.chat import ChatContent, ChatEvent, ChatEventKind, ContentState
from mailroom.stages.characters import one_line

Step = Callable[[Fields, ChatEvent], ChatEvent]
"""Adds what it reads. Raises MalformedError."""

_EVENT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_USER = re.compile(r"U[0-9a-f]{32}")
_ROOMS = {"group": ("groupId", re.compile(r"C[0-9a-f]{32}")), "room": ("roomId", re.compile(r"R[0-9a-f]{32}"))}
_TOKEN = re.compile(r"[!-~]{1,200}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SKEW = timedelta(minutes=5)
"""So far LINE's clock may be ahead of ours."""
_OLDEST = timedelta(days=31)
"""Nothing is delivered again after so long: an earlier time is a wrong one."""
_OF_SOMEBODY = frozenset(
    {
        ChatEventKind.MESSAGE,
        ChatEventKind.UNSEND,
        ChatEventKind.FOLLOW,
        ChatEventKind.UNFOLLOW,
        ChatEventKind.POSTBACK,
        ChatEventKind.LINK,
    }
)
_OF_A_ROOM = frozenset({ChatEventKind.JOIN, ChatEventKind.LEAVE})
_OF_NO_MATTER = (
    "activated beacon botResumed botSuspended deactivated delivery memberJoined memberLeft membership module "
    "videoPlayComplete"
)
"""Types of LINE's own description that no mail room need act on."""


def _identity(fields: Fields, event: ChatEvent) -> ChatEvent:
    found = fields.text("webhookEventId")
    if not _EVENT_ID.fullmatch(found):
        raise fields.wrong("webhookEventId")
    return replace(event, id=found)


def _time(fields: Fields, event: ChatEvent) -> ChatEvent:
    """A time that cannot be leaves that of receipt, with a defect; one little ahead of our clock is our own time."""
    stamp = fields.whole("timestamp")
    try:
        at = _EPOCH + timedelta(milliseconds=stamp)
    except OverflowError:
        at = _EPOCH
    if not event.received_at - _OLDEST <= at <= event.received_at + _SKEW:
        return replace(event, defect=f"event-time: {stamp}")
    return replace(event, occurred_at=min(at, event.received_at))


def _room(fields: Fields, event: ChatEvent) -> ChatEvent:
    source = fields.maybe_inner("source")
    kind = source.text("type") if source else "user"
    if source is None or kind == "user":
        return event
    if kind not in _ROOMS:
        raise source.wrong("type")
    return replace(event, room=_matching(source, *_ROOMS[kind]))


def _person(fields: Fields, event: ChatEvent) -> ChatEvent:
    """In a room the platform may leave out who it was."""
    source = fields.maybe_inner("source")
    if source is None or "userId" not in source:
        return event
    return replace(event, person=_matching(source, "userId", _USER))


def _context(fields: Fields, event: ChatEvent) -> ChatEvent:
    context = fields.maybe_inner("deliveryContext")
    event = replace(event, redelivered=context.maybe_flag("isRedelivery") if context else False)
    return replace(event, reply_token=_matching(fields, "replyToken", _TOKEN)) if "replyToken" in fields else event


def _happening(fields: Fields, event: ChatEvent) -> ChatEvent:
    """What happened. In standby somebody else answers: nothing may follow from it here."""
    kind, mode = fields.text("type"), fields.maybe_text("mode") or "active"
    if mode == "standby":
        return replace(event, kind=ChatEventKind.OTHER)
    step = _TYPES.get(kind, _unknown)
    return step(fields, event) if mode == "active" else _unknown(fields, event)


def _between_whom(fields: Fields, event: ChatEvent) -> ChatEvent:
    """In a conversation of two the other one must be named, and a room where we come or go."""
    missing = event.kind in _OF_SOMEBODY and not (event.person or event.room)
    if missing or (event.kind in _OF_A_ROOM and not event.room):
        raise fields.wrong("source")
    return event


STEPS: tuple[Step, ...] = (_identity, _time, _room, _person, _context, _happening, _between_whom)


def _matching(fields: Fields, key: str, pattern: re.Pattern[str]) -> str:
    found = fields.text(key)
    if not pattern.fullmatch(found):
        raise fields.wrong(key)
    return found


def _unknown(fields: Fields, event: ChatEvent) -> ChatEvent:
    shown = one_line(fields.text("type"), TYPE_CHARACTERS)
    return replace(event, kind=ChatEventKind.UNKNOWN, defect=f"event-unknown: {shown}")


def _of(kind: ChatEventKind) -> Step:
    """An event that its kind and its source say all of."""

    def step(_: Fields, event: ChatEvent) -> ChatEvent:
        return replace(event, kind=kind)

    return step


def _message(fields: Fields, event: ChatEvent) -> ChatEvent:
    """Nothing of a group or room is registered, so nothing is fetched for it either."""
    said = decode_message(fields.inner("message"), event.received_at)
    unwanted = event.room and said.content.state is ContentState.WANTED
    return replace(
        event,
        kind=ChatEventKind.MESSAGE,
        message=said.message,
        content=ChatContent() if unwanted else said.content,
        defect=said.defect or event.defect,
    )


def _edited(fields: Fields, event: ChatEvent) -> ChatEvent:
    """LINE knows it of groups only; were it one person's words to us, a clerk would have to see them."""
    return replace(event, kind=ChatEventKind.OTHER) if event.room else _unknown(fields, event)


def _unsend(fields: Fields, event: ChatEvent) -> ChatEvent:
    return replace(event, kind=ChatEventKind.UNSEND, unsent=message_id_of(fields.inner("unsend"), "messageId"))


def _follow(fields: Fields, event: ChatEvent) -> ChatEvent:
    detail = fields.maybe_inner("follow")
    again = detail is not None and detail.maybe_flag("isUnblocked")
    return replace(event, kind=ChatEventKind.FOLLOW, data="unblocked" if again else "")


def _postback(fields: Fields, event: ChatEvent) -> ChatEvent:
    """Its parameters belong to pickers of dates and menus, of which we offer none: they stay in the raw text."""
    postback = fields.inner("postback")
    data = postback.text("data")
    if len(data) > DATA_CHARACTERS or not data.isprintable():
        raise postback.wrong("data")
    postback.maybe_inner("params")
    return replace(event, kind=ChatEventKind.POSTBACK, data=data)


def _link(fields: Fields, event: ChatEvent) -> ChatEvent:
    """The nonce comes back only where the platform says that linking went well."""
    link = fields.inner("link")
    nonce = _matching(link, "nonce", _TOKEN)
    return replace(event, kind=ChatEventKind.LINK, data=nonce if link.text("result") == "ok" else "")


_TYPES: Mapping[str, Step] = {
    **dict.fromkeys(_OF_NO_MATTER.split(), _of(ChatEventKind.OTHER)),
    "accountLink": _link,
    "follow": _follow,
    "join": _of(ChatEventKind.JOIN),
    "leave": _of(ChatEventKind.LEAVE),
    "message": _message,
    "messageEdited": _edited,
    "postback": _postback,
    "unfollow": _of(ChatEventKind.UNFOLLOW),
    "unsend": _unsend,
}
