"""Idle compilers of templates, lent to one thread at a time."""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import typst

Standard = Literal["a-3a", "a-3b", "ua-1"]


class Compilers:
    """Compiles templates of one folder with the fonts of another, and nothing else of this machine.

    A compiler must not be shared between threads, and is worth keeping: it holds its template parsed. As many are
    kept as were at work at the same time.
    """

    def __init__(self, templates: Path, fonts: Path) -> None:
        self._templates = templates
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
        self._idle: defaultdict[str, list[typst.Compiler]] = defaultdict(list)
        self._lock = threading.Lock()

    def compile(
        self, template: str, inputs: Mapping[str, str], standards: Sequence[Standard], *, at: datetime
    ) -> bytes:
        """The PDF, tagged where a standard wants tags. Raises RuntimeError; the template is read anew after it."""
        compiler = self._taken(template)
        document = compiler.compile(
            format="pdf",
            sys_inputs=dict(inputs),
            pdf_standards=list(standards),
            timestamp=at.replace(microsecond=0),  # PDF dates have whole seconds (ISO 32000-1, 7.9.4)
            pdf_tags="ua-1" in standards,
        )
        with self._lock:  # One that failed is not given back: the next one reads the mended template.
            self._idle[template].append(compiler)
        assert isinstance(document, bytes)  # noqa: S101 - a PDF is one document; only pictures come in lists
        return document

    def _taken(self, template: str) -> typst.Compiler:
        with self._lock:
            if self._idle[template]:
                return self._idle[template].pop()
        path = self._templates / f"{template}.typ"
        # A compiler made from a path can be used again; one made from bytes loses its document after one use.
        return typst.Compiler(str(path), root=str(self._templates), font_paths=self._fonts)
