"""The export of messages: one object for each that was ever taken."""

import io
import json

from mailroom.domain.record import MessageRecord
from mailroom.ports import Json
from tests.support.exports import export
from tests.support.register_samples import ReadOnlyBooks, message_record, undecided


def exported(*log: MessageRecord) -> list[dict[str, Json]]:
    out = io.BytesIO()
    assert export(ReadOnlyBooks(log=log)).messages(out) == len(log)
    objects: list[dict[str, Json]] = json.loads(out.getvalue())
    return objects


def test_messages_have_the_keys_that_other_programs_rely_on() -> None:
    """Every key, in its form, with the first 2,000 characters of the body."""
    (message,) = exported(message_record(1))
    text = message.pop("text")
    assert isinstance(text, str)
    assert len(text) == 2000
    assert message == {
        "digest": f"{1:064x}",
        "channel": "email",
        "account": "saraban",
        "external_id": "INBOX/7/1",
        "message_id": "<1@mail.example>",
        "subject": "น้ำประปาหมู่ที่ ๓ ไม่ไหลมาแล้วห้าวัน ป้าข้างบ้านก็เดือดร้อน",
        "from_name": "สมหญิง ใจดี",
        "from_address": "somying@mail.example",
        "attachments": [
            {"name": "แบบ.pdf", "media_type": "application/pdf", "size": 12, "sha256": "ab" * 32, "inline": False}
        ],
        "defects": ["charset-unknown: x-klingon"],
        "kind": "request",
        "service": "build",
        "urgency": "normal",
        "secrecy": "none",
        "outcome": "accept",
        "reasons": ["service-words: ขายอาหาร"],
        "register_number": "1/2569",
        "replies": [{"letter": "acknowledgement", "to": "somying@mail.example", "state": "sent"}],
        "entered_system_at": "2026-11-20T17:42:00+07:00",
        "deemed_received_at": "2026-11-21T08:42:00+07:00",
        "duplicate_of": None,
    }


def test_a_message_in_custody_but_undecided_is_exported_with_nulls() -> None:
    """Nothing that was taken is missing from the export; the keys are the same."""
    waiting, decided = exported(undecided(1), message_record(2))
    assert waiting.keys() == decided.keys()
    assert waiting["kind"] is waiting["outcome"] is waiting["subject"] is waiting["register_number"] is None
    assert waiting["reasons"] == waiting["attachments"] == waiting["replies"] == waiting["defects"] == []
    assert waiting["deemed_received_at"] is None


def test_a_lone_surrogate_does_not_stop_the_export() -> None:
    """What UTF-8 cannot hold is replaced; the file stays valid."""
    assert exported(message_record(1, subject="ก\udc80ข"))[0]["subject"] == "ก?ข"
