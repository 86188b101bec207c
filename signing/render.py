"""Renders documents from typst templates: equal data and time give equal bytes."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

from mailroom.domain.errors import RenderingError
from mailroom.ports import Json
from signing.glyphs import coverage, printable

STANDARD: Final = "a-3b"
"""PDF/A-3 (ISO 19005-3), so that a print of the register is fit for the archive."""


class TypstRenderer:
    """Port `Renderer`. Safe to share between threads; one document is rendered at a time.

    Templates are files; what they print comes as one JSON value in `sys.inputs.data`, so that nothing a citizen
    wrote is ever markup. The root of file access is the folder of templates. Fonts are ours alone: a document looks
    the same on every host.
    """

    def __init__(self, config: Path) -> None:
        """`config` holds `templates/pdf` and `fonts`. Raises ConfigurationError when it holds no fonts."""
        fonts = config / "fonts"
        self._templates = config / "templates" / "pdf"
        self._known = coverage(fonts)
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
        self._compilers: dict[str, typst.Compiler] = {}
        self._lock = threading.Lock()

    def render(self, template: str, data: Mapping[str, Json], *, at: datetime) -> bytes:
        """A PDF/A-3 with `at` as its time of creation. Raises RenderingError naming the template.

        Characters that no font has are replaced visibly; those that steer the direction of writing are left out.
        """
        value = json.dumps(self._clean(data), ensure_ascii=False)
        with self._lock:
            try:
                return self._compile(template, value, at)
            except RuntimeError as error:  # TypstError is one of them; a missing file is a bare one
                self._compilers.pop(template, None)
                raise RenderingError(f"{self._templates / template}.typ: {error}; mend the template") from error

    def _compile(self, template: str, value: str, at: datetime) -> bytes:
        if template not in self._compilers:
            path = self._templates / f"{template}.typ"
            # A compiler made from a path can be used again; one made from bytes loses its document after one use.
            self._compilers[template] = typst.Compiler(str(path), root=str(self._templates), font_paths=self._fonts)
        document = self._compilers[template].compile(
            format="pdf",
            sys_inputs={"data": value},
            pdf_standards=[STANDARD],
            timestamp=at.replace(microsecond=0),  # PDF dates have whole seconds (ISO 32000-1, 7.9.4)
            pdf_tags=False,
        )
        assert isinstance(document, bytes)  # noqa: S101 - a PDF is one document; only pictures come in lists
        # typst ends at %%EOF without an end of line; whoever appends a signature would continue that comment.
        return document + b"\n"

    def _clean(self, value: Json) -> Json:
        if isinstance(value, str):
            return printable(value, self._known)
        if isinstance(value, Mapping):
            return {key: self._clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(item) for item in value]
        return value
