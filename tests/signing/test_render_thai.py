"""Thai on the page: every cluster is one glyph, looks as its designer drew it, and is read back letter by letter."""

import hashlib
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import fontpkg_sarabun
import pytest
import uharfbuzz
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from mailroom.paths import CONFIG
from mailroom.ports import Json
from signing.render import TypstRenderer
from tests.support.pdf_readers import READERS
from tools.build_fonts import OWN_FAMILY, STYLES, build, clusters

Contour = tuple[str, tuple[tuple[float, float], ...]]
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TEMPLATE = """#let d = json(bytes(sys.inputs.data))
#set text(font: d.font, size: 16pt, fallback: false, lang: "th", hyphenate: false)
#for line in d.lines { line + parbreak() }
"""
CASES = (
    "ที่ น้ำ ป้า กี่ ญี่ปุ่น ฐุ ญุ ก์ ปิ่น ฎู "
    "ฏุ ฤๅษี ฦๅ สิ้นสุด เก้าอี้ ชื่อเสียง ผู้ใหญ่ ฝั่งโน้น ฟุ้งเฟ้อ ปีติ "
    "เป็ดปุ๋ย กิ๊ก จ๋าจ๊ะ อัฐิ สัมฤทธิ์ พันธุ์ เสน่ห์ ศักดิ์สิทธิ์ รื่นรมย์ ทฤษฎี "
    "ใบอนุญาต ไม้ไต่คู้ ก็เก็บ ค่ำคืน ถ้ำ ซ้ำซ้อน ต่ำต้อย ฯพณฯ ๆ ๑๒๓๔๕๖๗๘๙๐ "
    "พุทฺโธ นิพฺพานํ ขั้นตอน"
).split()
"""Marks above and below, two marks in a stack, tall letters, letters that lose their foot, sara am, Pali, digits."""


def folder_with(fonts: Path, folder: Path) -> Path:
    """A configuration that sets lines in fonts of our choice."""
    (folder / "templates" / "pdf").mkdir(parents=True)
    (folder / "templates" / "pdf" / "lines.typ").write_text(TEMPLATE)
    (folder / "fonts").symlink_to(fonts)
    (folder / "words").symlink_to(CONFIG / "words")
    return folder


def set_in(renderer: TypstRenderer, font: str, words: list[str]) -> bytes:
    lines: list[Json] = [" ".join(words[at : at + 10]) for at in range(0, len(words), 10)]
    return renderer.render("lines", {"font": font, "lines": lines}, at=AT)


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> TypstRenderer:
    return TypstRenderer(folder_with(CONFIG / "fonts", tmp_path_factory.mktemp("own")))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> TypstRenderer:
    """With the font as its designers published it."""
    return TypstRenderer(folder_with(fontpkg_sarabun.ROOT / "files", tmp_path_factory.mktemp("original")))


@pytest.mark.parametrize("reader", READERS)
def test_every_cluster_is_read_back(renderer: TypstRenderer, reader: str) -> None:
    """All 2,852 combinations of a consonant with its marks come out of the document as they went in."""
    expected = list(clusters())
    assert len(expected) == 2852
    assert READERS[reader](set_in(renderer, OWN_FAMILY, expected)).split() == expected


@pytest.mark.parametrize("reader", READERS)
def test_shaped_words_are_read_back(renderer: TypstRenderer, reader: str) -> None:
    """Forty words and more that need shaping, exact in each reader."""
    assert len(CASES) > 40
    assert READERS[reader](set_in(renderer, OWN_FAMILY, list(CASES))).split() == list(CASES)


def test_other_fonts_are_not_read_back(original: TypstRenderer) -> None:
    """What our own fonts are for: from the published one, readers do not get the words."""
    pdf = set_in(original, "Sarabun", list(CASES))
    assert [name for name, read in READERS.items() if read(pdf).split() == list(CASES)] == []


def outlines(file: Path, words: Iterable[str]) -> list[list[Contour]]:
    """What a shaper draws for each word with a font: its contours with all offsets applied."""
    font, shaper = TTFont(file), uharfbuzz.Font(uharfbuzz.Face(file.read_bytes()))
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()

    @cache
    def contours(glyph: int) -> list[Contour]:
        pen = DecomposingRecordingPen(glyphs)
        glyphs[order[glyph]].draw(pen)
        return pen.value

    drawn = []
    for word in words:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(word)
        buffer.guess_segment_properties()
        uharfbuzz.shape(shaper, buffer, {})
        drawing, x = [], 0
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            drawing += [moved(part, x + place.x_offset, place.y_offset) for part in contours(info.codepoint)]
            x += place.x_advance
        drawn.append([*drawing, ("advance", ((x, 0),))])
    return drawn


def moved(part: Contour, x: int, y: int) -> Contour:
    return part[0], tuple((point[0] + x, point[1] + y) for point in part[1])


@pytest.mark.parametrize("style", STYLES)
def test_shapes_are_those_of_the_designers(style: str) -> None:
    """Every cluster and every word is drawn as the published font draws it: the same contours in the same places."""
    words = [*clusters(), *CASES]
    own = outlines(CONFIG / "fonts" / f"{OWN_FAMILY.replace(' ', '')}-{style}.ttf", words)
    published = outlines(fontpkg_sarabun.ROOT / "files" / f"Sarabun-{style}.ttf", words)
    assert [word for word, first, second in zip(words, own, published, strict=True) if first != second] == []
    assert len({str(drawing) for drawing in own}) > 2700  # Different clusters look different.


@pytest.mark.parametrize("style", STYLES)
def test_shipped_fonts_are_built_from_the_published_ones(style: str, tmp_path: Path) -> None:
    """Building them again gives the very bytes that are shipped."""
    built = build(style, tmp_path)
    assert built.read_bytes() == (CONFIG / "fonts" / built.name).read_bytes()


def test_only_the_vetted_font_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of the source is refused rather than shipped unseen."""
    shutil.copytree(fontpkg_sarabun.ROOT / "files", tmp_path / "files")
    file = tmp_path / "files" / "Sarabun-Regular.ttf"
    file.write_bytes(file.read_bytes() + b"\0")
    monkeypatch.setattr(fontpkg_sarabun, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="vetted"):
        build("Regular", tmp_path)


@pytest.mark.parametrize("style", STYLES)
def test_metrics_are_unchanged(style: str) -> None:
    """Widths and heights of letters are those of Sarabun, so that nothing moves on the page; only the name differs."""
    own = TTFont(CONFIG / "fonts" / f"{OWN_FAMILY.replace(' ', '')}-{style}.ttf")
    published = TTFont(fontpkg_sarabun.ROOT / "files" / f"Sarabun-{style}.ttf")
    assert own["name"].getDebugName(1).startswith(OWN_FAMILY)
    assert own["hhea"].ascent == published["hhea"].ascent
    assert own["OS/2"].fsType == 0
    widths, theirs = (
        {code: font["hmtx"][glyph][0] for code, glyph in font.getBestCmap().items()} for font in (own, published)
    )
    assert widths == theirs


def test_the_licence_of_the_fonts_is_shipped() -> None:
    """The Open Font License stands beside them, unaltered."""
    licence = CONFIG / "fonts" / "OFL.txt"
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text()
    assert hashlib.sha256(licence.read_bytes()).hexdigest() in (CONFIG / "fonts" / "SHA256SUMS").read_text()
