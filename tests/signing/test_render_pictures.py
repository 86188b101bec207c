"""Pictures in documents: codes that are read back, emblems of an agency, and broken ones that are named."""

import base64
import io
import re
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from mailroom.domain.errors import RenderingError
from mailroom.paths import CONFIG
from signing.pictures import drawn, qr_svg
from signing.render import TypstRenderer
from tests.support.document_samples import sample_data

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_RECTANGLE = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)")


def red_png() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 0, 0)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize("correction", ["M", "Q"])
@pytest.mark.parametrize("text", ["https://licence.tuayang.example/v/7K3M9QXR2V5T", "ใบอนุญาต ๑๒/๒๕๖๙", "A" * 900])
def test_a_code_holds_its_text(text: str, correction: str) -> None:
    """Drawn from its black rectangles alone, the code is read back, at the level of correction that was asked for."""
    svg = qr_svg(text, correction=correction)
    size = int(re.search(r'<svg width="(\d+)"', svg)[1])  # type: ignore[index]
    picture = Image.new("L", (size, size), 255)
    for x, y, width, height in (map(int, found) for found in _RECTANGLE.findall(svg)):
        picture.paste(0, (x, y, x + width, y + height))
    (code,) = zxingcpp.read_barcodes(picture.resize((size * 4, size * 4)))
    assert code.text == text
    assert code.ec_level == correction


def test_a_text_too_long_for_a_code_is_an_error() -> None:
    """The largest code holds some two thousand letters."""
    with pytest.raises(RenderingError, match="shorten"):
        qr_svg("x" * 5000)


def test_an_emblem_is_drawn() -> None:
    """A PNG of the agency stands at the head of its papers; without one the place is empty."""
    renderer = TypstRenderer(CONFIG)
    colours = {}
    for name, emblem in {"with": {"png": red_png()}, "without": None}.items():
        pdf = renderer.render("announcement-channels.v1", sample_data("announcement-channels.v1", emblem=emblem), at=AT)
        with pypdfium2.PdfDocument(pdf) as document:
            dots = document[0].render(scale=0.5).to_pil().convert("RGB").tobytes()
        colours[name] = sum(dots[at] > 180 and dots[at + 1] < 30 for at in range(0, len(dots), 3))
    assert colours["with"] > 1000
    assert colours["without"] == 0


@pytest.mark.parametrize("content", ["", "not base64!", base64.b64encode(b"GIF89a").decode(), "iVBORw0KGgo="])
def test_a_broken_emblem_is_named(content: str) -> None:
    """The setting is to be mended; no document is made without its emblem unnoticed."""
    with pytest.raises(RenderingError, match="PNG"):
        drawn({"png": content})


@pytest.mark.parametrize("value", [{}, {"a": "b"}, {"qr": 1}, {"qr": "a", "svg": "b"}])
def test_other_values_are_no_pictures(value: dict[str, str]) -> None:
    """Data that only resemble a picture stay data."""
    assert drawn(value) is None
