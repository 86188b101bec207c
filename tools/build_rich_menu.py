"""Draws the picture of the LINE menu from its own file: `python -m tools.build_rich_menu [config/line]`."""

import json
import sys
from pathlib import Path

import typst

from channels.line.rich_menu import MenuFile, read_menu_file

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "config" / "fonts"
PIXELS_PER_POINT = 2.5
"""The picture is drawn at this scale."""

LAYOUT = """
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#14365d")
#set page(width: d.width * 1pt, height: d.height * 1pt, margin: 0pt, fill: rgb("#f4f7fb"))
#set text(font: "Mailroom Sarabun", lang: "th", fill: ink)
#grid(
  columns: (1fr,) * d.areas.len(),
  rows: d.height * 1pt,
  stroke: (x, _) => if x > 0 { (left: 1.2pt + rgb("#c9d6e6")) },
  ..d.areas.map(area => align(center + horizon, stack(
    spacing: 34pt,
    rect(width: 56pt, height: 5pt, radius: 2.5pt, fill: rgb("#b5892f")),
    text(size: 35pt, weight: "bold", area.label),
    text(size: 21pt, fill: rgb("#4a5f78"), area.english),
  ))),
)
"""


def draw(menu: MenuFile) -> bytes:
    """PNG of exactly the size that the file names."""
    facts = {
        "width": menu.width / PIXELS_PER_POINT,
        "height": menu.height / PIXELS_PER_POINT,
        "areas": [{"label": area.label, "english": area.english} for area in menu.area],
    }
    drawn = typst.compile(
        LAYOUT.encode(),
        format="png",
        ppi=72 * PIXELS_PER_POINT,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(facts)},
    )
    assert isinstance(drawn, bytes)  # noqa: S101 - the menu has one page
    return drawn


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "config" / "line"
    menu = read_menu_file(folder)
    (folder / menu.picture).write_bytes(draw(menu))


if __name__ == "__main__":
    main()
