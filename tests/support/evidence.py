"""A case with everything that a bundle holds, closed days, and a key; the clock is the test's."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailroom.domain.agency import Agency
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.evidence import Checkpoint
from mailroom.domain.register import RegisterNumber
from mailroom.paths import CONFIG
from mailroom.ports import Books
from mailroom.ports.evidence import EvidenceKey
from mailroom.services.evidence.bundle import Bundles
from mailroom.services.evidence.checkpoint import Checkpoints
from mailroom.services.evidence.summary import Summary
from mailroom.services.evidence.witness import WitnessLetters
from mailroom.texts import load_texts
from signing.render import TypstRenderer
from storage.case_rows import SqlCaseRows
from tests.support.paper_values import issuance
from tests.support.texts import load_composer
from tests.support.workshop import AGENCY, REQUEST, Workshop

CASE = RegisterNumber(2569, 1)
HEAD = Clerk(1, "head", "นายกสมชาย ใจดี", Role.APPROVER)
CLERK = Clerk(2, "malee", "มาลี รักงาน")
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 9
WITNESS = "saraban@other.example"


class HeldKey:
    """`ports.EvidenceKey` with a key of its own."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def seal(self, digest: str) -> bytes:
        return hmac.digest(b"journal", bytes.fromhex(digest), "sha256")


class EvidenceHouse(Workshop):
    """A request that was received, answered, and brought a paper."""

    def __init__(self, folder: Path, key: EvidenceKey | None = None) -> None:
        super().__init__(folder)
        self.folder = folder
        self.key = key or HeldKey()
        self.letters = WitnessLetters(
            agency=AGENCY, composer=load_composer(CONFIG), addresses=(WITNESS,), page="https://agency.test/checkpoints"
        )
        self.checkpoints = Checkpoints(
            books=self.books, clock=self.clock, key=self.key, origin=AGENCY.key, witnesses=self.letters
        )

    async def make_case(self, request: str = REQUEST) -> None:
        """Case 1/2569."""
        self.receive(request)
        await self.dispatcher.run()
        [kept] = self.archive.keep([PDF])
        document = Document(
            digest=kept.digest,
            kind=DocumentKind.LICENCE,
            name="licence.pdf",
            media_type="application/pdf",
            size=kept.size,
            place=kept.place,
            created_at=self.clock.now(),
        )
        with self.books.begin() as uow:
            uow.documents.put(document)
            uow.issuances.add(issuance(message_id=1, document=document.digest, rendition=None))
            uow.commit()

    def close_day(self) -> Checkpoint:
        """The day of the clock, which then stands at 00:10 of the next one."""
        self.clock.at = self.clock.at.replace(hour=17, minute=10, second=0)
        made = self.checkpoints.close_day()
        assert made is not None
        return made

    def bundles(self, **more: Any) -> Bundles:
        values = {"archive": self.archive, "clock": self.clock, "key": self.key}
        return make_bundles(self.books, self.folder / "books.db", AGENCY, **(values | more))


def make_bundles(books: Books, database: Path, agency: Agency, **more: Any) -> Bundles:
    values: dict[str, Any] = {
        "books": books,
        "agency": agency,
        "rows": SqlCaseRows(f"sqlite:///{database}", agency.key),
        "renderer": TypstRenderer(CONFIG),
        "summary": Summary(agency=agency, texts=load_texts(CONFIG)),
        "read_me": (CONFIG / "templates/bundle/READ-ME.txt").read_text(encoding="utf-8"),
    }
    return Bundles(**(values | more))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
