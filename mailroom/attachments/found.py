"""What the readers of one file collect, within limits; and how it goes from the confined process to its parent."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mailroom.domain.attachment_reading import (
    CODE_CHARACTERS,
    CODES,
    TEXT_CHARACTERS,
    FileFinding,
    ReadingState,
)
from mailroom.stages.characters import many_lines, one_line

READ, LOOK = "read", "look"
"""Questions: for its words and findings, then for what is in its pictures. What costs too much leaves the other."""
DETAIL_CHARACTERS = 200
FINDINGS = 40
PICTURES = 8
"""So many pages or pictures of one file are read by OCR."""


class Found:
    """Filled by one reader."""

    def __init__(self) -> None:
        self.state: ReadingState | None = None
        """Set where it was not read; None where it was."""
        self.pages = 0
        self.has_pictures = False
        """Whether it holds pictures in which codes or words may be."""
        self.scans: list[int] = []
        """Pages without words of their own, from 0."""
        self.codes: list[str] = []
        self._findings: list[FileFinding] = []
        self._pieces: list[str] = []
        self._left = TEXT_CHARACTERS

    def say(self, text: str) -> bool:
        """Take a piece of text in; False when no more fits."""
        piece = text[: self._left]
        if piece:
            self._pieces.append(piece)
            self._left -= len(piece)
        if len(piece) < len(text):
            self.find("text-cut")
        return self._left > 0

    def find(self, code: str, detail: str = "") -> None:
        """Note something that a clerk should know."""
        if len(self._findings) < FINDINGS:
            self._findings.append(FileFinding(code, detail))

    def stop(self, state: ReadingState, code: str = "", detail: str = "") -> None:
        """It is not read on, and why."""
        self.state = state
        if code:
            self.find(code, detail)

    def add_codes(self, texts: Iterable[str]) -> None:
        for text in texts:
            if text and text not in self.codes and len(self.codes) < CODES:
                self.codes.append(text)

    def to_json(self) -> bytes:
        plain = {
            "state": self.state.value if self.state else "",
            "text": "".join(self._pieces),
            "pages": self.pages,
            "has_pictures": self.has_pictures,
            "scans": self.scans[:PICTURES],
            "codes": self.codes,
            "findings": [[one.code, one.detail] for one in self._findings],
        }
        return json.dumps(plain).encode("utf-8", "surrogatepass")


class Reply:
    """What came back. The process that sent it may have been taken over: its words are bounded, and are words only."""

    def __init__(self, blob: bytes) -> None:
        """Raises ValueError, TypeError or KeyError when it has not the form of a reply."""
        plain: Mapping[str, Any] = json.loads(blob)
        self.state = ReadingState(plain["state"]) if plain["state"] else None
        self.text = many_lines(str(plain["text"])[:TEXT_CHARACTERS]).strip("\n")
        self.pages = max(0, min(int(plain["pages"]), 1_000_000))
        self.has_pictures = bool(plain["has_pictures"])
        self.scans = [int(page) for page in plain["scans"][:PICTURES]]
        self.codes = [str(code)[:CODE_CHARACTERS] for code in plain["codes"][:CODES]]
        self.findings = [
            FileFinding(one_line(str(code), 40), one_line(str(detail), DETAIL_CHARACTERS))
            for code, detail in plain["findings"][:FINDINGS]
        ]
