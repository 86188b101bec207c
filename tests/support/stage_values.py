"""Small values for tests of the pure stages: messages, an agency, the shipped catalogue."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mailroom.domain.agency import Agency
from mailroom.domain.message import Address, Attachment, Envelope, Message
from mailroom.domain.record import History
from mailroom.domain.service import Catalogue, OtherAgency, RequiredDocument, Service
from mailroom.settings import AgenciesFile, ServicesFile
from mailroom.settings_files import read_toml, validated

CONFIG = Path(__file__).parents[2] / "config"
ENTERED_AT = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in Thailand."""

AGENCY = Agency(
    key="tuayang",
    name="เทศบาลเมืองตัวอย่าง",
    name_en="Tuayang Town Municipality",
    aliases=("เทศบาลตัวอย่าง", "ทม.ตัวอย่าง"),
    phone="035-555-0100",
    place="ตำบลตลาดตัวอย่าง อำเภอเมืองอ่างทอง จังหวัดอ่างทอง",
    central_address="saraban@tuayang.go.th",
    addresses=frozenset({"saraban@tuayang.go.th", "info@tuayang.go.th"}),
    officer_addresses=frozenset({"somsri@tuayang.go.th"}),
)


@cache
def catalogue() -> Catalogue:
    """The catalogue as shipped."""
    services = validated(ServicesFile, read_toml(CONFIG / "services.toml"), source=CONFIG / "services.toml")
    agencies = validated(AgenciesFile, read_toml(CONFIG / "agencies.toml"), source=CONFIG / "agencies.toml")
    return Catalogue(
        tuple(
            Service(
                **one.model_dump(exclude={"documents"}),
                documents=tuple(RequiredDocument(d.name) for d in one.documents),
            )
            for one in services.service
        ),
        tuple(OtherAgency(**one.model_dump()) for one in agencies.agency),
    )


def attachment(name: str = "แบบคำขอ.pdf", media_type: str = "application/pdf", **changes: Any) -> Attachment:
    made = Attachment(name, media_type, media_type, 2048, "a" * 64, inline=False, part=1)
    return replace(made, **changes)


def message(
    subject: str = "", text: str = "", *files: str, headers: dict[str, str] | None = None, **changes: Any
) -> Message:
    """A citizen's mail; `files` are names of attachments."""
    sender = changes.pop("sender", Address("สมชาย ใจดี", "somchai@example.com"))
    changes.setdefault("attachments", tuple(attachment(name) for name in files))
    return Message(
        sender=sender,
        subject=subject,
        text=text,
        message_id="<one@example.com>",
        senders=changes.pop("senders", (sender,) if sender.address else ()),
        headers=MappingProxyType({name.lower(): (value,) for name, value in (headers or {}).items()}),
        **changes,
    )


def envelope(channel: str = "email", entered_at: datetime = ENTERED_AT) -> Envelope:
    return Envelope(channel, "saraban", "INBOX/1/1", entered_at)


NO_HISTORY = History()
