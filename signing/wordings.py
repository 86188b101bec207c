"""The fixed words of a document template, from the file beside it, and the place that it leaves for a signature."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailroom.domain.errors import RenderingError
from mailroom.domain.signature import Seal

POINTS_PER_MM: Final = 72 / 25.4
PAGE_HEIGHT_MM: Final = 297
"""Of A4, which every template with a seal uses."""


@dataclass(frozen=True, slots=True, eq=False)
class TemplateWording:
    """What `NAME.toml` beside `NAME.typ` says."""

    texts: dict[str, str]
    """Its table `texts`."""
    seal: dict[str, float] | None
    """Its table `seal`: x, y, width, height in millimetres from the upper left corner of the first page."""

    @property
    def place(self) -> Seal | None:
        """The same rectangle in the terms of PDF."""
        if self.seal is None:
            return None
        x, y, width, height = (self.seal[key] for key in ("x", "y", "width", "height"))
        return Seal(
            page=1,
            x=x * POINTS_PER_MM,
            y=(PAGE_HEIGHT_MM - y - height) * POINTS_PER_MM,
            width=width * POINTS_PER_MM,
            height=height * POINTS_PER_MM,
        )


def read_wording(path: Path) -> TemplateWording | None:
    """What a file says, over what `common.VERSION.toml` beside it says for all templates of that version.

    None when there is no such file: all words of the template come as data. Raises RenderingError.
    """
    if not path.exists():
        return None
    _, _, version = path.name.partition(".")
    common, own = (_read(file) for file in (path.with_name(f"common.{version}"), path))
    return TemplateWording({**common.texts, **own.texts}, own.seal)


def _read(path: Path) -> TemplateWording:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        seal = content.get("seal")
        rectangle = None if seal is None else {key: float(seal[key]) for key in ("x", "y", "width", "height")}
        return TemplateWording({key: str(text) for key, text in content["texts"].items()}, rectangle)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise RenderingError(f"{path}: {error!r}; restore it from the example") from error
