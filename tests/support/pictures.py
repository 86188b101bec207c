"""Pages as pictures, and how far two pictures differ. `python -m tests.support.pictures` draws the references anew."""

import io
import subprocess
from pathlib import Path

from PIL import Image, ImageChops

from mailroom.paths import CONFIG
from signing.render import TypstRenderer
from tests.support.document_samples import AT, sample_data, template

REFERENCES = Path(__file__).parents[1] / "signing" / "pictures"
DRAWN = ("licence.v1", "licence.v1+substitute", "announcement-channels.v1", "receipt.v1")
"""Samples whose first page is compared."""
RESOLUTION = 60
"""Dots per inch: enough to see a mark that moved, in a file of some 30 kB."""


def page(pdf: bytes, number: int = 1, *, dpi: int = RESOLUTION) -> Image.Image:
    """A page in grey, drawn by poppler."""
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-png", "-f", str(number), "-l", str(number), "-"]
    drawn = subprocess.run(command, input=pdf, capture_output=True, check=True, timeout=60).stdout
    with Image.open(io.BytesIO(drawn)) as picture:
        return picture.convert("L")


def difference(first: Image.Image, second: Image.Image) -> float:
    """The share of pixels that differ by more than half of black; 1 for pictures of different size."""
    if first.size != second.size:
        return 1.0
    histogram = ImageChops.difference(first, second).histogram()
    return sum(histogram[128:]) / sum(histogram)


def main() -> None:
    REFERENCES.mkdir(exist_ok=True)
    renderer = TypstRenderer(CONFIG)
    for sample in DRAWN:
        pdf = renderer.render(template(sample), sample_data(sample), at=AT)
        page(pdf).save(REFERENCES / f"{sample}.png", optimize=True)


if __name__ == "__main__":
    main()
