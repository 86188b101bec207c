"""Which attachment may be which document that a service requires (R63, R64): a proposal, from names and words alone.

Pure. Whether a document is what it seems, whole and valid, only an officer can say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from mailroom.domain.decision import Reason
from mailroom.domain.service import RequiredDocument
from mailroom.stages import lazy
from mailroom.stages.document_kinds import FORM, KINDS, PHOTO, DocumentKind
from mailroom.stages.normalise import compact

_FOUND, _UNSURE = 0.65, 0.35
_NAME_PHRASE, _NAME_KIND, _NAME_NEAR = 0.85, 0.75, 0.6
_HEAD_PHRASE, _HEAD_KIND, _WITHIN = 0.8, 0.7, 0.4
_NAMED_PHOTO, _ANY_PHOTO = 0.75, 0.4
_NEAR = 88
"""Of 100, how much of a name must agree, letter by letter."""
_SHORTEST = 6
"""Letters that a phrase must have to be looked for."""
_LONG_CODE = 3
_HEAD = 300
"""Letters in which a document says what it is."""
_REACH = 4_000
_LISTED = 3
"""A text that speaks of so many kinds lists enclosures: then only its head says what it is itself."""

_ASIDE = lazy.pattern(r"\(([^()]*)\)")
_ONLY_IF = lazy.pattern(r"กรณี|ถ้ามี|อาคารที่กฎหมายกำหนด|หากมี")
_FORM_CODE = lazy.pattern(r"[ก-ฮ]{1,3}\.?(?:[ก-ฮ]\.?)?\s?\d{1,2}\b|[ก-ฮ]{2,3}\.")
_EMPTY_WORDS = lazy.pattern(r"^(?:สำเนา|เอกสาร|หลักฐาน|ภาพถ่าย)|(?:ทุกหน้า|ฉบับเจ้าบ้าน|ฉบับจริง)$")
_SEPARATORS = lazy.pattern(r"[\s_\-.()\[\]]+")
_LATIN = lazy.pattern(r"[a-z]+|\d+")


class DocumentState(StrEnum):
    """What is proposed of a required document."""

    FOUND = "found"
    UNSURE = "unsure"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SeenFile:
    """An attachment, as far as it was read."""

    part: int
    name: str
    text: str = ""
    is_picture: bool = False
    is_read: bool = True
    """Whether its words are known; else it may hold anything."""


@dataclass(frozen=True, slots=True)
class DocumentProposal:
    """One line of the checklist."""

    document: str
    """As the catalogue names it."""
    state: DocumentState
    part: int | None = None
    """The attachment that it may be."""
    score: float = 0.0
    """0 to 1."""
    reasons: tuple[Reason, ...] = ()
    """Why, in words of the catalogue (table `reasons`)."""


@dataclass(frozen=True, slots=True)
class _Clue:
    score: float
    reason: Reason
    kind: str
    """By which it was recognised: one file stands for one document of a kind."""


@dataclass(frozen=True, slots=True)
class _Pair:
    wanted: int
    file: int
    score: float
    clues: tuple[_Clue, ...]


def propose(documents: Sequence[RequiredDocument], files: Sequence[SeenFile]) -> tuple[DocumentProposal, ...]:
    """One line for each document, in their order."""
    known = [_Known(file) for file in files]
    pairs = [
        pair
        for number, document in enumerate(documents)
        for place, file in enumerate(known)
        if (pair := _pair(number, place, _Wanted(document.name), file)) is not None
    ]
    chosen: dict[int, _Pair] = {}
    taken: set[tuple[int, str]] = set()
    for pair in sorted(pairs, key=lambda one: (-one.score, one.wanted, one.file)):
        uses = {(pair.file, clue.kind) for clue in pair.clues}
        if pair.wanted not in chosen and not uses & taken:
            chosen[pair.wanted] = pair
            taken |= uses
    used = {pair.file for pair in chosen.values()}
    unknown = any(not one.file.is_read for place, one in enumerate(known) if place not in used)
    return tuple(
        _line(document, chosen.get(number), known, unknown=unknown) for number, document in enumerate(documents)
    )


def _line(
    document: RequiredDocument, pair: _Pair | None, known: Sequence["_Known"], *, unknown: bool
) -> DocumentProposal:
    if pair is not None:
        state = DocumentState.FOUND if pair.score >= _FOUND else DocumentState.UNSURE
        reasons = tuple(dict.fromkeys(clue.reason for clue in pair.clues))
        return DocumentProposal(document.name, state, known[pair.file].file.part, round(pair.score, 2), reasons)
    wanted = _Wanted(document.name)
    if wanted.only_if:
        return DocumentProposal(document.name, DocumentState.UNSURE, reasons=(Reason("in-case", wanted.only_if),))
    if wanted.is_form:
        return DocumentProposal(document.name, DocumentState.UNSURE, reasons=(Reason("letter-may-be-it"),))
    if unknown:
        return DocumentProposal(document.name, DocumentState.UNSURE, reasons=(Reason("unread-files"),))
    return DocumentProposal(document.name, DocumentState.MISSING)


class _Wanted:
    """A required document, taken apart."""

    def __init__(self, name: str) -> None:
        asides = _ASIDE.findall(name)
        self.only_if = next((aside for aside in asides if _ONLY_IF.search(aside)), "")
        bare = compact(_ASIDE.sub("", name))
        self.phrase = _EMPTY_WORDS.sub("", bare) or bare
        codes = (_FORM_CODE.search(aside) for aside in asides)
        self.code = next((compact(code[0]).replace(".", "") for code in codes if code), "")
        self.kinds = tuple(kind for kind in KINDS if kind.asked.search(bare))
        self.is_form = any(kind.key == FORM for kind in self.kinds)


class _Known:
    """A file, its name and words in the spelling in which they are compared."""

    def __init__(self, file: SeenFile) -> None:
        self.file = file
        lower = file.name.casefold()
        stem = lower.rpartition(".")[0] or lower
        self.name = compact(_SEPARATORS.sub("", stem))
        self.tokens = " ".join(_LATIN.findall(stem))
        self.text = compact(file.text[:_REACH])
        self.head = self.text[:_HEAD]
        spoken_of = sum(1 for kind in KINDS if kind.key != PHOTO and kind.says.search(self.text))
        self.lists_enclosures = spoken_of >= _LISTED


def _pair(number: int, place: int, wanted: _Wanted, file: _Known) -> _Pair | None:
    """How well a file fits; None where nothing speaks for it. What name and words say is independent evidence."""
    clues = tuple(filter(None, (_best(_of_name(wanted, file)), _best(_of_words(wanted, file)))))
    if not clues:
        clues = tuple(filter(None, (_best(_of_look(wanted, file)),)))
    doubt = 1.0
    for clue in clues:
        doubt *= 1 - clue.score
    return _Pair(number, place, 1 - doubt, clues) if 1 - doubt >= _UNSURE else None


def _best(clues: Iterator[_Clue]) -> _Clue | None:
    return max(clues, key=lambda clue: clue.score, default=None)


def _of_name(wanted: _Wanted, file: _Known) -> Iterator[_Clue]:
    if wanted.code and _has_code(file.name, wanted.code):
        yield _Clue(_NAME_PHRASE, Reason("file-name", wanted.code), wanted.code)
    if len(wanted.phrase) >= _SHORTEST and wanted.phrase in file.name:
        yield _Clue(_NAME_PHRASE, Reason("file-name", wanted.phrase), wanted.phrase)
    for kind in wanted.kinds:
        if match := kind.named.search(file.name) or kind.tokens.search(file.tokens):
            score = _NAMED_PHOTO if kind.key == PHOTO else _NAME_KIND
            if kind.key != PHOTO or file.file.is_picture:
                yield _Clue(score, Reason("file-name", match[0]), kind.key)
    near = len(file.name) >= _SHORTEST and fuzz.partial_ratio(wanted.phrase, file.name) >= _NEAR
    if near and len(wanted.phrase) >= _SHORTEST:
        yield _Clue(_NAME_NEAR, Reason("file-name", file.file.name), wanted.phrase)


def _has_code(name: str, code: str) -> bool:
    """Short codes only at an end: two letters stand in many words."""
    return code in name if len(code) >= _LONG_CODE else name.startswith(code) or name.endswith(code)


def _of_words(wanted: _Wanted, file: _Known) -> Iterator[_Clue]:
    if not file.text:
        return
    if len(wanted.phrase) >= _SHORTEST and wanted.phrase in file.head:
        yield _Clue(_HEAD_PHRASE, Reason("file-words", wanted.phrase), wanted.phrase)
    for kind in _with_words(wanted.kinds):
        if match := kind.says.search(file.head):
            yield _Clue(_HEAD_KIND, Reason("file-words", match[0]), kind.key)
        elif not file.lists_enclosures and (match := kind.says.search(file.text)):
            yield _Clue(_WITHIN, Reason("file-words", match[0]), kind.key)


def _with_words(kinds: Sequence[DocumentKind]) -> Iterator[DocumentKind]:
    return (kind for kind in kinds if kind.key != PHOTO)


def _of_look(wanted: _Wanted, file: _Known) -> Iterator[_Clue]:
    """A picture of which nothing else is known may be the photo that is wanted."""
    if file.file.is_picture and not file.text and any(kind.key == PHOTO for kind in wanted.kinds):
        yield _Clue(_ANY_PHOTO, Reason("file-picture"), PHOTO)
