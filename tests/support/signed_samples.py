"""Documents to sign, and signers of them, for tests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import typst

from mailroom.domain.signature import Seal, SignatureLevel, SignatureSpec
from mailroom.paths import CONFIG
from signing.demo_authority import DemoAuthority
from signing.keys import SigningKey
from signing.signer import PadesSigner
from signing.trust import TrustStore

SEAL = Seal(1, 300, 120, 180, 60)
NAME = "นายสมชาย ใจดี"
_DOCUMENT = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "ใบอนุญาต", author: "เทศบาลตำบลตัวอย่าง", date: datetime(year: 2026, month: 11, day: 22))
#set text(font: "Mailroom Sarabun", lang: "th", region: "TH", fallback: false)
#pdf.attach("licence.json", bytes(sys.inputs.data), relationship: "data", mime-type: "application/json",
  description: "ข้อมูลใบอนุญาต")
= ใบอนุญาตประกอบกิจการ
#for text in data.lines [#text #parbreak()]
"""


@cache
def document(lines: Sequence[str] = ("ที่ร้านน้ำแข็ง ป้าก๊ก อนุญาตถึงวันที่ ๓๑ ธันวาคม ๒๕๗๐",)) -> bytes:
    """PDF/A-3a and PDF/UA-1 with an enclosure, as the renderer makes them."""
    pdf = typst.compile(
        _DOCUMENT.encode(),
        sys_inputs={"data": json.dumps({"lines": list(lines)}, ensure_ascii=False)},
        font_paths=[str(CONFIG / "fonts")],
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=datetime(2026, 11, 22, tzinfo=UTC),
    )
    assert isinstance(pdf, bytes)
    return pdf + b"\n"


def spec(level: SignatureLevel | str = "B-B", seal: Seal | None = None) -> SignatureSpec:
    return SignatureSpec(level=SignatureLevel(level), name=NAME, reason="อนุมัติออกใบอนุญาต", location="ตาคลี", seal=seal)


@dataclass(frozen=True, slots=True)
class Office:
    """A demonstration authority, and signers that trust it."""

    authority: DemoAuthority

    def trust(self) -> TrustStore:
        return TrustStore([self.authority.root.certificate])

    def signer(self, key: SigningKey | None = None, urls: Sequence[str] | None = None) -> PadesSigner:
        known = [self.authority.time_stamps] if urls is None else urls
        return PadesSigner(key or self.authority.signer, self.trust(), known)

    def signed(self, level: str = "B-LT", *, pdf: bytes | None = None, seal: Seal | None = SEAL) -> bytes:
        return self.signer().sign(pdf or document(), spec(level, seal), at=datetime.now(UTC))


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
