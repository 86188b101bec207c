"""What a paper prints, on the real renderer and with a real signature."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from mailroom.domain.instrument import Signatory
from mailroom.domain.licence import Act, Issuance, IssuanceState
from mailroom.domain.signature import SignatureLevel, SignatureSpec, Soundness
from mailroom.paths import CONFIG
from mailroom.services.papers import Papers, Style, file_name, signatory_of
from mailroom.texts import load_texts
from signing.demo_authority import DemoAuthority
from signing.examiner import PdfExaminer
from signing.render import TypstRenderer
from tests.support import signed_samples
from tests.support.licence_office import AGENCY, FOOD, START, Office, PlainRenderer, content

PAPER = Issuance(
    id=1,
    act=Act.ISSUE,
    service=FOOD.key,
    state=IssuanceState.PREPARED,
    content=content(fee="1500.5", receipt="34/69"),
    number="12/2569",
    code="7K3M9QXR2V5T",
    follows="ชำรุด",
    prepared_at=START,
    changed_at=START,
)
HEAD = Signatory(name="นายสมศักดิ์ รุ่งเรือง", position="นายกเทศมนตรี")


def papers(style: Style | None = None) -> Papers:
    texts = load_texts(CONFIG)
    return Papers(agency=AGENCY, renderer=PlainRenderer(), texts=texts, public_url=f"{AGENCY.base_url}/", style=style)


def test_a_paper_prints_the_items_as_people_write_them() -> None:
    """Buddhist era, money with two decimals, the code in groups, the address of the public record."""
    told = papers().printed(papers().paper(PAPER, FOOD, 1, HEAD))
    assert told["title"] == "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร"
    assert (told["number"], told["issued_on"], told["fee"]) == ("12/2569", "5 มกราคม 2569", "1,500.50")
    assert told["code"] == "7K3M-9QXR-2V5T"
    assert told["qr"] == {"qr": "https://saraban.bantuayang.example/l/7K3M9QXR2V5T"}
    assert told["extra"] == [{"label": "จำนวนที่นั่ง", "value": "20"}]
    assert (told["substitute"], told["reason"], told["demo"]) == (False, "", False)


def test_thai_digits_on_request_but_never_in_what_is_typed() -> None:
    """Codes and addresses of pages keep Arabic digits."""
    thai = papers(Style(thai_digits=True, demo=True))
    told = thai.printed(thai.paper(replace(PAPER, act=Act.SUBSTITUTE), FOOD, 2, HEAD))
    assert (told["number"], told["expires_on"], told["fee"]) == ("๑๒/๒๕๖๙", "๔ มกราคม ๒๕๗๐", "๑,๕๐๐.๕๐")
    assert (told["code"], told["verify_at"]) == ("7K3M-9QXR-2V5T", thai.address("7K3M9QXR2V5T"))
    assert (told["substitute"], told["reason"], told["demo"]) == (True, "ชำรุด", True)


def test_who_acts_for_the_head_signs_in_that_capacity(office: Office) -> None:
    """R37: capacity, and the position that is acted for."""
    assert signatory_of(office.deputy) == Signatory(
        name="นางสุดา ใจงาม", position="รองนายกเทศมนตรี", capacity="รักษาราชการแทน", on_behalf="นายกเทศมนตรี"
    )
    assert signatory_of(office.head) == HEAD


def test_file_names_are_ascii_and_telling() -> None:
    assert file_name("food-shop", "๑๒/๒๕๖๙", 1) == "food-shop-12-2569.pdf"
    assert file_name("food-shop", "เล่ม 1 เลขที่ 7/2568", 3) == "food-shop-1-7-2568-v3.pdf"
    assert file_name("food-shop", "พิเศษ", 1) == "food-shop.pdf"


@pytest.fixture
def signing_office(tmp_path: Path) -> Iterator[Office]:
    """With the real renderer, and a key of the demonstration authority."""
    with DemoAuthority() as authority:
        signer = signed_samples.Office(authority).signer()
        spec = SignatureSpec(level=SignatureLevel.B_LT, name=AGENCY.name, reason="อนุมัติออกใบอนุญาต")
        place = Office(tmp_path, renderer=TypstRenderer(CONFIG), signer=signer, spec=spec)
        place.clock.at = datetime.now(UTC)
        place.examiner = PdfExaminer([authority.root.certificate])
        yield place
        place.examiner.close()
        place.close()


def test_an_issued_licence_is_a_signed_pdf_with_its_items_inside(signing_office: Office) -> None:
    """The archived rendition is its beginning; both enclosures are in it; its signature is sound and covers all."""
    office = signing_office
    licence = office.issued()
    pdf = office.content(licence.document or "")
    reader = PdfReader(io.BytesIO(pdf))
    assert sorted(reader.attachments) == ["licence.json", "licence.xml"]
    assert json.loads(reader.attachments["licence.json"][0])["code"] == licence.code
    text = reader.pages[0].extract_text()
    assert "นางมาลี ศรีตัวอย่าง" in text
    assert "1/2569" in text
    verdict = office.examiner.examine(pdf, at=office.clock.now())
    assert verdict.soundness is Soundness.SOUND
    (signature,) = verdict.signatures
    assert (signature.level, signature.covers_document) == (SignatureLevel.B_LT, True)
