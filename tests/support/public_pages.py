"""The public pages over a real database, with licences of every status, and an examiner by script."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse

from mailroom.domain.agency import Agency
from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.instrument import Instrument, InstrumentKind, InstrumentState
from mailroom.domain.licence import Act, Licence, LicenceContent, LicenceEvent, LicenceStatus
from mailroom.domain.message import Place
from mailroom.domain.service import Catalogue, LicenceField, Service
from mailroom.domain.signature import CertificateFacts, DocumentVerdict, SignatureFinding, SignatureLevel, Soundness
from mailroom.paths import CONFIG
from mailroom.ports import Books
from mailroom.services.data_files import DataFiles
from mailroom.services.publication import Publication
from mailroom.services.verification import Verifier
from mailroom.services.wording import Wording
from mailroom.testing import FakeClock
from mailroom.texts import load_texts
from mailroom.web.assets import static_routes
from mailroom.web.pages import Pages
from mailroom.web.public.pages import PublicPages
from mailroom.web.public.routes import public_routes
from mailroom.web.public.site import PublicSite
from mailroom.web.security import BODY_LIMIT, ErrorBoundary, SecurityHeaders

AGENCY = Agency(
    key="klong",
    name="องค์การบริหารส่วนตำบลคลองใหม่",
    name_en="Khlong Mai Subdistrict Administrative Organization",
    phone="0 2000 0000",
    base_url="https://licences.klongmai.example",
    central_address="saraban@klongmai.example",
)
FOOD = Service(
    "food-shop",
    "จัดตั้งสถานที่จำหน่ายอาหาร",
    name_en="Food premises licence",
    law="พระราชบัญญัติการสาธารณสุข พ.ศ. 2535",
    licence=True,
    licence_name="ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
    fields=(LicenceField("seats", "จำนวนที่นั่ง", "Seats"), LicenceField("owner_phone", "โทรศัพท์", public=False)),
)
BUILDING = Service("building-permit", "ใบอนุญาตก่อสร้างอาคาร", licence=True)
PRIVATE = Service("pet-card", "บัตรประจำตัวสัตว์เลี้ยง", licence=True, must_display=False)
CATALOGUE = Catalogue(services=(FOOD, BUILDING, PRIVATE))
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TEXTS, ENGLISH = load_texts(CONFIG), load_texts(CONFIG, "en")
CERTIFICATE = CertificateFacts(
    subject="นายก อบต. คลองใหม่",
    organisation=AGENCY.name,
    issuer="Demo Issuing CA",
    serial="0a",
    not_before=NOON - timedelta(days=1),
    not_after=NOON + timedelta(days=300),
)


def code(number: int) -> str:
    """A code in its canonical form."""
    return f"C0DE{number:08d}"


def content(**more: Any) -> LicenceContent:
    given: dict[str, Any] = {
        "holder": "นางสาวสมหญิง รักษาดี",
        "holder_id": "1103700123456",
        "premises": "ร้านก๋วยเตี๋ยวเรือป้าแดง",
        "address": "99/1 หมู่ 4 ถนนสุขาภิบาล ๕ ตำบลคลองใหม่ อำเภอสามพราน จังหวัดนครปฐม",
        "business": "จำหน่ายอาหารและเครื่องดื่ม",
        "conditions": ("ต้องมีถังดักไขมัน", "ปิดภายในเวลา 22.00 น."),
        "fee": "1000.00",
        "receipt": "บร. 55/2569",
        "issued_on": date(2026, 11, 1),
        "starts_on": date(2026, 11, 1),
        "expires_on": date(2027, 10, 31),
        "extra": {"seats": "40", "owner_phone": "0812345678"},
    }
    return LicenceContent(**(given | more))


def add_licence(books: Books, number: int, /, **more: Any) -> Licence:
    """A licence with its first step; unless it was imported, its document has the bytes of `paper(number)`."""
    fields: dict[str, Any] = {"service": "food-shop", "number": f"{number}/2569", "version": 1}
    fields |= {key: more.pop(key) for key in list(more) if key in Licence.__dataclass_fields__}
    digest = hashlib.sha256(paper(number)).hexdigest() if fields["version"] else None
    licence = Licence(
        id=0,
        code=code(number),
        status=fields.pop("status", LicenceStatus.VALID),
        status_since=NOON - timedelta(days=20),
        status_reason="เหตุผลภายใน ห้ามเผยแพร่",
        content=fields.pop("content", None) or content(**more),
        document=fields.pop("document", digest),
        email="somying@private.example",
        updated_at=NOON - timedelta(hours=1),
        **fields,
    )
    with books.begin() as uow:
        licence = uow.licences.add(licence)
        act = Act.ISSUE if licence.version else Act.IMPORT
        at = NOON - timedelta(days=20)
        uow.licences.note(
            LicenceEvent(
                licence_id=licence.id,
                act=act,
                at=at,
                actor="somsak",
                reason="ลับภายใน",
                version=1,
                document=licence.document,
            )
        )
        uow.commit()
    return licence


def change(books: Books, licence: Licence, act: Act, **fields: Any) -> Licence:
    """The licence changed by an act, as it stands after."""
    after = replace(licence, **({"updated_at": licence.updated_at + timedelta(minutes=1)} | fields))
    with books.begin() as uow:
        uow.licences.save(after)
        uow.licences.note(
            LicenceEvent(licence_id=licence.id, act=act, at=NOON, version=after.version, document=after.document)
        )
        uow.commit()
    return after


def add_paper(books: Books, pdf: bytes, kind: DocumentKind) -> None:
    """A document of ours that is no licence."""
    digest = hashlib.sha256(pdf).hexdigest()
    document = Document(
        digest=digest,
        kind=kind,
        name="paper.pdf",
        media_type="application/pdf",
        size=len(pdf),
        place=Place("memory", 0, len(pdf)),
        created_at=NOON,
    )
    with books.begin() as uow:
        uow.documents.put(document)
        uow.commit()


def add_instrument(books: Books, pdf: bytes, **more: Any) -> Instrument:
    fields: dict[str, Any] = {
        "kind": InstrumentKind.CHANNELS,
        "state": InstrumentState.PUBLISHED,
        "number": "1/2569",
        "title": "ประกาศช่องทางติดต่อทางอิเล็กทรอนิกส์",
        "dated": date(2026, 10, 1),
        "effective_on": date(2026, 11, 1),
        "published_at": NOON - timedelta(days=30),
        "code": "1NSTR0000001",
    }
    instrument = Instrument(
        id=0, document=hashlib.sha256(pdf).hexdigest(), changed_at=NOON - timedelta(days=30), **(fields | more)
    )
    with books.begin() as uow:
        instrument = uow.instruments.add(instrument)
        uow.commit()
    return instrument


def paper(number: int) -> bytes:
    """What stands for a signed PDF."""
    return b"%PDF-1.7\n" + str(number).encode()


@dataclass
class ScriptedExaminer:
    """Answers by the bytes that it is shown; what it does not know is soundly signed by the agency."""

    verdicts: dict[bytes, DocumentVerdict] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)

    def examine(self, pdf: bytes, *, at: datetime) -> DocumentVerdict:
        self.seen.append(len(pdf))
        return self.verdicts.get(pdf, verdict())

    def close(self) -> None:
        """Nothing is open."""


def verdict(
    soundness: Soundness = Soundness.SOUND, *, signatures: Sequence[SignatureFinding] | None = None, **facts: Any
) -> DocumentVerdict:
    """A verdict on one signature, whose certificate differs from the agency's in the named facts."""
    one = SignatureFinding(
        soundness=soundness,
        certificate=replace(CERTIFICATE, **facts),
        chain=("นายก อบต. คลองใหม่", "Demo Issuing CA", "Demo Root CA"),
        claimed_at=NOON,
        stamped_at=NOON,
        stamped_by="Demo TSA",
        level=SignatureLevel.B_LT,
        covers_document=True,
    )
    return DocumentVerdict(soundness, (one,) if signatures is None else tuple(signatures))


class PublicHall:
    """Publication, verifier and pages over given books. `clock`, `examiner` and `site` to look at and to set."""

    def __init__(self, books: Books, folder: Path, *, base_url: str = AGENCY.base_url) -> None:
        self.books, self.clock, self.examiner = books, FakeClock(NOON), ScriptedExaminer()
        self.publication = Publication(
            books,
            agency=replace(AGENCY, base_url=base_url),
            catalogue=CATALOGUE,
            wording=Wording(TEXTS.tables),
            clock=self.clock,
            authority="นายกองค์การบริหารส่วนตำบลคลองใหม่",
        )
        self.verifier = Verifier(self.publication, examiner=self.examiner, clock=self.clock, certificate=CERTIFICATE)
        self.files = DataFiles(self.publication, folder / "public")
        self.pages = PublicPages(Pages(agency=self.publication.agency, texts=TEXTS), english=ENGLISH)
        self.site = PublicSite(publication=self.publication, files=self.files, pages=self.pages, verifier=self.verifier)

    @property
    def app(self) -> Starlette:
        """The public pages alone, inside the middleware of the whole application."""
        return Starlette(
            routes=[*public_routes(self.site), *static_routes()],
            middleware=[
                Middleware(SecurityHeaders, https=False),
                Middleware(ErrorBoundary, page=lambda reference: PlainTextResponse(reference, status_code=500)),
                Middleware(RequestBodyLimitMiddleware, max_body_size=BODY_LIMIT),
            ],
        )
