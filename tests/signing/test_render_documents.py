"""Documents: what is enclosed, what validators and readers say of them, and that no data can break one."""

import hashlib
import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from mailroom.domain.signature import Enclosure
from mailroom.paths import CONFIG
from mailroom.ports import Json
from signing.render import TypstRenderer
from tests.support.document_samples import AT, ENCLOSURES, SAMPLES, printed, replaced, sample_data, template
from tests.support.pdf_readers import READERS
from tests.support.pictures import DRAWN, REFERENCES, difference, page
from tests.support.verapdf import broken_rules

HOSTILE = (
    "",
    " ",
    '#panic("x") #read("/etc/passwd") $x$ *b* _i_ `c` @a <l> \\ // /* ]]',
    "\x00\x07\x1b[2J\u202egpj.exe\u2066",
    "😀👨‍👩‍👧🇹🇭 中文 عربى \ud800 \U0010ffff",
    "ก่่่่่่่่่่่่ ู้้้้ ์ \u200b",
    "ก" * 200,
    "W" * 200,
    "ใบอนุญาต " * 40,
)
EMV = "00020101021130650016A00000067701011201150994000165501010210256900098030634153037645406500.005802TH6304A5F1"
"""A bill payment as banks read it (R85)."""


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer(CONFIG)


@pytest.mark.parametrize("sample", SAMPLES)
def test_enclosed_files_come_out_as_they_went_in(renderer: TypstRenderer, sample: str) -> None:
    """Each is associated with the document, with its relationship, type and bytes (ISO 19005-3 annex E)."""
    pdf = renderer.render(template(sample), sample_data(sample), at=AT, enclosures=ENCLOSURES)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        files = {str(spec.UF): spec for spec in document.Root.AF}
        assert len(files) == len(ENCLOSURES) == len(document.attachments)
        for enclosure in ENCLOSURES:
            spec = files[enclosure.name]
            assert spec.EF.F.read_bytes() == enclosure.content
            assert str(spec.AFRelationship) == f"/{enclosure.relationship.capitalize()}"
            assert str(spec.EF.F.Subtype) == f"/{enclosure.media_type}"
            assert str(spec.Desc) == enclosure.description


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_document_names_its_title_and_language(renderer: TypstRenderer, sample: str) -> None:
    """Viewers show the title, screen readers speak Thai, and an update can be appended."""
    pdf = renderer.render(template(sample), sample_data(sample), at=AT)
    document = PdfReader(io.BytesIO(pdf))
    root = document.trailer["/Root"]
    assert pdf.endswith(b"%%EOF\n")
    assert root["/Lang"] == "th-TH"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert len(document.metadata.title or "") > 5
    assert "\u200b" not in (document.metadata.title or "")


def test_validators_accept_every_document(renderer: TypstRenderer, tmp_path: Path) -> None:
    """PDF/A-3a and PDF/UA-1 by veraPDF: each template, with enclosures, also where data are missing or hostile."""
    documents = []
    for sample in SAMPLES:
        data = sample_data(sample)
        for name, content in {"full": data, "empty": replaced(data, ""), "odd": replaced(data, HOSTILE[4])}.items():
            assert isinstance(content, dict)
            documents.append(tmp_path / f"{sample}-{name}.pdf")
            documents[-1].write_bytes(renderer.render(template(sample), content, at=AT, enclosures=ENCLOSURES))
    classes = tmp_path / "classes"
    classes.mkdir()
    assert {path.name: rules for path, rules in broken_rules(documents, classes).items() if rules} == {}


def test_the_validator_tells_good_from_bad(renderer: TypstRenderer, tmp_path: Path) -> None:
    """It refuses a document whose claim does not hold, so that its silence means something."""
    pdf = renderer.render("letter.v1", sample_data("letter.v1"), at=AT)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        del document.Root.MarkInfo
        document.save(tmp_path / "bad.pdf")
    rules = broken_rules([tmp_path / "bad.pdf"], tmp_path)[tmp_path / "bad.pdf"]
    assert "3a: not compliant" in rules
    assert "ua1: not compliant" in rules


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("reader", READERS)
def test_readers_find_every_text_unaltered(renderer: TypstRenderer, sample: str, reader: str) -> None:
    """All that the data say is found in the document, letter by letter, whichever library reads it."""
    data = sample_data(sample, demo=False, draft=False)  # What is drawn across the page may stand between lines.
    found = "".join(READERS[reader](renderer.render(template(sample), data, at=AT)).split())
    texts = ["".join(text.replace("https://", "").split()) for text in printed(data)]
    assert [text for text in texts if text not in found] == []


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_a_document(renderer: TypstRenderer, sample: str, text: str) -> None:
    """Markup stays text, files stay unread, and whatever stands in the data there is a document."""
    data = replaced(sample_data(sample), text)
    assert isinstance(data, dict)
    pdf = renderer.render(template(sample), data, at=AT)
    assert "root:" not in READERS["poppler"](pdf)


@pytest.mark.parametrize("sample", SAMPLES)
def test_nothing_leaves_the_page(renderer: TypstRenderer, sample: str) -> None:
    """However long a run without a blank is, its letters stay between the edges."""
    data = replaced(sample_data(sample), "W" * 200)
    assert isinstance(data, dict)
    pdf = renderer.render(template(sample), data, at=AT)
    with pypdfium2.PdfDocument(pdf) as document:
        for sheet in document:
            text = sheet.get_textpage()
            boxes = [text.get_charbox(at) for at in range(text.count_chars())]
            assert max((box[2] for box in boxes), default=0) <= sheet.get_width() - 20


def test_two_processes_make_equal_bytes(renderer: TypstRenderer) -> None:
    """A licence can be made again and compared by its digest."""
    code = (
        "import hashlib; from mailroom.paths import CONFIG; from signing.render import TypstRenderer;"
        "from tests.support.document_samples import *;"
        "pdf = TypstRenderer(CONFIG).render('licence.v1', sample_data('licence.v1'), at=AT, enclosures=ENCLOSURES);"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()
    pdf = renderer.render("licence.v1", sample_data("licence.v1"), at=AT, enclosures=ENCLOSURES)
    assert hashlib.sha256(pdf).hexdigest() == other
    later = renderer.render("licence.v1", sample_data("licence.v1"), at=datetime(2027, 1, 1, tzinfo=UTC))
    assert pdf != later


def scanned(pdf: bytes, *, dpi: int) -> set[str]:
    with Image.open(io.BytesIO(_png(pdf, dpi))) as picture:
        return {code.text for code in zxingcpp.read_barcodes(picture)}


def _png(pdf: bytes, dpi: int) -> bytes:
    buffer = io.BytesIO()
    page(pdf, dpi=dpi).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("content", ["https://licence.tuayang.example/v/7K3M9QXR2V5T", EMV])
def test_the_code_is_read_from_a_phone_screen(renderer: TypstRenderer, content: str) -> None:
    """Also when the whole page is only 360 points wide, at twice the density: the address, or a payment (EMVCo)."""
    pdf = renderer.render("licence.v1", sample_data("licence.v1", qr={"qr": content}), at=AT)
    assert scanned(pdf, dpi=round(720 / 8.27)) == {content}


@pytest.mark.parametrize("name", ["licence.v1", "receipt.v1"])
@pytest.mark.parametrize("text", [None, "ใบอนุญาต " * 300])
def test_the_seal_is_where_the_signer_is_named(renderer: TypstRenderer, name: str, text: str | None) -> None:
    """The rectangle that is told to the signer lies on the first page around the signer's name, however long the rest."""
    data = sample_data(name)
    if text is not None:
        data |= {key: text for key in ("address", "business", "payer", "purpose") if key in data}
        data["conditions"] = [text]
    seal = renderer.seal(name)
    assert seal is not None
    with pypdfium2.PdfDocument(renderer.render(name, data, at=AT)) as document:
        found = (
            document[seal.page - 1]
            .get_textpage()
            .get_text_bounded(seal.x, seal.y, seal.x + seal.width, seal.y + seal.height)
        )
    signer = data["signer"]
    assert isinstance(signer, dict)
    assert f"({signer['name']})" in found
    assert "4H8T" not in found
    assert "7K3M" not in found


def test_a_letter_has_no_fixed_seal(renderer: TypstRenderer) -> None:
    """Where the signature follows the text, there is no place that could be told beforehand; nor on a list."""
    assert renderer.seal("letter.v1") is None
    assert renderer.seal("register") is None


def test_a_licence_is_legible_on_a_phone(renderer: TypstRenderer) -> None:
    """With the page as wide as a screen of 360 points, what matters is at least 11 of them high, the rest 8 (R29)."""
    letters: list[tuple[str, float]] = []
    pdf = renderer.render("licence.v1", sample_data("licence.v1", demo=False), at=AT)
    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: letters.extend((letter, size) for letter in "".join(text.split()))
    )
    scale, text = 360 / 595, "".join(letter for letter, _ in letters)
    assert min(size for _, size in letters) * scale >= 8
    for key in ("holder", "premises", "address", "number", "starts_on", "expires_on"):
        value = "".join(str(sample_data("licence.v1")[key]).split())
        at = text.index(value)
        assert min(size for _, size in letters[at : at + len(value)]) * scale >= 11, key


@pytest.mark.parametrize(("change", "said"), [({"demo": True}, "ตัวอย่าง — ใช้ทดสอบเท่านั้น"), ({"draft": True}, "ร่าง")])
@pytest.mark.parametrize("sample", SAMPLES)
def test_what_is_not_in_force_says_so(renderer: TypstRenderer, sample: str, change: dict[str, Json], said: str) -> None:
    """A draft and a demonstration are marked in words; anything else is not."""
    plain = READERS["mupdf"](renderer.render(template(sample), sample_data(sample, demo=False, draft=False), at=AT))
    marked = READERS["mupdf"](
        renderer.render(template(sample), sample_data(sample, **{"demo": False, "draft": False, **change}), at=AT)
    )
    assert said in marked
    assert said not in plain


@pytest.mark.parametrize("sample", DRAWN)
def test_pages_look_as_they_were_approved(renderer: TypstRenderer, sample: str) -> None:
    """No mark, line or block has moved: less than one pixel in five hundred differs from the reference."""
    with Image.open(REFERENCES / f"{sample}.png") as reference:
        drawn = page(renderer.render(template(sample), sample_data(sample), at=AT))
        assert difference(drawn, reference.convert("L")) < 0.002


def test_pictures_that_differ_are_told_apart(renderer: TypstRenderer) -> None:
    """One field that moves up by a line is more than the tolerance."""
    data = sample_data("licence.v1")
    first, second = (page(renderer.render("licence.v1", data | change, at=AT)) for change in ({}, {"extra": []}))
    assert difference(first, second) > 0.002


def test_a_large_enclosure_is_carried(renderer: TypstRenderer) -> None:
    """A megabyte of text, as the data of a bulk licence can be."""
    content = ('{"ก": "' + "ข้อมูล" * 60_000 + '"}').encode()
    pdf = renderer.render(
        "letter.v1", sample_data("letter.v1"), at=AT, enclosures=[Enclosure("a.json", "application/json", content)]
    )
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.attachments["a.json"].get_file().read_bytes() == content
