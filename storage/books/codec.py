"""What was read, understood and decided of a message, as columns and back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Row

from mailroom.domain.decision import (
    Classification,
    Decision,
    Kind,
    Letter,
    LetterMarks,
    Outcome,
    Reason,
    Secrecy,
    Urgency,
)
from mailroom.domain.message import Address, Attachment, Envelope, Folder, LoggedMessage, Message, Place
from mailroom.domain.record import Verdict
from mailroom.domain.register import RegisterNumber
from mailroom.stages.normalise import compact

URGENCY_RANKS = {
    Urgency.NORMAL: 0,
    Urgency.URGENT: 1,
    Urgency.WITHIN: 2,
    Urgency.VERY_URGENT: 3,
    Urgency.MOST_URGENT: 4,
}
"""What a clerk sees first (R48, R57); a letter with a fixed time is at least urgent."""

DANGER_RANK = 5
"""Before all classes of urgency: a letter waits, a fire does not."""

SEARCH_LIMIT = 600
"""Characters; an index of PostgreSQL takes no more than 2,704 bytes."""

TEXT_FIELDS = ("content_type", "report_type", "return_path", "has_html")
ADDRESS_FIELDS = ("senders", "reply_to", "recipients")
LIST_FIELDS = ("in_reply_to", "references", "defects")
TIME_FIELDS = ("sent_at", "relayed_at")
CHAT_FIELDS = {"is_chat": False, "service": ""}
"""With what they are where nothing is written, as of every mail. `reply_token` is a secret that soon ends: not kept."""


def verdict_columns(verdict: Verdict, text_key: str) -> dict[str, Any]:
    """Columns of the message row that a verdict fills; `text_key` is that of its message."""
    follows = verdict.follows
    secret = verdict.classification.marks.secrecy is not Secrecy.NONE
    return {
        **_message_columns(verdict.message),
        **({"search_text": ""} if secret else {}),
        "text_key": text_key,
        **_classification_columns(verdict.classification),
        **decision_columns(verdict.decision),
        "deemed_received_at": verdict.deemed_received_at,
        "processed_at": verdict.processed_at,
        "follows_year": follows.year if follows else None,
        "follows_number": follows.number if follows else None,
        "duplicate_of": verdict.duplicate_of,
    }


def _message_columns(message: Message) -> dict[str, Any]:
    sender = message.sender
    return {
        "sender_name": sender.name,
        "sender_address": sender.address,
        "sender_key": sender.address.lower(),
        "subject": message.subject,
        "header_id": message.message_id,
        "fingerprint": message.fingerprint,
        "search_text": search_text(message.subject, sender.name, sender.address),
        "reading": _reading(message),
        "text": message.text,
    }


def search_text(*items: str) -> str:
    """Subject, name and address as the queue searches them; empty for what is secret (R58)."""
    return "\n".join(map(compact, items))[:SEARCH_LIMIT]


def _reading(message: Message) -> dict[str, Any]:
    reading: dict[str, Any] = {name: getattr(message, name) for name in (*TEXT_FIELDS, *LIST_FIELDS)}
    for name in ADDRESS_FIELDS:
        reading[name] = [[one.name, one.address] for one in getattr(message, name)]
    for name in TIME_FIELDS:
        at: datetime | None = getattr(message, name)
        reading[name] = at.isoformat() if at else None
    return reading | {name: value for name in CHAT_FIELDS if (value := getattr(message, name))}


def _classification_columns(classification: Classification) -> dict[str, Any]:
    marks = classification.marks
    return {
        "kind": classification.kind.value,
        "service": classification.service,
        "urgency_rank": DANGER_RANK if classification.in_danger else URGENCY_RANKS[marks.urgency],
        "classification": {
            "agency": classification.agency,
            "reasons": reasons_column(classification.reasons),
            "letter_no": marks.letter_no,
            "circular": marks.circular,
            "dated": marks.dated.isoformat() if marks.dated else None,
            "subject": marks.subject,
            "to": marks.to,
            "urgency": marks.urgency.value,
            "urgent_within": marks.urgent_within,
            "secrecy": marks.secrecy.value,
            "model": classification.model,
            # A clerk may set the columns right later: what was found stays, to be compared.
            "found": [classification.kind.value, classification.service],
        },
    }


def decision_columns(decision: Decision) -> dict[str, Any]:
    """Columns of the message row that hold the decision in force."""
    return {
        "outcome": decision.outcome.value,
        "rule": decision.rule,
        "registered": decision.register,
        "letter": decision.letter.value if decision.letter else None,
        "redirect_agency": decision.agency,
        "decision_reasons": reasons_column(decision.reasons),
    }


def reasons_column(reasons: Sequence[Reason]) -> list[list[str]]:
    return [[reason.code, reason.detail] for reason in reasons]


def reasons_of(column: Sequence[Sequence[str]]) -> tuple[Reason, ...]:
    return tuple(Reason(code, detail) for code, detail in column)


def logged_of(row: Row[Any]) -> LoggedMessage:
    envelope = Envelope(
        channel=row.channel,
        account=row.account,
        external_id=row.external_id,
        entered_system_at=row.entered_system_at,
        folder=Folder(row.folder),
        size=row.announced_size,
    )
    place = Place(row.segment, row.segment_offset, row.stored_length)
    return LoggedMessage(row.id, envelope, row.digest, row.size, place, row.attempts)


def message_of(row: Row[Any], attachments: Sequence[Attachment]) -> Message:
    """The message as it was recorded."""
    reading: dict[str, Any] = {name: row.reading[name] for name in TEXT_FIELDS}
    reading |= {name: tuple(row.reading[name]) for name in LIST_FIELDS}
    reading |= {name: row.reading.get(name, without) for name, without in CHAT_FIELDS.items()}
    for name in ADDRESS_FIELDS:
        reading[name] = tuple(Address(*pair) for pair in row.reading[name])
    for name in TIME_FIELDS:
        reading[name] = datetime.fromisoformat(row.reading[name]) if row.reading[name] else None
    return Message(
        sender=Address(row.sender_name, row.sender_address),
        subject=row.subject,
        text=row.text,
        message_id=row.header_id,
        fingerprint=row.fingerprint,
        attachments=tuple(attachments),
        **reading,
    )


def classification_of(row: Row[Any]) -> Classification:
    column = row.classification
    marks = LetterMarks(
        letter_no=column["letter_no"],
        circular=column["circular"],
        dated=date.fromisoformat(column["dated"]) if column["dated"] else None,
        subject=column["subject"],
        to=column["to"],
        urgency=Urgency(column["urgency"]),
        urgent_within=column["urgent_within"],
        secrecy=Secrecy(column["secrecy"]),
    )
    reasons, model = reasons_of(column["reasons"]), column.get("model", "")
    return Classification(Kind(row.kind), row.service, column["agency"], marks, reasons, model)


def found_of(row: Row[Any]) -> Classification:
    """As it was recorded, before any clerk set it right."""
    kind, service = row.classification.get("found", (row.kind, row.service))
    return replace(classification_of(row), kind=Kind(kind), service=service)


def decision_of(row: Row[Any]) -> Decision:
    return Decision(
        outcome=Outcome(row.outcome),
        rule=row.rule,
        reasons=reasons_of(row.decision_reasons),
        register=row.registered,
        letter=Letter(row.letter) if row.letter else None,
        agency=row.redirect_agency,
    )


def number_of(year: int | None, number: int | None) -> RegisterNumber | None:
    return None if year is None or number is None else RegisterNumber(year, number)


def attachment_of(row: Row[Any]) -> Attachment:
    return Attachment(
        name=row.name,
        media_type=row.media_type,
        declared_type=row.declared_type,
        size=row.size,
        sha256=row.sha256,
        inline=row.inline,
        part=row.part,
        withdrawn=row.withdrawn,
    )
