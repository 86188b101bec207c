"""How a message travels from the reading child to its parent: plain JSON, so that a subverted child can only lie."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mailroom.domain.message import Address, Attachment, Message


def attachment_to_plain(attachment: Attachment) -> tuple[str, str, str, int, str, bool, int]:
    """The values of an attachment in the order of its fields."""
    return (
        attachment.name,
        attachment.media_type,
        attachment.declared_type,
        attachment.size,
        attachment.sha256,
        attachment.inline,
        attachment.part,
    )


_NAMES = tuple(field.name for field in fields(Message))
_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_BY_TYPE: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.isoformat,
    Address: lambda address: (address.name, address.address),
    Attachment: attachment_to_plain,
    tuple: lambda items: [_plain(item) for item in items],
    MappingProxyType: dict,
}
"""What JSON does not know, and what travels in its place."""


def message_to_json(message: Message) -> bytes:
    """The values of a message in the order of its fields."""
    return _ENCODE([_plain(getattr(message, name)) for name in _NAMES]).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    change = _BY_TYPE.get(type(value))
    return change(value) if change else value


def message_from_json(text: bytes) -> Message:
    """The message. Raises ValueError, TypeError or KeyError where the text is none."""
    values = dict(zip(_NAMES, json.loads(text.decode("utf-8")), strict=True))
    return Message(
        sender=Address(*values["sender"]),
        subject=values["subject"],
        text=values["text"],
        message_id=values["message_id"],
        in_reply_to=tuple(values["in_reply_to"]),
        references=tuple(values["references"]),
        senders=_people(values["senders"]),
        reply_to=_people(values["reply_to"]),
        recipients=_people(values["recipients"]),
        return_path=values["return_path"],
        sent_at=_instant(values["sent_at"]),
        relayed_at=_instant(values["relayed_at"]),
        content_type=values["content_type"],
        report_type=values["report_type"],
        part_types=tuple(values["part_types"]),
        headers=MappingProxyType({name: tuple(found) for name, found in values["headers"].items()}),
        has_html=values["has_html"],
        attachments=tuple(Attachment(*attachment) for attachment in values["attachments"]),
        defects=tuple(values["defects"]),
        fingerprint=values["fingerprint"],
    )


def _people(values: list[list[str]]) -> tuple[Address, ...]:
    return tuple(Address(name, address) for name, address in values)


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
