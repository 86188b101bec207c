"""One message of an event: what was said, and whether there are bytes to be fetched for it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.line.fields import Fields
from channels.line.limits import LINE_CHARACTERS, TEXT_CHARACTERS, TYPE_CHARACTERS, URL_CHARACTERS
from mailroom.domain.chat import HAS_CONTENT, ChatContent, ChatMessage, ChatMessageKind, ContentState, Location
from mailroom.stages.characters import many_lines, one_line
from mailroom.stages.file_names import deceives, shown_name

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""It becomes part of an address that we ask at."""
_LATITUDE, _LONGITUDE = 90.0, 180.0
_LARGEST = 1 << 40
"""Bytes, milliseconds and numbers within a set beyond it are none."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message with what a clerk should know of it."""

    message: ChatMessage
    content: ChatContent
    defect: str = ""


def decode_message(fields: Fields, received_at: datetime) -> Said:
    """Raises MalformedError. A type that nobody told us of is kept as UNKNOWN: there may be bytes behind it."""
    message_id = message_id_of(fields, "id")
    kind = fields.text("type")
    decode = _KINDS.get(kind)
    if decode is None:
        message = ChatMessage(id=message_id, kind=ChatMessageKind.UNKNOWN)
        return Said(message, _wanted(received_at), f"message-unknown: {one_line(kind, TYPE_CHARACTERS)}")
    message, defect = decode(fields, message_id)
    return Said(message, _content(message, received_at), defect)


def message_id_of(fields: Fields, key: str) -> str:
    """Raises MalformedError."""
    found = fields.text(key)
    if not _ID.fullmatch(found):
        raise fields.wrong(key)
    return found


def _content(message: ChatMessage, received_at: datetime) -> ChatContent:
    if message.kind not in HAS_CONTENT:
        return ChatContent()
    return ChatContent(state=ContentState.EXTERNAL) if message.url else _wanted(received_at)


def _wanted(at: datetime) -> ChatContent:
    """At once: the platform deletes it after a while (R115)."""
    return ChatContent(state=ContentState.WANTED, due_at=at)


Decoded = tuple[ChatMessage, str]
"""A message, and a defect of it that does not keep it from being understood."""


def _text(fields: Fields, message_id: str) -> Decoded:
    """Emoji stand in the text as words, and mentions as names: their lists are not needed."""
    said = fields.text("text")
    message = ChatMessage(
        id=message_id,
        kind=ChatMessageKind.TEXT,
        text=many_lines(said[:TEXT_CHARACTERS]),
        quoted_id=_quoted(fields),
    )
    return message, "text-limit" if len(said) > TEXT_CHARACTERS else ""


def _sticker(fields: Fields, message_id: str) -> Decoded:
    """Its own words where the sender wrote some, else those by which the platform knows it."""
    words = fields.maybe_text("text") or ", ".join(fields.texts("keywords"))
    text = one_line(words, LINE_CHARACTERS)
    return ChatMessage(id=message_id, kind=ChatMessageKind.STICKER, text=text, quoted_id=_quoted(fields)), ""


def _location(fields: Fields, message_id: str) -> Decoded:
    location = Location(
        title=one_line(fields.maybe_text("title"), LINE_CHARACTERS),
        address=one_line(fields.maybe_text("address"), LINE_CHARACTERS),
        latitude=fields.number("latitude", _LATITUDE),
        longitude=fields.number("longitude", _LONGITUDE),
    )
    return ChatMessage(id=message_id, kind=ChatMessageKind.LOCATION, location=location), ""


def _file(fields: Fields, message_id: str) -> Decoded:
    name = fields.text("fileName")
    shown = shown_name(name)
    message = ChatMessage(
        id=message_id,
        kind=ChatMessageKind.FILE,
        file_name=shown,
        size=_count(fields, "fileSize"),
        url=_elsewhere(fields),
    )
    return message, f"name-deceptive: {shown}" if deceives(name) else ""


def _image(fields: Fields, message_id: str) -> Decoded:
    together = fields.maybe_inner("imageSet")
    message = ChatMessage(
        id=message_id,
        kind=ChatMessageKind.IMAGE,
        url=_elsewhere(fields),
        set_id=message_id_of(together, "id") if together else "",
        set_index=(_count(together, "index") or 0) if together else 0,
        set_total=(_count(together, "total") or 0) if together else 0,
    )
    return message, ""


def _recording(kind: ChatMessageKind) -> Callable[[Fields, str], Decoded]:
    def decode(fields: Fields, message_id: str) -> Decoded:
        duration = _count(fields, "duration")
        return ChatMessage(id=message_id, kind=kind, duration_ms=duration, url=_elsewhere(fields)), ""

    return decode


def _quoted(fields: Fields) -> str:
    return message_id_of(fields, "quotedMessageId") if "quotedMessageId" in fields else ""


def _count(fields: Fields, key: str) -> int | None:
    found = fields.maybe_whole(key)
    if found is not None and not 0 <= found <= _LARGEST:
        raise fields.wrong(key)
    return found


def _elsewhere(fields: Fields) -> str:
    """The address of content that the platform does not hold: shown, never fetched. Empty where it holds it."""
    provider = fields.maybe_inner("contentProvider")
    if provider is None or provider.text("type") != "external":
        return ""
    return one_line(provider.maybe_text("originalContentUrl"), URL_CHARACTERS) or "?"


_KINDS: Mapping[str, Callable[[Fields, str], Decoded]] = {
    "text": _text,
    "image": _image,
    "video": _recording(ChatMessageKind.VIDEO),
    "audio": _recording(ChatMessageKind.AUDIO),
    "file": _file,
    "location": _location,
    "sticker": _sticker,
}
