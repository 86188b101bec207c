"""How a reading travels from the child to its parent: plain JSON, so that a subverted child can only lie."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from mailroom.domain.decision import Classification, Kind, LetterMarks, Reason, Secrecy, Urgency
from mailroom.domain.message import Address, Attachment, Message
from mailroom.domain.record import Reading


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


def reading_to_json(reading: Reading) -> bytes:
    """The values of the message in the order of its fields, then its classification."""
    message = reading.message
    values = [_plain(getattr(message, name)) for name in _NAMES]
    return _ENCODE([values, _classified(reading.classification)]).encode("utf-8", "replace")


def _classified(found: Classification | None) -> tuple[Any, ...] | None:
    if found is None:
        return None
    marks = found.marks
    dated = marks.dated.isoformat() if marks.dated else None
    return (
        found.kind,
        found.service,
        found.agency,
        (marks.letter_no, marks.circular, dated, marks.subject, marks.to),
        (marks.urgency, marks.urgent_within, marks.secrecy),
        [(reason.code, reason.detail) for reason in found.reasons],
        found.model,
    )


def _plain(value: Any) -> Any:
    change = _BY_TYPE.get(type(value))
    return change(value) if change else value


def reading_from_json(text: bytes) -> Reading:
    """The reading. Raises ValueError, TypeError, KeyError or AttributeError where the text is none."""
    values, classified = json.loads(text.decode("utf-8"))
    return Reading(_message(values), None if classified is None else _classification(*classified))


def _classification(
    kind: str,
    service: str | None,
    agency: str | None,
    face: list[Any],
    classes: list[str],
    reasons: list[list[str]],
    model: str,
) -> Classification:
    letter_no, circular, dated, subject, to = face
    urgency, within, secrecy = classes
    on = date.fromisoformat(dated) if dated else None
    marks = LetterMarks(letter_no, circular, on, subject, to, Urgency(urgency), within, Secrecy(secrecy))
    return Classification(Kind(kind), service, agency, marks, tuple(Reason(*reason) for reason in reasons), model)


def _message(plain: list[Any]) -> Message:
    values = dict(zip(_NAMES, plain, strict=True))
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
