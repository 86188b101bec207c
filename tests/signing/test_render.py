"""Rendering: equal bytes for equal data, and no text that can break a document."""

import hashlib
import io
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from pypdf import PdfReader

from mailroom.domain.agency import Agency
from mailroom.domain.errors import ConfigurationError, RenderingError
from mailroom.paths import CONFIG
from mailroom.ports import Json
from mailroom.services.register_print import print_sheet
from mailroom.services.register_rows import register_row
from mailroom.services.wording import Wording
from mailroom.texts import load_texts
from signing.glyphs import coverage, printable
from signing.render import TypstRenderer
from tests.support.register_samples import CATALOGUE, line

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
AGENCY = Agency("demo", "เทศบาลเมืองตาคลี")
HOSTILE = (
    '#panic("x") #read("/etc/passwd") $x$ *b* _i_ `c` @a <l> \\ // /* ]]',
    "\x00\x07\x1b[2J",
    "\u202egpj.exe\u2066",
    "😀👨‍👩‍👧🇹🇭 中文 عربى \ud800 \U0010ffff",
    "ก่่่่่่่่่่่่ ู้้้้ ์",
    "ก" * 390,
    "x" * 390,
    "中" * 390,
    '{"a": 1}',
)


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer(CONFIG)


def sheet(entries: int, *, thai_digits: bool = False, **texts: str) -> dict[str, Json]:
    wording = Wording(load_texts(CONFIG).tables, thai_digits)
    rows = (register_row(*line(number, **texts), CATALOGUE, wording) for number in range(1, entries + 1))
    return print_sheet(rows, AGENCY, 2569, wording, AT)[0]


def pages(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page as poppler reads it."""
    file = folder / "document.pdf"
    file.write_bytes(pdf)
    output = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout
    return output.decode().split("\f")[:-1]


def test_every_page_of_the_register_has_its_heading(renderer: TypstRenderer, tmp_path: Path) -> None:
    """Title, agency, year, the columns and `page x of y` stand on each page, landscape A4."""
    pdf = renderer.render("register", sheet(60), at=AT)
    texts = pages(pdf, tmp_path)
    document = PdfReader(io.BytesIO(pdf))
    assert len(texts) == len(document.pages) > 3
    for number, text in enumerate(texts, start=1):
        assert "ทะเบียนหนังสือรับ" in text
        assert "เทศบาลเมืองตาคลี" in text
        assert "ปี พ.ศ. 2569" in text
        assert "การปฏิบัติ" in text
        assert f"หน้า {number} จาก {len(texts)}" in text
    assert [round(float(side)) for side in document.pages[0].mediabox[2:]] == [842, 595]


def test_all_entries_are_printed(renderer: TypstRenderer, tmp_path: Path) -> None:
    """No entry is lost where a page ends."""
    text = "".join(pages(renderer.render("register", sheet(60), at=AT), tmp_path))
    assert [number for number in range(1, 61) if f" {number}/2569" not in text] == []


def test_thai_digits_number_entries_and_pages(renderer: TypstRenderer, tmp_path: Path) -> None:
    """With Thai digits, entries, days and pages are numbered in them."""
    texts = pages(renderer.render("register", sheet(12, thai_digits=True), at=AT), tmp_path)
    assert f"หน้า ๑ จาก {'๐๑๒๓๔๕๖๗๘๙'[len(texts)]}" in texts[0]
    assert "๑/๒๕๖๙" in texts[0]
    assert "ปี พ.ศ. ๒๕๖๙" in texts[0]


def test_an_empty_register_says_so(renderer: TypstRenderer, tmp_path: Path) -> None:
    """A year without entries is a page that says it."""
    (text,) = pages(renderer.render("register", sheet(0), at=AT), tmp_path)
    assert "ไม่มีรายการ" in text


def test_equal_data_gives_equal_bytes(renderer: TypstRenderer) -> None:
    """Also from another renderer, and after other documents: a print can be compared by its digest."""
    first = renderer.render("register", sheet(5), at=AT)
    renderer.render("register", sheet(3), at=AT)
    assert (
        renderer.render("register", sheet(5), at=AT)
        == first
        == TypstRenderer(CONFIG).render("register", sheet(5), at=AT)
    )


def test_any_instant_can_be_the_time_of_creation(renderer: TypstRenderer) -> None:
    """A real clock has microseconds, which a PDF date has not."""
    assert renderer.render("register", sheet(1), at=AT.replace(microsecond=123456)) == renderer.render(
        "register", sheet(1), at=AT
    )


def test_the_document_is_pdf_a_and_ends_with_a_line_end(renderer: TypstRenderer) -> None:
    """It declares PDF/A-3, embeds its fonts, and can be appended to."""
    pdf = renderer.render("register", sheet(1), at=AT)
    assert pdf.endswith(b"%%EOF\n")
    metadata = PdfReader(io.BytesIO(pdf)).xmp_metadata
    assert metadata is not None
    content = metadata.stream.get_data()
    assert b"<pdfaid:part>3</pdfaid:part>" in content


@pytest.mark.parametrize("text", HOSTILE, ids=count())
def test_no_text_breaks_a_document(renderer: TypstRenderer, text: str, tmp_path: Path) -> None:
    """Markup stays text, files stay unread, and what cannot be printed is replaced, never an error."""
    texts = pages(renderer.render("register", sheet(1, subject=text, sender=text), at=AT), tmp_path)
    assert len(texts) == 1
    assert "root:" not in texts[0]


def test_a_long_run_stays_in_its_cell(renderer: TypstRenderer) -> None:
    """Letters without a space are broken into lines rather than printed over the neighbouring cells."""
    page = PdfReader(io.BytesIO(renderer.render("register", sheet(1, subject="W" * 300), at=AT))).pages[0]
    lines: list[str] = []
    page.extract_text(visitor_text=lambda text, *_: lines.append(text))
    assert max(part.count("W") for part in "".join(lines).split("\n")) < 60


def test_threads_share_a_renderer(renderer: TypstRenderer) -> None:
    """Requests at the same time each get their own document."""
    with ThreadPoolExecutor(4) as pool:
        sizes = list(
            pool.map(
                lambda n: len(PdfReader(io.BytesIO(renderer.render("register", sheet(n), at=AT))).pages), [1, 30, 1, 30]
            )
        )
    assert sizes[0] == sizes[2] == 1
    assert sizes[1] == sizes[3] > 1


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A configuration folder of our own with the shipped fonts."""
    shutil.copytree(CONFIG / "fonts", tmp_path / "fonts")
    (tmp_path / "templates" / "pdf").mkdir(parents=True)
    return tmp_path


def test_a_broken_template_names_itself(folder: Path) -> None:
    """The error says which file to mend, and the next document is rendered all the same."""
    template = folder / "templates" / "pdf" / "letter.typ"
    template.write_text("#let x = ")
    renderer = TypstRenderer(folder)
    with pytest.raises(RenderingError, match=r"letter\.typ"):
        renderer.render("letter", {}, at=AT)
    template.write_text('#set text(font: "Mailroom Sarabun")\n#json(bytes(sys.inputs.data)).a')
    assert renderer.render("letter", {"a": "ที่"}, at=AT).startswith(b"%PDF")


def test_a_missing_template_is_a_rendering_error(folder: Path) -> None:
    """No exception of the library leaves its adapter."""
    with pytest.raises(RenderingError, match=r"none\.typ"):
        TypstRenderer(folder).render("none", {}, at=AT)


def test_templates_read_nothing_outside_their_folder(folder: Path) -> None:
    """Even a template cannot take in files from elsewhere."""
    (folder / "templates" / "pdf" / "letter.typ").write_text('#read("/../../fonts/OFL.txt")')
    with pytest.raises(RenderingError):
        TypstRenderer(folder).render("letter", {}, at=AT)


def test_missing_or_damaged_fonts_stop_the_start(tmp_path: Path) -> None:
    """The remedy is named at once rather than at the first document."""
    (tmp_path / "fonts").mkdir()
    with pytest.raises(ConfigurationError, match="no fonts"):
        TypstRenderer(tmp_path)
    (tmp_path / "fonts" / "a.ttf").write_bytes(b"\0\1\0\0\0\1")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        TypstRenderer(tmp_path)


def test_shipped_fonts_are_the_ones_that_were_vetted() -> None:
    """Each file has the digest that stands beside it."""
    sums = (CONFIG / "fonts" / "SHA256SUMS").read_text().split()
    for digest, name in zip(sums[::2], sums[1::2], strict=True):
        assert hashlib.sha256((CONFIG / "fonts" / name).read_bytes()).hexdigest() == digest


def test_shipped_fonts_have_all_of_thai() -> None:
    """Every Thai letter, mark and digit, and ASCII, can be printed."""
    known = coverage(CONFIG / "fonts")
    assert known.issuperset([*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C), *range(0x20, 0x7F)])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ที่ น้ำ ป้า กี่ ญี่ปุ่น", "ที่ น้ำ ป้า กี่ ญี่ปุ่น"),
        ("a\u202eb\u2066c\u2069", "a◊b◊c◊"),
        ("a\u200bb\u200ec\x00d", "abcd"),
        ("ท่ี น้ํา นํ้า เเก้", "ที่ น้ำ น้ำ แก้"),
        ("a\tb\nc\u2028d\u3000e", "a b c d e"),
        ("😀!", "◊!"),
        ("\ud800", "◊"),
        ("1\ufe0f\u20e3", "1"),
    ],
)
def test_what_cannot_be_printed_is_replaced_visibly(text: str, shown: str) -> None:
    """What turns the direction of writing or has no glyph leaves a sign, spaces are spaces, Thai is spelt one way."""
    assert printable(text, coverage(CONFIG / "fonts")) == shown
