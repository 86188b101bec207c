"""The head's instruments on real books, a real archive, real templates, and a signer that appends a line."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from mailroom.domain.agency import Agency, Announcement, OfficeHours
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.instrument import Instrument, InstrumentKind
from mailroom.domain.service import Catalogue, Service
from mailroom.domain.signature import CertificateFacts, SignatureLevel, SignatureSpec
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books, Signer
from mailroom.services.announcements import Announcements
from mailroom.services.chancery import Chancery as Joined
from mailroom.services.instrument_content import Content
from mailroom.services.instruments import Signing
from mailroom.services.papers import Style
from mailroom.testing import FakeClock
from mailroom.texts import load_texts
from signing.render import TypstRenderer

AGENCY = Agency(
    key="bantuayang",
    name="เทศบาลตำบลบ้านตัวอย่าง",
    phone="0 2000 0000",
    base_url="https://saraban.bantuayang.example",
    central_address="saraban@bantuayang.example",
    addresses=frozenset({"saraban@bantuayang.example"}),
)
CATALOGUE = Catalogue(
    services=(
        Service("food-shop", "ใบอนุญาตร้านอาหาร", law="พ.ร.บ. การสาธารณสุข พ.ศ. 2535", unit="กองสาธารณสุข", licence=True),
        Service("building", "ใบอนุญาตก่อสร้าง", law="พ.ร.บ. ควบคุมอาคาร พ.ศ. 2522", unit="กองช่าง", licence=True),
        Service("noise", "ขอใช้เครื่องขยายเสียง", channels=("line",), unit="กองช่าง"),
    )
)
HOURS = OfficeHours(open=time(8, 30), close=time(16, 30), days=frozenset(range(1, 6)))
MORNING = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""10.00 in Thailand."""
URL = "https://saraban.bantuayang.example"
IN_USE = (("email", "saraban@bantuayang.example"), ("line", "@bantuayang"))
HEAD, ACTING, CLERK = "head", "deputy", "malee"


@dataclass
class LineSigner:
    """`ports.Signer`: what it signs ends with a line that names the signer."""

    asked: list[tuple[SignatureSpec, datetime]] = field(default_factory=list)
    forge: bool = False
    certificate = CertificateFacts(subject="Demo", not_before=MORNING, not_after=MORNING, demo=True)

    def check(self, at: datetime) -> None:
        """It always may."""

    def sign(self, pdf: bytes, spec: SignatureSpec, *, at: datetime) -> bytes:
        self.asked.append((spec, at))
        return (b"%PDF-forged" if self.forge else pdf) + f"% signed by {spec.name}\n".encode()

    def close(self) -> None:
        """Nothing is open."""


class Chancery:
    """Everything that the instruments need, with a head, an acting head and a clerk."""

    def __init__(
        self,
        books: Books,
        archive: Archive,
        *,
        configured: Announcement | None = None,
        thai_digits: bool = False,
        signer: Signer | None = None,
        level: SignatureLevel = SignatureLevel.B_B,
    ) -> None:
        """Another `signer` takes the place of the one that appends a line."""
        self.books, self.archive = books, archive
        self.clock, self.signer = FakeClock(MORNING), LineSigner()
        self.announcements = Announcements(configured, base_url=URL)
        self.joined = Joined.join(
            books=books,
            archive=archive,
            renderer=renderer_of(CONFIG),
            signing=Signing(signer=signer or self.signer, spec=SignatureSpec(level=level)),
            agency=AGENCY,
            catalogue=CATALOGUE,
            hours=HOURS,
            in_use=IN_USE,
            announcements=self.announcements,
            texts=load_texts(CONFIG),
            config=CONFIG,
            clock=self.clock,
            style=Style(thai_digits=thai_digits),
        )
        self.instruments, self.papers = self.joined.instruments, self.joined.papers
        self.suggestions, self.sheet = self.joined.suggestions, self.joined.sheet
        self.instrument_texts = self.joined.wordings
        with books.begin() as uow:
            self.head = uow.clerks.add(
                HEAD, "นายสมศักดิ์ รุ่งเรือง", "", role=Role.APPROVER, position="นายกเทศมนตรีตำบลบ้านตัวอย่าง"
            )
            self.acting = uow.clerks.add(
                ACTING,
                "นางปิ่นแก้ว ญี่ปุ่นน้ำผึ้ง",
                "",
                role=Role.APPROVER,
                position="รองนายกเทศมนตรี",
                capacity="รักษาราชการแทน นายกเทศมนตรีตำบลบ้านตัวอย่าง",
            )
            self.clerk = uow.clerks.add(CLERK, "มาลี", "")
            uow.commit()

    def draft(
        self, kind: InstrumentKind = InstrumentKind.CHANNELS, by: Clerk | None = None, **content: object
    ) -> Instrument:
        """A draft as the configuration suggests it, with some of its content changed."""
        suggested = self.suggestions.content(kind, (by or self.head).username)
        return self.instruments.draft(kind, replace(suggested, **content), self.clerk)  # type: ignore[arg-type]

    def signed(
        self, kind: InstrumentKind = InstrumentKind.CHANNELS, by: Clerk | None = None, **content: object
    ) -> Instrument:
        if kind is InstrumentKind.SYSTEM:
            content = {"number": "12/2569"} | content
        submitted = self.instruments.submit(self.draft(kind, by, **content).id, self.clerk)
        return self.instruments.sign(submitted.id, by or self.head, submitted.rendition or "")

    def published(
        self, effective_on: date | None = None, kind: InstrumentKind = InstrumentKind.CHANNELS, **content: object
    ) -> Instrument:
        return self.instruments.publish(self.signed(kind, effective_on=effective_on, **content).id, self.clerk)

    def bytes_of(self, digest: str | None) -> bytes:
        with self.books.look() as uow:
            document = uow.documents.get(digest or "")
        assert document is not None
        with self.archive.open(document.place, document.digest) as stream:
            content = stream.read()
        assert hashlib.sha256(content).hexdigest() == digest
        return content


_RENDERERS: dict[Path, TypstRenderer] = {}


def renderer_of(config: Path) -> TypstRenderer:
    """One renderer for all tests: it reads its fonts once."""
    return _RENDERERS.setdefault(config, TypstRenderer(config))


__all__ = ["Chancery", "Content"]
