"""Where a line of Thai prose may end: between words, as a dictionary knows them, never inside one."""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import nlpo3

from mailroom.domain.errors import ConfigurationError
from mailroom.stages.thai import MONTHS, SHORT_MONTHS

BREAK: Final = "\u200b"
"""Zero-width space: a line may end here. Templates turn what stands between two of them into an unbreakable box."""
LONGEST: Final = 40
"""Characters of a piece that is kept whole, so that it fits a line."""

_THAI = re.compile("[\u0e00-\u0e7f]+")
_ABBREVIATION = "(?:[เแโใไ]?[ก-ฮ]{1,3}[ัิีึืุู]?[.])+"
_PARTS = re.compile(f"(?<![\u0e00-\u0e7f.]){_ABBREVIATION}|[\u0e00-\u0e7f]+|[^\u0e00-\u0e7f]+")
_NUMBER = re.compile(r"\{[a-z_]+\}|[0-9๐-๙][0-9๐-๙.,/:-]*|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ(?:ห้า)?")
_PROSE: Final = 10
"""Shorter texts fit a line."""
_LONG_RUN: Final = 20
_CHUNKS = re.compile("[^@./_?&=-]{1,14}[@./_?&=-]?|[@./_?&=-]")
_CLUSTERS = re.compile("(?:[เแโใไ]*.[ะ-\u0e3a\u0e45\u0e47-\u0e4e]{0,4}){1,6}|.{1,6}")
"""What no dictionary knows and no line holds is cut: addresses after their parts, Thai between its clusters."""
_NEEDED = re.compile(f"[\u0e00-\u0e7f]|[^ ]{{{_LONG_RUN + 1},}}")
_NO_START = "ๆฯ.,:;!?)]}”’»%/"
_NO_END = "([{“‘«/"
_TITLES = frozenset({"นาย", "นาง", "นางสาว", "น.ส.", "ดร.", "เด็กชาย", "เด็กหญิง"})
_MONTHS = (*MONTHS, *SHORT_MONTHS)
_COUNTED = frozenset(
    "มาตรา ข้อ วรรค หมวด ส่วน พ.ศ. ค.ศ. ที่ เลขที่ หมู่ที่ หมู่ เล่ม ตอน หน้า วันที่ ครั้งที่ ฉบับที่ โทร. โทรศัพท์ เวลา ลำดับ".split()
).union(_MONTHS)
"""A number after one of these, or before one of the following, stays on its line."""
_UNITS = frozenset("บาท วัน ปี เดือน น. ชั่วโมง นาที วินาที ครั้ง ฉบับ คน รายการ ชนิด ประเภท".split()).union(_MONTHS)


class WordBreaks:
    """Marks the places where a line may end. Safe to share between threads; the word list is read at first use."""

    def __init__(self, folder: Path) -> None:
        self._list = folder / "thai.txt"
        self.mark = lru_cache(4096)(self._mark)

    def _mark(self, text: str) -> str:
        """The text with `BREAK` between its words. Raises ConfigurationError when there is no word list."""
        if len(text) < _PROSE or not _NEEDED.search(text):
            return text
        _load(self._list)
        return " ".join(BREAK.join(run) for run in _runs(_words(text, str(self._list))))


_lock = threading.Lock()
_loaded: set[Path] = set()
"""The library keeps dictionaries by name for the life of the process."""


def _load(path: Path) -> None:
    with _lock:
        if path not in _loaded:
            _, fine = nlpo3.load_dict(str(path), str(path)) if path.is_file() else ("", False)
            if not fine:
                raise ConfigurationError(f"{path}: the list of words is missing; install mailroom again")
            _loaded.add(path)


def _words(text: str, dictionary: str) -> Iterator[list[str]]:
    """The words of each run between spaces. Abbreviations stay whole, and so does what is not Thai."""
    for run in text.split(" "):
        yield [word for part in _PARTS.findall(run) for word in _segmented(part, dictionary)]


def _segmented(part: str, dictionary: str) -> list[str]:
    if not _THAI.fullmatch(part):
        return _CHUNKS.findall(part) if len(part) > _LONG_RUN else [part]
    words = nlpo3.segment(part, dictionary)  # Its safe mode loses text (nlpo3 1.4); this one is checked all the same.
    if "".join(words) != part:
        words = [part]
    return [piece for word in words for piece in (_CLUSTERS.findall(word) if len(word) > LONGEST else [word])]


def _runs(words: Iterator[list[str]]) -> Iterator[list[str]]:
    """Words with what must stay on their line."""
    held: list[str] = []
    for run in words:
        pieces = _glued(run)
        if held and pieces and _stays(held[-1], pieces[0]):
            held = [*held[:-1], f"{held[-1]}\xa0{pieces[0]}", *pieces[1:]]
            continue
        if held:
            yield held
        held = pieces or [""]
    if held:
        yield held


def _glued(run: list[str]) -> list[str]:
    """Punctuation keeps to its word, a person's name to its title, and no piece grows beyond `LONGEST`."""
    pieces: list[str] = []
    titled = False
    for word in run:
        bound = pieces and (titled or word[0] in _NO_START or pieces[-1][-1] in _NO_END or _numbered(pieces[-1], word))
        if bound and len(pieces[-1]) + len(word) <= LONGEST:
            pieces[-1] += word
        else:
            pieces.append(word)
        titled = word in _TITLES or (titled and word[-1] not in _NO_START)
    return pieces


def _stays(before: str, after: str) -> bool:
    """Whether the space between two pieces is no place for the end of a line."""
    return len(before) + len(after) < LONGEST and _numbered(before.rpartition("\xa0")[2], after)


def _numbered(before: str, after: str) -> bool:
    return (bool(_NUMBER.match(after)) and before in _COUNTED) or (bool(_NUMBER.fullmatch(before)) and after in _UNITS)
