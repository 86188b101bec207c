"""What its sender took back: off the pages, on record, and opened by a recorded act only (R117)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mailroom.domain.chat import ChatEvent, Conversation
from mailroom.domain.message import Attachment
from mailroom.domain.record import MessageRecord
from mailroom.ports import UnitOfWork
from mailroom.stages.chat_text import chat_text
from mailroom.web.grants import holds, proof
from mailroom.web.site import Visit

QUERY = "withdrawn"
"""Name under which an address carries the proof."""
_ACT = "withdrawn"
_MAIL = "email"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as the books have it, beside the message that it became."""

    conversation: Conversation | None
    events: tuple[ChatEvent, ...]
    files: Mapping[str, Attachment]
    """By the event that brought each."""

    @property
    def taken_back(self) -> tuple[ChatEvent, ...]:
        """What its sender took back."""
        return tuple(one for one in self.events if one.unsent_at is not None)

    @property
    def hidden_parts(self) -> frozenset[int]:
        return frozenset(self.files[one.id].part for one in self.taken_back if one.id in self.files)


def came_by_chat(record: MessageRecord) -> bool:
    return record.message.is_chat if record.message else record.logged.envelope.channel != _MAIL


def talk_of(uow: UnitOfWork, record: MessageRecord) -> Talk:
    """The conversation that became a message; an empty one where the books of conversations know nothing of it."""
    envelope = record.logged.envelope
    chats = uow.chats(envelope.channel, envelope.account)
    conversation = chats.conversation(envelope.external_id)
    events = tuple(chats.events_of(envelope.external_id))
    return Talk(conversation, events, MappingProxyType(_files(record, events, conversation)))


def _files(
    record: MessageRecord, events: Sequence[ChatEvent], conversation: Conversation | None
) -> dict[str, Attachment]:
    """Attachments by event: by their order, unless the digest tells that it is another."""
    left = {one.part: one for one in record.message.attachments} if record.message else {}
    digests = {event.id: event.content.sha256 for event in events}
    found: dict[str, Attachment] = {}
    for plan in chat_text(events, conversation).files:
        digest = digests[plan.event]
        in_order = [left[plan.part]] if plan.part in left else []
        file = next((one for one in (*in_order, *left.values()) if not digest or one.sha256 == digest), None)
        if plan.part is not None and file is not None:
            found[plan.event] = left.pop(file.part)
    return found


def is_opened(visit: Visit, record: MessageRecord) -> bool:
    """Whether this session asked to see what was taken back of this message."""
    return holds(visit, QUERY, _ACT, record.logged.id)


def key_to(visit: Visit, message_id: int) -> str:
    return proof(visit, _ACT, message_id)


def is_withheld(uow: UnitOfWork, record: MessageRecord, visit: Visit, part: int | None) -> bool:
    """Whether a part, or with None the whole as it came, holds what was taken back and not opened by this session."""
    if not came_by_chat(record) or is_opened(visit, record):
        return False
    talk = talk_of(uow, record)
    marked = {one.part for one in record.message.attachments if one.withdrawn} if record.message else set()
    if part is None:
        return bool(talk.taken_back or marked)
    return part in talk.hidden_parts | marked
