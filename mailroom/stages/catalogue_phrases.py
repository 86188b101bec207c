"""The phrases of the catalogue, looked for in a text: without spaces in Thai, as whole words in Latin letters.

A phrase may have a gap (`ถนน…หลุม`): its parts stand in this order with other words between them, as Thai puts the place
into the middle of what is said.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from mailroom.domain.service import Catalogue
from mailroom.stages import lazy
from mailroom.stages.catalogue_key import CatalogueKey
from mailroom.stages.local_authorities import is_local
from mailroom.stages.normalise import compact, normalised
from mailroom.stages.respelling import respelled

GAP = "…"
"""Between the parts of a phrase."""
REACH = 40
"""So many characters may stand between two parts of a phrase, spaces not counted; in Thai at least one does."""
ASIDE_WEIGHT = 0.2
"""For a phrase that, wherever it stands, names a paper that is enclosed, what ours is wanted for, or a place nearby."""

NAMED_POINTS = 8.0
"""Of an office's initials, such as กยศ."""
NAMED_WEIGHT = 1.5
"""For a phrase that is part of an office's own name: who is named is meant."""
_INITIALS = lazy.pattern(r"(?:[ก-ฮ]\.?){3,}|(?:[ก-ฮ]\.){2,}")
_NAME_LENGTH = 6
_START, _SHORT_START = 4, 2
"""A phrase is looked for only in a text that has its first characters: nearly all are never touched."""
_TRIES = 20
"""So many places of a first part are tried: a text of one repeated word is no reason to search without end."""
_THAI = lazy.pattern("[\u0e00-\u0e7f]")
_LATIN = lazy.pattern(r"[0-9a-z]+")
_PURPOSE = lazy.pattern(
    r"เพื่อ(?:ไป|นำไป|เอาไป|ใช้|จะ)?.{0,16}$|(?:นำไป|เอาไป|ไปยื่น|ไปประกอบ|ใช้ประกอบ|ประกอบการ|ไว้ใช้|ไว้ยื่น).{0,12}$|(?:ใช้|ใช้ใน|สำหรับ)(?:การ)?$"
)
"""Before what ours is wanted for."""
_DONE = lazy.pattern(r"(?:มา|ไป)?(?:เสร็จ|เรียบร้อย|ครบ)?แล้ว|มาใหม่|เสร็จ")
"""After what was done before that which is asked."""
_ASIDE = lazy.pattern(
    r"(?:แนบ|(?<!คัด)(?<!ขอ)สำเนา|พร้อม|หลักฐาน)(?:ใบ|เอกสาร|รูป|ไฟล์|สำเนา)?$"
    r"|(?:หน้า|ข้าง|หลัง|แถว|ใกล้|ตรงข้าม|บริเวณ|เยื้อง|เลียบ|ริม|ปากทาง|แยก)ๆ?$"
    r"| (?:copy of|copies of|attached|enclosed|near|opposite|behind|beside|next to|in front of|outside)(?: the| my| our| a)? $"
)
"""Before a paper that is enclosed, and before a place nearby."""
ASKS_ITSELF = ("ขอ", "จด", "แจ้ง", "ต่อ", "ทำ", "คัด", "ยื่น", "เปิด", "ลงทะเบียน", "ขึ้นทะเบียน")
"""A phrase that begins with a verb of asking is no mere paper."""

_INSIDE = frozenset("ะัาำิีึืฺุู็่้๊๋์ํๅ")
"""What cannot begin a syllable: a phrase before it would end within one, as บ่อน does in บ่อน้ำ."""
_BEFORE = frozenset("เแโใไ")
"""Vowels that are written before the consonant with which their syllable begins."""

Owner = tuple[str, str]
"""`service` or `agency`, and its key or name."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase that stands in a text."""

    phrase: str
    points: float
    owners: tuple[Owner, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    rank: int
    """The longest phrase first."""
    parts: tuple[str, ...]
    owners: tuple[Owner, ...]

    points: float
    """As many as it has characters; more for an office's own name, and for what it is called for short."""

    @property
    def text(self) -> str:
        return GAP.join(part.strip() for part in self.parts)


_Entry = tuple[str, tuple[str, ...], _Phrase]
"""The first part of a phrase, the other parts, and the phrase."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Phrases by the first characters of their first part: by four, and by two where it has fewer."""

    by_start: Mapping[str, tuple[_Entry, ...]]
    by_short_start: Mapping[str, tuple[_Entry, ...]]

    def occurring(self, text: str) -> list[_Phrase]:
        """Phrases all of whose parts stand somewhere in a text, longest first."""
        found = []
        for known, size in ((self.by_start, _START), (self.by_short_start, _SHORT_START)):
            starts = {text[i : i + size] for i in range(len(text) - size + 1)}
            for start in known.keys() & starts:
                for first, others, phrase in known[start]:
                    if first in text and (not others or all(part in text for part in others)):
                        found.append(phrase)
        return sorted(found, key=_rank)


_rank = attrgetter("rank")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything that the catalogue says, ready to be looked for."""

    thai: _Index
    """Without spaces."""
    other: _Index
    """Latin words, to be found as whole words."""


def phrases_of(catalogue: Catalogue) -> Phrases:
    """The phrases of a catalogue; made once."""
    return _phrases(CatalogueKey(catalogue))


def find_phrases(source: str, phrases: Phrases, own: tuple[str, ...]) -> Iterator[Hit]:
    """Phrases that stand in a normalised text outside of every longer one; `own` are names that speak for nobody."""
    if not source:
        return
    source = respelled(source.casefold())
    joined = "".join(source.split())
    for name in own:
        joined = joined.replace(name, "\n" * len(name))
    yield from _longest(joined, phrases.thai)
    if words := _LATIN.findall(source):
        yield from _longest(f" {' '.join(words)} ", phrases.other)


def shown(phrase: str) -> str:
    """A phrase as a clerk reads it."""
    return phrase.replace(GAP, f" {GAP} ")


def _longest(text: str, index: _Index) -> Iterator[Hit]:
    whole = text
    for phrase in index.occurring(text):
        spans = _spans(phrase.parts, text)
        if not spans:
            continue
        yield Hit(phrase.text, phrase.points * _weight(phrase.parts, whole), phrase.owners)
        text = _blanked(text, phrase.parts, spans)


def _weight(parts: tuple[str, ...], whole: str) -> float:
    if len(parts) > 1:
        return 1.0
    asks, ends = parts[0].startswith(ASKS_ITSELF), 1 if parts[0][0] == " " else 0
    for place in [found.start() for found in re.finditer(re.escape(parts[0]), whole)][:_TRIES]:
        before = whole[max(0, place - 28) : place + ends]
        if (
            not _DONE.match(whole, place + len(parts[0]))
            and not _PURPOSE.search(before)
            and (asks or not _ASIDE.search(before))
        ):
            return 1.0
    return ASIDE_WEIGHT


def _spans(parts: tuple[str, ...], text: str) -> list[tuple[int, int]]:
    """Where the parts of a phrase stand, each soon after the one before; nothing where they do not."""
    at = _find(parts[0], text, 0, len(text))
    for _ in range(_TRIES):
        if at < 0:
            return []
        spans = [(at, at + len(parts[0]))]
        for part in parts[1:]:
            end = spans[-1][1]
            first = end - 1 if part[0] == " " else end + 1
            place = _find(part, text, first, first + REACH + len(part))
            if place < 0:
                break
            spans.append((place, place + len(part)))
        if len(spans) == len(parts):
            return spans
        at = _find(parts[0], text, at + 1, len(text))
    return []


def _find(part: str, text: str, start: int, stop: int) -> int:
    """Where a part stands between whole syllables; -1 where it does not."""
    at = text.find(part, start, stop)
    for _ in range(_TRIES):
        if at < 0:
            return -1
        after = text[at + len(part) : at + len(part) + 1]
        if after not in _INSIDE and not (at and text[at - 1] in _BEFORE and part[0] not in _BEFORE):
            return at
        at = text.find(part, at + 1, stop)
    return -1


def _blanked(text: str, parts: tuple[str, ...], spans: list[tuple[int, int]]) -> str:
    """The text in which nothing shorter is found where a phrase stood; everything else stays at its place."""
    if len(parts) == 1:
        return text.replace(parts[0], _blank(parts[0]))
    for (start, end), part in zip(spans, parts, strict=True):
        text = f"{text[:start]}{_blank(part)}{text[end:]}"
    return text


def _blank(part: str) -> str:
    # One blank stays between words, so that the next phrase can begin where this one ended.
    return " " + "\n" * (len(part) - 2) + " " if part[0] == " " else "\n" * len(part)


@lru_cache(maxsize=64)
def _phrases(key: CatalogueKey) -> Phrases:
    owners = dict[tuple[str, ...], list[Owner]]()
    for service in key.catalogue.services:
        _own(owners, ("service", service.key), (service.name, service.name_en, *service.words))
    for agency in (one for one in key.catalogue.agencies if not is_local(one.name)):
        _own(owners, ("agency", agency.name), (agency.name, *agency.words))
    longest_first = sorted(owners, key=lambda parts: (-sum(map(len, parts)), len(parts), parts))
    ranked = [
        _Phrase(rank, parts, tuple(owners[parts]), _points(parts, owners[parts]))
        for rank, parts in enumerate(longest_first)
    ]
    thai = [one for one in ranked if _THAI.search(one.text)]
    return Phrases(_index(thai), _index(one for one in ranked if not _THAI.search(one.text)))


def _points(parts: tuple[str, ...], owners: list[Owner]) -> float:
    length = float(sum(len(part.strip()) for part in parts))
    if len(parts) > 1 or not all(party == "agency" for party, _ in owners):
        return length
    if _INITIALS.fullmatch(parts[0]):
        return max(length, NAMED_POINTS)
    named = length >= _NAME_LENGTH and all(parts[0] in compact(name) for _, name in owners)
    return NAMED_WEIGHT * length if named else length


def _index(phrases: Iterable[_Phrase]) -> _Index:
    by_start, by_short_start = defaultdict[str, list[_Entry]](list), defaultdict[str, list[_Entry]](list)
    for phrase in phrases:
        first, *others = phrase.parts
        place, size = (by_start, _START) if len(first) >= _START else (by_short_start, _SHORT_START)
        place[first[:size]].append((first, tuple(others), phrase))
    return _Index(*({start: tuple(found) for start, found in one.items()} for one in (by_start, by_short_start)))


def _own(owners: dict[tuple[str, ...], list[Owner]], owner: Owner, names: Iterable[str]) -> None:
    for name in names:
        written = tuple(_part(part, thai=bool(_THAI.search(name))) for part in name.split(GAP))
        if all(written) and owner not in owners.setdefault(written, []):
            owners[written].append(owner)


def _part(part: str, *, thai: bool) -> str:
    if thai:
        return respelled(compact(part))
    latin = " ".join(_LATIN.findall(respelled(normalised(part).casefold())))
    return f" {latin} " if latin else ""
