"""An office that issues licences: real books, archive, templates and letters, with a signer that a test steers."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mailroom.domain.agency import Agency
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.licence import Act, Issuance, Licence, LicenceContent, LicenceQuery
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.outgoing import OutgoingEntry
from mailroom.domain.service import Catalogue, LicenceField, Service
from mailroom.domain.signature import CertificateFacts, Enclosure, Seal, SignatureLevel, SignatureSpec
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Json, Renderer, Signer
from mailroom.services.delivery import Delivery
from mailroom.services.issuing import PaperDraft
from mailroom.services.licence_office import LicenceOffice
from mailroom.services.sign_in import SignIn
from mailroom.testing import FakeClock
from mailroom.texts import load_texts
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.texts import load_composer

AGENCY = Agency(
    key="bantuayang",
    name="เทศบาลตำบลบ้านตัวอย่าง",
    letter_prefix="อท 52301",
    phone="0 2000 0000",
    base_url="https://saraban.bantuayang.example",
)
FOOD = Service(
    "food-shop",
    "ขอใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
    law="พระราชบัญญัติการสาธารณสุข พ.ศ. 2535",
    fee=500,
    licence=True,
    licence_name="ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
    conditions=("รักษาความสะอาดของสถานที่",),
    fields=(LicenceField("seats", "จำนวนที่นั่ง", "Seats", required=True),),
    renewal_by_payment=True,
)
PERMIT = Service("building", "ขออนุญาตก่อสร้างอาคาร", licence=True)
NOISE = Service("noise", "ขอใช้เครื่องขยายเสียง")
CATALOGUE = Catalogue(services=(FOOD, PERMIT, NOISE))
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
TODAY = date(2026, 1, 5)


class PlainRenderer:
    """`ports.Renderer` whose PDF is a line with its data, for tests of the road and not of the paper."""

    def render(
        self, template: str, data: Mapping[str, Json], *, at: datetime, enclosures: Sequence[Enclosure] = ()
    ) -> bytes:
        return f"%PDF-1.7 {template} {json.dumps(data, ensure_ascii=False)} {at} {len(enclosures)}\n".encode()

    def seal(self, template: str) -> Seal | None:
        return Seal(page=1, x=10, y=10, width=100, height=40)


@dataclass
class ScriptedSigner:
    """`ports.Signer` that appends a line. `troubles` are raised at the papers whose turn it is, by count from 1."""

    troubles: dict[int, Exception] = field(default_factory=dict)
    refusal: Exception | None = None
    before: Callable[[bytes], None] = lambda _pdf: None
    signed: list[bytes] = field(default_factory=list)
    specs: list[SignatureSpec] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def certificate(self) -> CertificateFacts:
        return CertificateFacts(
            subject="Test", not_before=START.replace(year=2025), not_after=START.replace(year=2030), demo=True
        )

    def check(self, at: datetime) -> None:
        if self.refusal:
            raise self.refusal

    def sign(self, pdf: bytes, spec: SignatureSpec, *, at: datetime) -> bytes:
        self.before(pdf)
        with self._turn:
            self.signed.append(pdf)
            self.specs.append(spec)
            if trouble := self.troubles.get(len(self.signed)):
                raise trouble
        return pdf + b"signed\n"

    def close(self) -> None:
        """Nothing is open."""


class Office:
    """Everything joined as bootstrap joins it. `books` and `archive` may be exchanged for ones that fail."""

    def __init__(
        self,
        folder: Path,
        *,
        two_person: bool = True,
        renderer: Renderer | None = None,
        signer: Signer | None = None,
        spec: SignatureSpec | None = None,
    ) -> None:
        self.clock = FakeClock(START)
        self.books: Any = SqlBooks(f"sqlite:///{folder / 'books.db'}", AGENCY.key)
        self.archive: Archive = SegmentArchive(folder / "archive")
        self.signer: Any = signer or ScriptedSigner()
        self.renderer: Renderer = renderer or PlainRenderer()
        self.examiner: Any = None
        """For tests that check signatures."""
        self.spec = spec or SignatureSpec(level=SignatureLevel.B_B)
        self.two_person = two_person
        self.malee, self.chai, self.head, self.deputy = self._people()
        self.join()

    def _people(self) -> tuple[Clerk, Clerk, Clerk, Clerk]:
        with self.books.begin() as uow:
            people = (
                uow.clerks.add("malee", "นางมาลี ขยัน", ""),
                uow.clerks.add("chai", "นายชัย ตั้งใจ", ""),
                uow.clerks.add("head", "นายสมศักดิ์ รุ่งเรือง", "", role=Role.APPROVER, position="นายกเทศมนตรี"),
                uow.clerks.add(
                    "deputy",
                    "นางสุดา ใจงาม",
                    "",
                    role=Role.APPROVER,
                    position="รองนายกเทศมนตรี",
                    capacity="รักษาราชการแทน นายกเทศมนตรี",
                ),
            )
            uow.commit()
        return people

    def join(self) -> None:
        """Build the services anew, as after a restart of the program."""
        delivery = Delivery(
            agency=AGENCY,
            catalogue=CATALOGUE,
            composer=load_composer(CONFIG),
            status_url=lambda code: f"{AGENCY.base_url}/l/{code}",
            largest_enclosure=10_000_000,
            link_days=7,
        )
        self.house = LicenceOffice.join(
            books=self.books,
            archive=self.archive,
            renderer=self.renderer,
            signer=self.signer,
            spec=self.spec,
            delivery=delivery,
            agency=AGENCY,
            catalogue=CATALOGUE,
            texts=(load_texts(CONFIG), load_texts(CONFIG, "en")),
            clock=self.clock,
            two_person=self.two_person,
            sign_in=SignIn(
                books=self.books, clock=self.clock, idle=timedelta(minutes=30), absolute=timedelta(hours=10)
            ),
        )
        self.issuing, self.life = self.house.issuing, self.house.life
        self.importer, self.bulk = self.house.importer, self.house.bulk

    def close(self) -> None:
        self.books.close()
        self.archive.close()

    def draft(self, **more: Any) -> PaperDraft:
        facts: dict[str, Any] = {
            "act": Act.ISSUE,
            "service": FOOD.key,
            "content": content(),
            "email": "malee@citizen.example",
        }
        return PaperDraft(**(facts | more))

    def submitted(self, **more: Any) -> Issuance:
        paper = self.issuing.prepare(self.draft(**more), self.malee)
        return self.issuing.submit(paper.id, self.malee, signatory="head")

    def approved(self, **more: Any) -> Issuance:
        paper = self.submitted(**more)
        return self.issuing.approve(paper.id, self.head, paper.rendition or "")

    def issued(self, **more: Any) -> Licence:
        """A licence by the whole road."""
        paper = self.approved(**more)
        assert [one.id for one in self.issuing.release().issued] == [paper.id]
        return self.licences()[-1] if paper.licence_id is None else self.licence(paper.licence_id)

    def paper(self, issuance_id: int) -> Issuance:
        with self.books.look() as uow:
            found: Issuance | None = uow.issuances.get(issuance_id)
        assert found is not None
        return found

    def licence(self, licence_id: int) -> Licence:
        with self.books.look() as uow:
            found: Licence | None = uow.licences.get(licence_id)
        assert found is not None
        return found

    def licences(self) -> list[Licence]:
        with self.books.look() as uow:
            return list(uow.licences.every(LicenceQuery(on=TODAY)))

    def outgoing(self) -> list[OutgoingEntry]:
        with self.books.look() as uow:
            return list(uow.outgoing.entries(None))

    def letters(self) -> list[OutboxItem]:
        """Everything that waits in the outbox, claimed by nobody."""
        with self.books.begin() as uow:
            return list(uow.outbox.claim("email", self.clock.now(), 10_000))

    def content(self, digest: str) -> bytes:
        """What the archive holds of a document."""
        with self.books.look() as uow:
            document = uow.documents.get(digest)
        assert document is not None
        with self.archive.open(document.place, digest) as stream:
            return stream.read()


def content(**more: Any) -> LicenceContent:
    facts: dict[str, Any] = {
        "holder": "นางมาลี ศรีตัวอย่าง",
        "holder_id": "1101700230708",
        "premises": "ร้านข้าวแกงแม่มาลี",
        "address": "เลขที่ 12 หมู่ 3 ตำบลตลาด อำเภอเมือง จังหวัดอ่างทอง",
        "business": "จำหน่ายอาหารปรุงสำเร็จ",
        "conditions": FOOD.conditions,
        "fee": "500",
        "issued_on": TODAY,
        "starts_on": TODAY,
        "expires_on": date(2027, 1, 4),
        "extra": MappingProxyType({"seats": "20"}),
    }
    return LicenceContent(**(facts | more))
