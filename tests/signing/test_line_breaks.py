"""Thai prose: lines end between words, counted against paragraphs that were marked by hand."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from mailroom.domain.errors import ConfigurationError
from mailroom.paths import CONFIG
from signing.render import TypstRenderer
from signing.words import BREAK, LONGEST, WordBreaks
from tests.support.marked_prose import PARAGRAPHS, marked

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WIDTHS = range(70, 180, 5)
"""Millimetres: from a narrow column to the page of a letter."""
TEMPLATE = """#import "common.v1.typ": *
#show: sheet.with(title: "-")
#for width in d.widths { pagebreak(weak: true) + block(width: width * 1mm, t(d.text)) }
"""


@pytest.fixture(scope="module")
def breaks() -> WordBreaks:
    return WordBreaks(CONFIG / "words")


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> TypstRenderer:
    """With a template that sets a paragraph in columns of many widths, one on each page."""
    folder = tmp_path_factory.mktemp("config")
    shutil.copytree(CONFIG / "templates" / "pdf", folder / "templates" / "pdf")
    for name in ("fonts", "words"):
        (folder / name).symlink_to(CONFIG / name)
    (folder / "templates" / "pdf" / "columns.v1.typ").write_text(TEMPLATE)
    (folder / "templates" / "pdf" / "columns.v1.toml").write_text("[texts]\n")
    return TypstRenderer(folder)


def set_lines(renderer: TypstRenderer, text: str, folder: Path) -> Iterator[list[str]]:
    """The lines of the paragraph at each width."""
    file = folder / "columns.pdf"
    file.write_bytes(renderer.render("columns.v1", {"agency": "-", "widths": list(WIDTHS), "text": text}, at=AT))
    output = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    for page in output.split("\f")[:-1]:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        yield [line for line in lines if not line.startswith("หน้า ")]


def test_lines_end_between_words(renderer: TypstRenderer, tmp_path: Path) -> None:
    """At most two in a thousand lines of official prose end where no line should."""
    total, wrong = 0, []
    for paragraph in PARAGRAPHS:
        text, places = marked(paragraph)
        for lines in set_lines(renderer, text, tmp_path):
            assert "".join("".join(lines).split()) == "".join(text.split())
            at = 0
            for line, following in pairwise(lines):
                at += len("".join(line.split()))
                total += 1
                if at not in places:
                    wrong.append(f"{line[-20:]}|{following[:20]}")
    assert total > 700
    assert len(wrong) <= total * 0.002, f"{len(wrong)} of {total}: {wrong}"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("ตามมาตรา 10 แห่งพระราชบัญญัติ", "ตาม|มาตรา~10 แห่ง|พระราชบัญญัติ"),
        ("ภายในวันที่ 25 พฤศจิกายน 2569 นี้", "ภายใน|วันที่~25~พฤศจิกายน~2569 นี้"),
        ("เมื่อ พ.ศ. 2565 และ ๒๕๖๖ เป็นต้นไป", "เมื่อ พ.ศ.~2565 และ ๒๕๖๖ เป็นต้นไป"),
        ("ค่าธรรมเนียม 1,500 บาท ต่อปี", "ค่าธรรมเนียม 1,500~บาท ต่อ|ปี"),
        ("นายสมชาย ใจดี เป็นผู้รับอนุญาต", "นายสมชาย ใจดี เป็น|ผู้รับ|อนุญาต"),
        ("ใบอนุญาตต่างๆ (ฉบับจริง) ฯลฯ", "ใบอนุญาต|ต่างๆ (ฉบับ|จริง) ฯลฯ"),
        ("ส่งที่ saraban@tuayang.go.th ได้", "ส่ง|ที่ saraban@|tuayang.|go.|th ได้"),
        ("สั้นๆ", "สั้นๆ"),
        ("no Thai at all, and no long run", "no Thai at all, and no long run"),
    ],
)
def test_what_belongs_together_stays_on_a_line(breaks: WordBreaks, text: str, broken: str) -> None:
    """Numbers stay with what they count, names with their titles, punctuation with its word."""
    assert breaks.mark(text).replace(BREAK, "|").replace("\xa0", "~") == broken


@pytest.mark.parametrize("text", ["ก" * 3000, "ที่" * 900, "W" * 500, "นานาน" * 900, "ก่้๊๋" * 300, "a.b@" * 400])
def test_every_piece_fits_a_line(breaks: WordBreaks, text: str) -> None:
    """What no dictionary knows is cut, between clusters, and nothing is lost."""
    pieces = breaks.mark(text).split(BREAK)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= LONGEST
    assert not any("\u0e47" <= piece[0] <= "\u0e4e" for piece in pieces)


def test_a_missing_word_list_is_named(tmp_path: Path) -> None:
    """The remedy is named rather than words broken anywhere."""
    with pytest.raises(ConfigurationError, match=r"thai\.txt"):
        WordBreaks(tmp_path).mark("ใบอนุญาตประกอบกิจการ")
