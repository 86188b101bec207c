"""Renders documents from typst templates: equal data and time give equal bytes."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from mailroom.domain.errors import RenderingError
from mailroom.domain.signature import Enclosure, Seal
from mailroom.ports import Json
from mailroom.stages.thai import to_thai_digits
from signing.compilers import Compilers, Standard
from signing.glyphs import coverage, printable
from signing.pictures import drawn
from signing.wordings import TemplateWording, read_wording
from signing.words import WordBreaks

DOCUMENT: Final[tuple[Standard, ...]] = ("a-3a", "ua-1")
"""ISO 19005-3 level A with ISO 14289-1: kept for long, read by everyone."""
LIST: Final[tuple[Standard, ...]] = ("a-3b",)
"""Prints of registers, whose thousands of cells would be tagged at twice the size."""

_OWN_NUMBER = re.compile("(?<![A-Za-z0-9-])[0-9]+")
"""Not those of SHA-256."""


class TypstRenderer:
    """Port `Renderer`. Safe to share between threads, which render at the same time.

    Templates are files; what they print comes as one JSON value in `sys.inputs.data`, so that nothing a citizen
    wrote is ever markup. The root of file access is the folder of templates. Fonts are ours alone: a document looks
    the same on every host.

    A template `NAME.typ` with a file of words `NAME.toml` beside it is a document: tagged, with Thai words kept
    whole at the ends of lines. One without is a list.
    """

    def __init__(self, config: Path) -> None:
        """`config` holds `templates/pdf`, `fonts` and `words`. Raises ConfigurationError when it holds no fonts."""
        self._templates = config / "templates" / "pdf"
        self._known = coverage(config / "fonts")
        self._compilers = Compilers(self._templates, config / "fonts")
        self._breaks = WordBreaks(config / "words")
        self._wording = cache(lambda template: read_wording(self._templates / f"{template}.toml"))
        self._words = cache(self._marked_wording)

    def render(
        self, template: str, data: Mapping[str, Json], *, at: datetime, enclosures: Sequence[Enclosure] = ()
    ) -> bytes:
        """A PDF/A-3 with `at` as its time of creation. Raises RenderingError naming the template.

        Characters that no font has are replaced visibly, those that steer the direction of writing too. In place of
        a value, `{"qr": text}`, `{"svg": drawing}` and `{"png": base64}` stand for pictures.
        """
        wording = self._wording(template)
        inputs = {"data": json.dumps(self._clean(data, wording is not None), ensure_ascii=False)}
        if wording is not None:
            inputs["wording"] = self._words(wording, str(data.get("digits", "")).startswith("๐"))
        if enclosures:
            inputs["enclosures"] = json.dumps([_enclosed(file) for file in enclosures])
        standards = DOCUMENT if wording is not None or enclosures else LIST
        try:
            document = self._compilers.compile(template, inputs, standards, at=at)
        except RuntimeError as error:  # TypstError is one of them; a missing file is a bare one
            raise RenderingError(f"{self._templates / template}.typ: {error}; mend the template") from error
        # typst ends at %%EOF without an end of line; whoever appends a signature would continue that comment.
        return document + b"\n"

    def seal(self, template: str) -> Seal | None:
        """Where the template leaves room for a signature that can be clicked; None when it leaves none."""
        wording = self._wording(template)
        return wording.place if wording else None

    def _marked_wording(self, wording: TemplateWording, thai_digits: bool) -> str:
        """As templates take it: our own numbers in the digits that the data are written in."""
        texts = {
            key: _OWN_NUMBER.sub(lambda run: to_thai_digits(run[0]), text) if thai_digits else text
            for key, text in wording.texts.items()
        }
        marked = {key: self._breaks.mark(text) for key, text in texts.items()}
        return json.dumps({"texts": marked, "seal": wording.seal}, ensure_ascii=False)

    def _clean(self, value: Json, prose: bool) -> Json:
        if isinstance(value, str):
            text = printable(value, self._known)
            return self._breaks.mark(text) if prose else text
        if isinstance(value, Mapping):
            picture = drawn(value)
            return {key: self._clean(item, prose) for key, item in value.items()} if picture is None else picture
        if isinstance(value, list | tuple):
            return [self._clean(item, prose) for item in value]
        return value


def _enclosed(file: Enclosure) -> dict[str, Json]:
    """As templates attach it. Text goes as text; any other content as numbers, since JSON has no bytes."""
    try:
        content: Json = file.content.decode()
    except UnicodeDecodeError:
        content = list(file.content)
    return {
        "name": file.name,
        "media_type": file.media_type,
        "content": content,
        "description": file.description,
        "relationship": file.relationship,
    }
