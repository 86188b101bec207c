"""Words in pictures are read by the real Tesseract, which can do nothing else."""

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from mailroom.attachments.pictures import evened, grey_pictures, to_pgm
from mailroom.attachments.reader import ConfinedAttachmentReader
from mailroom.attachments.tesseract import Tesseract, languages, program
from mailroom.domain.attachment_reading import ReadingState
from signing.confined import ConfinedLimits
from tests.support.attachment_zoo import file, picture, scanned

MEMORY = 1 << 30
WORDS = "หนังสือยินยอม\nเจ้าของที่ดิน"


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    assert "tha" in languages(program()), "install tesseract-ocr-tha"
    return Tesseract(program(), MEMORY, 60)


@pytest.fixture(scope="module")
def reader(tesseract: Tesseract) -> Iterator[ConfinedAttachmentReader]:
    confined = ConfinedAttachmentReader(ConfinedLimits(seconds=60, memory=MEMORY), ocr=tesseract)
    yield confined
    confined.close()


def test_a_photographed_page_is_read(reader: ConfinedAttachmentReader) -> None:
    """A shadow over it is taken away first; where its words begin is told."""
    with Image.open(io.BytesIO(picture((700, 300), text=WORDS))) as page:
        shadow = Image.linear_gradient("L").resize(page.size).point(lambda light: 60 + light * 2 // 3)
        photo = ImageChops.multiply(page.convert("L"), shadow)
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG")
    reading = reader.read(file("IMG_1.jpg", buffer.getvalue()), buffer.getvalue())
    assert (reading.state, reading.pictured_from) == (ReadingState.READ, 0)
    assert "ยินยอม" in reading.text
    assert "เจ้าของ" in reading.text


def test_a_scanned_page_in_a_pdf_is_read(reader: ConfinedAttachmentReader) -> None:
    """It has no words of its own."""
    content = scanned(picture((900, 400), text=WORDS))
    assert "ยินยอม" in reader.read(file("สแกน.pdf", content), content).text


def test_words_that_cost_too_much_time_are_left_out_and_said_to_be(tesseract: Tesseract) -> None:
    """The rest of the reading stands."""
    hasty = ConfinedAttachmentReader(
        ConfinedLimits(seconds=60, memory=MEMORY), ocr=replace(tesseract, path="/bin/false")
    )
    content = picture((700, 300), text=WORDS)
    reading = hasty.read(file("a.png", content), content)
    hasty.close()
    assert [finding.code for finding in reading.findings] == ["ocr-cut"]
    assert reading.state is ReadingState.NOTHING
    assert tesseract.words(to_pgm(Image.new("L", (2000, 2000))), 0.05) is None


def test_processor_time_is_limited(tmp_path: Path) -> None:
    """Whatever the clock on the wall says."""
    busy = replace(stand_in(tmp_path / "tesseract", "while True: pass"), seconds=0.5)
    assert busy.words(b"", 300) is None


def stand_in(path: Path, program: str) -> Tesseract:
    path.write_text(f"#!{sys.executable} -I\n{program}\n", encoding="utf-8")
    path.chmod(0o755)
    return Tesseract(str(path), MEMORY, 20)


def test_it_is_confined_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has nothing of our environment, and whatever it were made to do, it writes no file."""
    monkeypatch.setenv("MAILROOM_SECRET", "secret")
    program = f"""
import os
try:
    with open({str(tmp_path / "out")!r}, "w") as file:
        file.write("x")
except OSError:
    print("refused", sorted(os.environ))
"""
    assert (
        stand_in(tmp_path / "tesseract", program).words(b"P5 1 1 255\n\0", 20)
        == "refused ['LC_ALL', 'OMP_THREAD_LIMIT']"
    )


def test_what_it_says_is_bounded(tmp_path: Path) -> None:
    """One that says too much is ended."""
    assert stand_in(tmp_path / "tesseract", "while True: print('x' * 9999)").words(b"", 60) is None


def test_the_light_of_a_photo_is_divided_out() -> None:
    """Paper becomes white, ink stays dark, wherever they lie."""
    page = Image.new("L", (400, 400), 255)
    page.paste(0, (50, 100, 350, 106))
    page.paste(0, (50, 300, 350, 306))
    shadow = Image.linear_gradient("L").resize(page.size).point(lambda light: 60 + light // 2)
    even = evened(ImageChops.multiply(page, shadow))
    assert all(even.getpixel(point) >= 225 for point in ((200, 60), (200, 200), (200, 350)))
    assert all(even.getpixel(point) <= 40 for point in ((200, 103), (200, 303)))


def test_pictures_are_turned_upright_and_laid_on_white() -> None:
    """As their own notes and their own paper say."""
    tall = Image.new("RGBA", (60, 120), (0, 0, 0, 0))
    buffer = io.BytesIO()
    exif = tall.getexif()
    exif[0x0112] = 6
    tall.save(buffer, "PNG", exif=exif)
    [grey] = grey_pictures(buffer.getvalue())
    assert (grey.size, grey.getpixel((10, 10))) == ((120, 60), 255)


def test_where_it_is_not_installed_it_reads_no_language() -> None:
    """That is no error."""
    assert languages("/nowhere/tesseract") == []
