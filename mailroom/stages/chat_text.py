"""What a conversation says as one message: subject, text and the order of its files.

The reader of the channel makes the message by it, and the books make it anew by it when a word is taken back later:
equal events give equal words. There is no catalogue here: what is no word of the sender is a mark in brackets.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailroom.domain.chat import (
    HAS_CONTENT,
    ChatEvent,
    ChatEventKind,
    ChatMessage,
    ChatMessageKind,
    ContentState,
    Conversation,
    Location,
)

SUBJECT_LIMIT = 100
TEXT_LIMIT = 100_000
"""Characters; a longer text is cut, as that of a mail is."""
QUOTED_LIMIT = 80
UNSENT = "[✕]"
"""Stands where its sender took a message back (R117)."""
NOT_KEPT = "?"
"""After the name of a file that could not be retrieved."""
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/aac": "aac",
    "application/pdf": "pdf",
}
_USUAL_ENDINGS = {ChatMessageKind.IMAGE: "jpg", ChatMessageKind.VIDEO: "mp4", ChatMessageKind.AUDIO: "m4a"}


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One content of a conversation as an attachment."""

    event: str
    """Id of the event that brought it."""
    name: str
    part: int | None
    """Its number among the contents that are kept, in the order of the events; None where none is kept."""
    hidden: bool
    """Its sender took it back: shown only by a recorded act (R117)."""


@dataclass(frozen=True, slots=True)
class ChatText:
    """A conversation in words. The subject is one line."""

    subject: str
    text: str
    files: tuple[PlannedFile, ...]

    @property
    def hidden_parts(self) -> tuple[int, ...]:
        return tuple(one.part for one in self.files if one.hidden and one.part is not None)


def chat_text(events: Sequence[ChatEvent], conversation: Conversation | None = None) -> ChatText:
    """Events in order of occurrence, with the state of their contents. Pure; nothing of an unsent message is repeated.

    `conversation` tells which file is which document (by its number in the checklist, from 1), and what was said as
    name or e-mail address, which is no subject.
    """
    spoken = [event for event in events if event.message is not None]
    files = tuple(_files(spoken))
    text = "\n".join(_lines(spoken, {one.event: one for one in files}, conversation))
    return ChatText(_subject(spoken, files, conversation), text[:TEXT_LIMIT], files)


def _files(events: Sequence[ChatEvent]) -> Iterator[PlannedFile]:
    seen: Counter[ChatMessageKind] = Counter()
    part = 0
    for event in events:
        message = event.message
        if message is None or message.kind not in HAS_CONTENT or event.content.state is ContentState.NONE:
            continue
        seen[message.kind] += 1
        kept = event.content.state is ContentState.KEPT
        name = _file_name(message, event.content.media_type, seen[message.kind])
        yield PlannedFile(event.id, name, part if kept else None, event.unsent_at is not None)
        part += kept


def _file_name(message: ChatMessage, media_type: str, number: int) -> str:
    if message.file_name:
        return message.file_name
    bare = media_type.partition(";")[0].strip().lower()
    ending = _ENDINGS.get(bare) or _USUAL_ENDINGS.get(message.kind) or "bin"
    return f"{message.kind}-{number}.{ending}"


def _lines(
    events: Sequence[ChatEvent], files: dict[str, PlannedFile], conversation: Conversation | None
) -> Iterator[str]:
    said = {event.message.id: event for event in events if event.message}
    documents = {event: index for index, event in conversation.documents} if conversation else {}
    for event in events:
        message = event.message
        if message is None:
            continue
        if event.unsent_at is not None:
            yield UNSENT
            continue
        if message.quoted_id:
            yield _quoted(said.get(message.quoted_id))
        line = _said(message, files.get(event.id))
        yield f"{documents[event.id] + 1}. {line}" if event.id in documents else line


def _quoted(event: ChatEvent | None) -> str:
    """The beginning of what is quoted, where it is of the same conversation and was not taken back."""
    message = event.message if event and event.unsent_at is None else None
    text = " ".join(message.text.split()) if message else ""
    return f"> {_cut(text, QUOTED_LIMIT)}" if text else "> […]"


def _said(message: ChatMessage, file: PlannedFile | None) -> str:
    if message.kind is ChatMessageKind.TEXT:
        return message.text
    if message.kind is ChatMessageKind.STICKER:
        return f"[{message.text or '…'}]"
    if message.location is not None:
        return _place(message.location)
    mark = file.name if file else str(message.kind)
    missing = f" {NOT_KEPT}" if file and file.part is None else ""
    return f"[{mark}{missing}] {message.url}".rstrip()


def _place(location: Location) -> str:
    parts = (location.title, location.address, f"geo:{location.latitude},{location.longitude}")
    return "\n".join(one for one in parts if one)


def _subject(events: Sequence[ChatEvent], files: Sequence[PlannedFile], conversation: Conversation | None) -> str:
    """The first line of a text that is no answer to who it is; else the name of a file; else what kind of thing came."""
    about_them = {conversation.name, conversation.email} if conversation else set()
    shown = [event.message for event in events if event.message and event.unsent_at is None]
    texts = [one.text for one in shown if one.kind is ChatMessageKind.TEXT]
    lines = (" ".join(line.split()) for text in texts for line in text.splitlines() if text.strip() not in about_them)
    places = (one.location.title or one.location.address for one in shown if one.location)
    names = (one.name for one in files if not one.hidden)
    kinds = (f"[{one.kind}]" for one in shown)
    found = next((one for group in (lines, names, places, kinds) for one in group if one.strip()), "")
    return _cut(" ".join(found.split()), SUBJECT_LIMIT)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def is_said(event: ChatEvent) -> bool:
    """Whether an event is something that a person said to us, and not a sign of the platform."""
    return event.kind is ChatEventKind.MESSAGE and event.message is not None
