"""The proof of the split: no sentence of the training wordings stands in a test message.

Compared without spaces, punctuation, and case, Thai digits as Arabic ones. Every choice of a wording is looked for, as a
whole between its slots, in each line, and in each piece between spaces, where it has at least `LEAST` characters.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bench.wordings.data import Wordings

LEAST = 20
NEAR = 90.0
"""A piece is nearly in a text from this likeness (of 100) with the most similar part of it."""
_FIELDS = frozenset({"subject", "text", "body"})
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{\w+\}")
_SPACE = re.compile(r"\s+")
_SET_FORM = re.compile(
    r"(?:กราบ)?เรียน|จึงเรียนมา|ขอแสดงความนับถือ|ตามหนังสือ|เรื่องขอความอนุเคราะห์|สำนักงาน|โรงเรียน|หากไม่ต้องการรับ|ขอความอนุเคราะห์|พร้อมรับรอง"
)
"""What letters say in the same words whoever writes them; it teaches nothing that is measured."""
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def normal(text: str) -> str:
    """The letters, marks and digits of a text."""
    folded = unicodedata.normalize("NFC", text).casefold().translate(_DIGITS)
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMN")


def shared(written: Mapping[str, str], texts: Sequence[str]) -> list[str]:
    """The sentences that occur in one of the texts (both normalised), in their form in the file."""
    joined = "\n".join(texts)
    return [original for piece, original in written.items() if piece in joined and not is_set_form(piece)]


def is_set_form(piece: str) -> bool:
    """Whether a normalised sentence begins as letters of everybody do."""
    return bool(_SET_FORM.match(piece))


def nearly_shared(written: Mapping[str, str], texts: Sequence[str]) -> list[str]:
    """The sentences that occur in one of the texts with a few letters changed, or unchanged. Takes 20 s for 2,700 in 900."""
    scores = process.cdist([*written], texts, scorer=fuzz.partial_ratio, score_cutoff=NEAR)
    # partial_ratio looks for the shorter in the longer: a text shorter than the sentence says nothing about it.
    return [
        original
        for (piece, original), row in zip(written.items(), scores, strict=True)
        if any(score and len(text) >= len(piece) for text, score in zip(texts, row, strict=True))
    ]


def sentences(found: Wordings) -> dict[str, str]:
    """Each sentence of the training wordings that is long enough, normalised, with its form in the file."""
    pieces: dict[str, str] = {}
    for wording in _wordings(found):
        for expanded in _choices(wording):
            parts = _SLOT.split(expanded)
            lines = [line for part in parts for line in part.split("\n")]
            for sentence in (*parts, *lines, *_SPACE.split(" ".join(parts))):
                if len(piece := normal(sentence)) >= LEAST:
                    pieces.setdefault(piece, sentence.strip())
    return pieces


def texts_under(path: Path) -> list[str]:
    """Subjects and texts of the messages in a TOML file, or in all TOML files under a directory, normalised."""
    files = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
    tables = (tomllib.loads(file.read_text(encoding="utf-8")) for file in files)
    return sorted({normal(text) for table in tables for text in _strings(table)})


def _strings(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, name)
    elif isinstance(value, str) and name in _FIELDS:
        yield value


def _wordings(found: Wordings) -> Iterator[str]:
    """Everything that can stand in a training message, values of slots and noise apart."""
    pools = [*found.agencies, *found.kinds]
    for service in found.services:
        pools += [service.main, service.enquiries, *service.others]
    for pool in pools:
        yield from (core.text for core in pool.cores)
        yield from (*pool.subjects, *pool.details, *pool.matters, *pool.due, *pool.tails)
    for part in ("subject", "greeting", "self", "ask", "closing", "sign", "terse"):
        for texts in found.frame[part].values():
            yield from texts


def _choices(text: str) -> Iterator[str]:
    """The wording with every combination of its choices."""
    parts = _CHOICE.split(text)
    options = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    return map("".join, product(*options))
