"""Messages as the export shows them: one JSON object for each that was ever taken."""

from mailroom.domain.decision import Classification, Secrecy
from mailroom.domain.message import Attachment, Message
from mailroom.domain.record import MessageRecord, Reply
from mailroom.ports import Json
from mailroom.services.register_rows import rfc3339

TEXT_LENGTH = 2000
"""So many characters of the readable body are exported; the archive has all of it."""


def message_object(record: MessageRecord) -> dict[str, Json]:
    """What is known of one message. Until it has been read and decided, the keys of that are null or empty lists.

    So are those that tell who wrote, or about what, where it is marked secret (R58).
    """
    envelope, secret = record.logged.envelope, _is_secret(record.classification)
    return {
        "digest": record.logged.digest,
        "channel": envelope.channel,
        "account": envelope.account,
        "external_id": envelope.external_id,
        **_content(None if secret else record.message),
        **_understanding(record.classification),
        **({"service": None} if secret else {}),
        "outcome": record.decision.outcome.value if record.decision else None,
        "reasons": [str(reason) for reason in record.decision.reasons] if record.decision and not secret else [],
        "register_number": str(record.number) if record.number else None,
        "replies": [{**_reply(reply), **({"to": None} if secret else {})} for reply in record.replies],
        "entered_system_at": rfc3339(envelope.entered_system_at),
        "deemed_received_at": rfc3339(record.deemed_received_at) if record.deemed_received_at else None,
        "duplicate_of": record.duplicate_of,
    }


def _is_secret(classification: Classification | None) -> bool:
    return classification is not None and classification.marks.secrecy is not Secrecy.NONE


def _content(message: Message | None) -> dict[str, Json]:
    if message is None:
        empty = dict.fromkeys(("message_id", "subject", "from_name", "from_address", "text"))
        return {**empty, "attachments": [], "defects": []}
    return {
        "message_id": message.message_id,
        "subject": message.subject,
        "from_name": message.sender.name,
        "from_address": message.sender.address,
        "text": message.text[:TEXT_LENGTH],
        "attachments": [_attachment(attachment) for attachment in message.attachments],
        "defects": list(message.defects),
    }


def _understanding(classification: Classification | None) -> dict[str, Json]:
    if classification is None:
        return dict.fromkeys(("kind", "service", "urgency", "secrecy"))
    return {
        "kind": classification.kind.value,
        "service": classification.service,
        "urgency": classification.marks.urgency.value,
        "secrecy": classification.marks.secrecy.value,
    }


def _attachment(attachment: Attachment) -> dict[str, Json]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
    }


def _reply(reply: Reply) -> dict[str, Json]:
    return {"letter": reply.letter.value, "to": reply.to, "state": reply.state}
