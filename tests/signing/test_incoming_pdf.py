"""PDFs that came in: what is in them is told, a copy is stamped, and the worst of them harm nobody."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from mailroom.domain.errors import UnreadableError
from mailroom.domain.incoming_pdf import ReceivingStamp
from mailroom.domain.texts import Texts
from mailroom.paths import CONFIG
from mailroom.texts import LANGUAGES, load_texts
from signing.confined import ConfinedLimits
from signing.incoming_reading import inspected
from signing.render import TypstRenderer
from signing.stamp import ConfinedPdfs
from tests.support.document_samples import AT, ENCLOSURES, sample_data
from tests.support.pdf_zoo import ZOO, blank, bomb, saved
from tests.support.verapdf import broken_rules

STAMP = ReceivingStamp("เทศบาลเมืองตัวอย่าง", ("เลขรับ ๙๘/๒๕๖๙", "วันที่ ๙ พฤศจิกายน ๒๕๖๙", "เวลา ๐๙.๓๐ น."))
CODES = (
    "time-limit memory-limit crash broken locked encrypted repaired prefixed files javascript launch submits".split()
)


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer(CONFIG)


@pytest.fixture(scope="module")
def pdfs(renderer: TypstRenderer) -> Iterator[ConfinedPdfs]:
    confined = ConfinedPdfs(renderer)
    yield confined
    confined.close()


@pytest.fixture(scope="module")
def letter(renderer: TypstRenderer) -> bytes:
    return renderer.render("letter.v1", sample_data("letter.v1"), at=AT, enclosures=ENCLOSURES)


@pytest.mark.parametrize("name", ZOO)
def test_each_of_the_zoo_is_told(pdfs: ConfinedPdfs, name: str) -> None:
    """What is hostile, broken or odd is a finding, never an error; whatever cannot be read has no pages."""
    make, code = ZOO[name]
    inspection = pdfs.inspect(make())
    assert code in {finding.code for finding in inspection.findings}
    assert inspection.readable == (code not in {"broken", "locked"})


def test_a_harmless_paper_has_no_findings(pdfs: ConfinedPdfs) -> None:
    """An ordinary document is not made suspicious."""
    inspection = pdfs.inspect(saved(blank()))
    assert (inspection.pages, inspection.findings) == (1, ())


def test_enclosed_files_are_named(pdfs: ConfinedPdfs, letter: bytes) -> None:
    """A clerk sees what else is in the document."""
    (finding,) = pdfs.inspect(letter).findings
    assert str(finding) == "files: licence.json, licence.xml, raw.bin"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_a_sentence(language: str) -> None:
    """In Thai and in English."""
    texts: Texts = load_texts(CONFIG, language)
    codes = {code for _, code in ZOO.values()} | set(CODES)
    assert codes <= texts.tables["pdf_findings"].keys()


def stamped_text(pdf: bytes) -> tuple[str, tuple[float, float, float, float]]:
    """The text of the stamp, and the box of its first letter as a reader sees the page: left, bottom, right, top."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        found = text.search(STAMP.agency).get_next()
        assert found is not None
        return text.get_text_range(found[0], 100), text.get_charbox(found[0])


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_stamp_stands_upright_at_the_top_right(pdfs: ConfinedPdfs, letter: bytes, turn: int) -> None:
    """However the page is turned, its reader finds agency, number, day and time in the upper right corner (R49)."""
    with pikepdf.open(io.BytesIO(letter)) as document:
        document.pages[0].rotate(turn, relative=False)
        copy = pdfs.stamp(saved(document), STAMP)
    with pypdfium2.PdfDocument(copy) as document:
        picture = document[0].render(scale=1).to_pil().convert("RGB")
    dots = picture.tobytes()
    blue = [at // 3 for at in range(0, len(dots), 3) if dots[at + 2] > dots[at] + 60 and dots[at] < 120]
    across, down = [at % picture.width for at in blue], [at // picture.width for at in blue]
    assert min(across) > picture.width * 0.6
    assert picture.width - 30 < max(across) < picture.width - 15
    assert 15 < min(down) < 30
    assert max(down) < 100
    assert max(across) - min(across) == pytest.approx(50 * 72 / 25.4, abs=4)


def test_the_stamp_says_what_it_was_told(pdfs: ConfinedPdfs, letter: bytes) -> None:
    """Each line can be read back from the copy, and so can the letter below it."""
    text, _ = stamped_text(pdfs.stamp(saved(blank()), STAMP))
    assert "".join(text.split()) == "".join((STAMP.agency + "".join(STAMP.lines)).split())
    with pypdfium2.PdfDocument(pdfs.stamp(letter, STAMP)) as document:
        assert "ขอแสดงความนับถือ" in document[1].get_textpage().get_text_bounded()


@pytest.mark.parametrize("size", [(30, 30), (200, 100), (5000, 3000)])
def test_a_page_of_any_size_is_stamped(pdfs: ConfinedPdfs, size: tuple[float, float]) -> None:
    """The stamp shrinks on a small page and never leaves it."""
    _, (left, bottom, right, top) = stamped_text(pdfs.stamp(saved(blank(size=size)), STAMP))
    assert 0 < left < right < size[0]
    assert 0 < bottom < top < size[1]


def test_a_long_name_stays_in_the_frame(pdfs: ConfinedPdfs) -> None:
    """The name of an agency is set smaller rather than over the page."""
    stamp = ReceivingStamp("สำนักงานคณะกรรมการพิเศษเพื่อประสานงานโครงการอันเนื่องมาจากพระราชดำริแห่งชาติ", STAMP.lines)
    with pypdfium2.PdfDocument(pdfs.stamp(saved(blank()), stamp)) as document:
        text = document[0].get_textpage()
        boxes = [text.get_charbox(at) for at in range(text.count_chars())]
    assert min(box[0] for box in boxes) > 595 - 23 - 142
    assert max(box[2] for box in boxes) < 595 - 22


@pytest.mark.parametrize("name", [name for name, (_, code) in ZOO.items() if code not in {"broken", "locked"}])
def test_nothing_acts_in_the_copy(pdfs: ConfinedPdfs, name: str) -> None:
    """Scripts, launches, films' triggers and enclosed files are gone; what remains can be opened."""
    _, findings = inspected(pdfs.stamp(ZOO[name][0](), STAMP))
    assert {code for code, _ in findings} <= {"signed", "media"}


@pytest.mark.parametrize("name", [name for name, (_, code) in ZOO.items() if code in {"broken", "locked"}])
def test_what_cannot_be_read_is_not_stamped(pdfs: ConfinedPdfs, name: str) -> None:
    """The error names the remedy."""
    with pytest.raises(UnreadableError, match="ask its sender"):
        pdfs.stamp(ZOO[name][0](), STAMP)


def test_the_original_is_left_as_it_is(pdfs: ConfinedPdfs, letter: bytes) -> None:
    """A copy is made; equal originals and stamps give equal copies."""
    before = bytes(bytearray(letter))
    first, second = pdfs.stamp(letter, STAMP), pdfs.stamp(letter, STAMP)
    assert letter == before
    assert first == second != letter


def test_a_stamped_archive_copy_stays_one(pdfs: ConfinedPdfs, renderer: TypstRenderer, tmp_path: Path) -> None:
    """PDF/A-3a and PDF/UA-1 that come in without enclosures go out as that."""
    file = tmp_path / "stamped.pdf"
    file.write_bytes(pdfs.stamp(renderer.render("letter.v1", sample_data("letter.v1"), at=AT), STAMP))
    assert broken_rules([file], tmp_path)[file] == []


def test_a_bomb_costs_little(pdfs: ConfinedPdfs) -> None:
    """A page that grows ten-thousandfold is neither decoded nor held against the process."""
    begun = time.process_time()
    assert pdfs.inspect(bomb()).readable
    assert time.process_time() - begun < 5


def test_limits_end_the_reading_not_the_reader(renderer: TypstRenderer) -> None:
    """What takes too much memory is a finding; the next document is read by a fresh process."""
    confined = ConfinedPdfs(renderer, ConfinedLimits(memory=220 << 20))
    try:
        large = saved(blank()) + b"%" * (230 << 20)
        assert [finding.code for finding in confined.inspect(large).findings] == ["memory-limit"]
        with pytest.raises(UnreadableError, match="memory-limit"):
            confined.stamp(large, STAMP)
        assert confined.inspect(saved(blank())).readable
    finally:
        confined.close()


def test_too_slow_is_a_finding(renderer: TypstRenderer) -> None:
    """A document that would take longer than its share is given up."""
    confined = ConfinedPdfs(renderer, ConfinedLimits(seconds=0.05))
    many = "".join(f"{number} 0 obj<</A[1 2 3 4 5 6 7 8 9]>>endobj\n" for number in range(10, 200_000))
    large = saved(blank()).replace(b"startxref", many.encode() + b"startxref\n9")
    try:
        assert [finding.code for finding in confined.inspect(large).findings] == ["time-limit"]
    finally:
        confined.close()
