"""Values for tests of licences and papers, each with all that a column must carry."""

from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.instrument import (
    ChannelRule,
    GazetteReference,
    Instrument,
    InstrumentKind,
    InstrumentState,
    Signatory,
)
from mailroom.domain.licence import (
    Act,
    FieldDecision,
    Issuance,
    IssuanceState,
    Licence,
    LicenceContent,
    LicenceEvent,
    LicenceQuery,
    LicenceStatus,
)
from mailroom.domain.message import Place
from mailroom.domain.outgoing import OutgoingDraft
from mailroom.domain.register import RegisterNumber
from tests.support.book_values import NOW, YEAR

TODAY = date(2026, 1, 5)
SERVICE = "food"
DIGEST = "d" * 64


def content(**more: Any) -> LicenceContent:
    facts: dict[str, Any] = {
        "holder": "นายสมชาย ใจดี",
        "holder_id": "1103700000001",
        "premises": "ร้าน Somchai ก๋วยเตี๋ยว",
        "address": "เลขที่ ๙๙/๑ หมู่ 5 ตำบลโพสะ",
        "business": "จำหน่ายอาหาร",
        "conditions": ("ต้องรักษาความสะอาด", "ปิดไม่เกิน 22.00 น."),
        "fee": "1000.50",
        "receipt": "12/34",
        "issued_on": TODAY,
        "starts_on": TODAY + timedelta(days=1),
        "expires_on": date(2026, 12, 31),
        "extra": MappingProxyType({"area": "๔๕ ตร.ม."}),
    }
    return LicenceContent(**(facts | more))


def licence(key: int = 1, **more: Any) -> Licence:
    facts: dict[str, Any] = {
        "id": 0,
        "service": SERVICE,
        "number": f"{key}/{YEAR}",
        "code": f"{key:012}",
        "status": LicenceStatus.VALID,
        "status_since": NOW,
        "version": 1,
        "content": content(),
        "document": DIGEST,
        "email": "somchai@example.test",
        "updated_at": NOW,
    }
    return Licence(**(facts | more))


def event(licence_id: int, act: Act = Act.ISSUE, **more: Any) -> LicenceEvent:
    facts: dict[str, Any] = {"at": NOW, "actor": "malee", "reason": "ครบถ้วน", "version": 1}
    return LicenceEvent(licence_id=licence_id, act=act, **(facts | more))


def issuance(**more: Any) -> Issuance:
    """Every field set to something, but the message and the licence, which must exist."""
    facts: dict[str, Any] = {
        "id": 0,
        "act": Act.ISSUE,
        "service": SERVICE,
        "state": IssuanceState.PREPARED,
        "content": content(),
        "number": f"1/{YEAR}",
        "code": "0" * 12,
        "email": "somchai@example.test",
        "channel": "line",
        "follows": "คำขอ",
        "prepared_by": "malee",
        "submitted_by": "malee",
        "approved_by": "nayok",
        "signatory": "nayok",
        "note": "แก้ที่อยู่",
        "rendition": "e" * 64,
        "document": DIGEST,
        "outgoing": RegisterNumber(YEAR, 4),
        "prepared_at": NOW,
        "changed_at": NOW,
    }
    return Issuance(**(facts | more))


def query(**more: Any) -> LicenceQuery:
    return LicenceQuery(**({"on": TODAY} | more))


def document(digest: str = DIGEST, **more: Any) -> Document:
    facts: dict[str, Any] = {
        "kind": DocumentKind.LICENCE,
        "name": "licence-1-2569.pdf",
        "media_type": "application/pdf",
        "size": 1234,
        "place": Place("000001.seg", 17, 900),
        "created_at": NOW,
    }
    return Document(digest=digest, **(facts | more))


def outgoing(year: int = YEAR, **more: Any) -> OutgoingDraft:
    facts: dict[str, Any] = {
        "dated": TODAY,
        "sender": "อบต.โพสะ",
        "addressee": "นายสมชาย ใจดี",
        "subject": "ส่งใบอนุญาต",
        "action": "ส่งทางอีเมล",
        "note": "สำเนา 1",
        "document": DIGEST,
        "registered_at": NOW,
    }
    return OutgoingDraft(year=year, **(facts | more))


def instrument(**more: Any) -> Instrument:
    rules = (
        ChannelRule(channel="email", address="saraban@agency.test", unit="สำนักปลัด"),
        ChannelRule(channel="line", address="@agency", services=("food",), starts_on=TODAY, ends_on=date(2027, 1, 1)),
    )
    facts: dict[str, Any] = {
        "id": 0,
        "kind": InstrumentKind.CHANNELS,
        "state": InstrumentState.DRAFT,
        "number": "1/2569",
        "title": "ประกาศช่องทาง",
        "dated": TODAY,
        "effective_on": TODAY,
        "rules": rules,
        "phones": ("035-000-000",),
        "details": (("system", "mailroom"), ("unit", "สำนักปลัด")),
        "signatory": Signatory(name="นายก", position="นายก อบต.", capacity="รักษาราชการแทน", on_behalf="นายก"),
        "gazette": GazetteReference(volume="143", part="5 ง", page="12", dated=TODAY),
        "rendition": "e" * 64,
        "document": DIGEST,
        "code": "ABCD",
        "prepared_by": "malee",
        "signed_by": "nayok",
        "changed_at": NOW,
        "published_at": NOW,
    }
    return Instrument(**(facts | more))


def field_decision(**more: Any) -> FieldDecision:
    facts: dict[str, Any] = {
        "service": SERVICE,
        "field": "fee",
        "public": True,
        "reason": "มติสภา",
        "decided_by": "nayok",
        "decided_at": NOW,
    }
    return FieldDecision(**(facts | more))
