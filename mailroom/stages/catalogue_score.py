"""Which service or other agency a text speaks of, by the words of the catalogue.

The longest phrase at a place counts and hides the shorter ones inside it; what stands in the subject counts twice,
what only the name of an attachment says counts half. One clear winner is a finding; a close race is none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailroom.domain.agency import Agency
from mailroom.domain.service import Catalogue
from mailroom.stages.normalise import compact, normalised

CLEAR_LEAD = 1.5
"""A winner has at least so many times the score of the next: less is a message with two requests."""
LEAST_AGENCY = 6.0
"""Another agency needs more evidence than one short word: sending a citizen away wrongly is worse than a hold."""
SUBJECT_WEIGHT = 2.0
FILE_WEIGHT = 0.5
_START = 4
"""A phrase is looked for only in a text that has its first characters: nearly all are never touched."""
_THAI = re.compile("[\u0e00-\u0e7f]")
_LATIN = re.compile(r"[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Score:
    """What speaks for one service or agency."""

    key: str
    points: float
    phrases: tuple[str, ...]
    """The phrases found, longest first."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Services and other agencies that a text speaks of, best first."""

    services: tuple[Score, ...] = ()
    agencies: tuple[Score, ...] = ()

    @property
    def service(self) -> Score | None:
        """The one service asked for."""
        return clear_winner(self.services)

    @property
    def agency(self) -> Score | None:
        """The one other agency meant. Where two are spoken of, however faintly one, nobody is sent away unseen."""
        return self.agencies[0] if len(self.agencies) == 1 else None


def clear_winner(scores: tuple[Score, ...]) -> Score | None:
    """The first, unless the second comes close or the others together outweigh it: then several things are asked."""
    if not scores:
        return None
    best, others = scores[0].points, [one.points for one in scores[1:]]
    return scores[0] if not others or (best >= CLEAR_LEAD * others[0] and best >= sum(others)) else None


Owner = tuple[str, str]
"""`service` or `agency`, and its key or name."""


_Phrase = tuple[int, str, tuple[Owner, ...]]
"""Its rank, the longest phrase first; its characters; whose it is."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Phrases by their first characters; those that have fewer, apart."""

    by_start: Mapping[str, tuple[_Phrase, ...]]
    short: tuple[_Phrase, ...]

    def occurring(self, text: str) -> list[_Phrase]:
        """Phrases that stand somewhere in a text, longest first."""
        starts = {text[i : i + _START] for i in range(len(text) - _START + 1)}
        near = (phrase for start in self.by_start.keys() & starts for phrase in self.by_start[start])
        return sorted(phrase for phrase in (*self.short, *near) if phrase[1] in text)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Everything that the catalogue says, ready to be looked for."""

    thai: _Index
    """Without spaces."""
    other: _Index
    """Latin words, to be found as whole words."""


def score(subject: str, text: str, files: Iterable[str], agency: Agency, catalogue: Catalogue) -> Scores:
    """Scores of all services and agencies that are spoken of. Our own name and place speak for nobody.

    Subject and text come normalised.
    """
    phrases, own = _phrases(_ByIdentity(catalogue)), _own_names(agency)
    found: dict[Owner, dict[str, float]] = {}
    for source, weight in ((subject, SUBJECT_WEIGHT), (text, 1.0), (normalised("\n".join(files)), FILE_WEIGHT)):
        for phrase, owners in _find(source, phrases, own):
            for owner in owners:
                known = found.setdefault(owner, {})
                known[phrase] = max(known.get(phrase, 0.0), weight * len(phrase))
    return Scores(_ranked(found, "service"), _ranked(found, "agency"))


def _ranked(found: dict[Owner, dict[str, float]], party: str) -> tuple[Score, ...]:
    scores = [
        Score(key, sum(points.values()), tuple(sorted(points, key=len, reverse=True)))
        for (owner, key), points in found.items()
        if owner == party
    ]
    return tuple(sorted(scores, key=lambda one: (-one.points, one.key)))


def _find(source: str, phrases: _Phrases, own: tuple[str, ...]) -> list[tuple[str, tuple[Owner, ...]]]:
    if not source:
        return []
    source = source.casefold()
    joined = "".join(source.split())
    for name in own:
        joined = joined.replace(name, "\n")
    words = f" {' '.join(_LATIN.findall(source))} "
    return [*_longest(joined, phrases.thai), *_longest(words, phrases.other)]


def _longest(text: str, phrases: _Index) -> Iterator[tuple[str, tuple[Owner, ...]]]:
    """Phrases that occur somewhere outside every longer phrase."""
    for _, phrase, owners in phrases.occurring(text):
        if phrase in text:
            yield phrase.strip(), owners
            # One blank stays between words, so that the next phrase can begin where this one ended.
            text = text.replace(phrase, " \n " if phrase[0] == " " else "\n")


@lru_cache(maxsize=64)
def _own_names(agency: Agency) -> tuple[str, ...]:
    names = {compact(name) for name in (agency.name, *agency.aliases, *agency.place.split(",")) if name.strip()}
    return tuple(sorted((name for name in names if len(name) > 3), key=len, reverse=True))


class _ByIdentity:
    """A key that costs nothing to hash, for a catalogue of a thousand phrases; it keeps the catalogue alive."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.catalogue is self.catalogue


@lru_cache(maxsize=64)
def _phrases(key: _ByIdentity) -> _Phrases:
    catalogue, owners = key.catalogue, dict[str, list[Owner]]()
    for service in catalogue.services:
        _own(owners, ("service", service.key), (service.name, service.name_en, *service.words))
    for agency in catalogue.agencies:
        _own(owners, ("agency", agency.name), (agency.name, *agency.words))
    longest_first = sorted(owners, key=lambda phrase: (-len(phrase), phrase))
    ranked = [(rank, phrase, tuple(owners[phrase])) for rank, phrase in enumerate(longest_first)]
    return _Phrases(
        _index(one for one in ranked if _THAI.search(one[1])), _index(one for one in ranked if not _THAI.search(one[1]))
    )


def _index(phrases: Iterable[_Phrase]) -> _Index:
    by_start, short = dict[str, tuple[_Phrase, ...]](), []
    for phrase in phrases:
        start = phrase[1][:_START]
        if len(start) < _START:
            short.append(phrase)
        else:
            by_start[start] = (*by_start.get(start, ()), phrase)
    return _Index(by_start, tuple(short))


def _own(owners: dict[str, list[Owner]], owner: Owner, names: Iterable[str]) -> None:
    for name in names:
        latin = " ".join(_LATIN.findall(normalised(name).casefold()))
        phrase = compact(name) if _THAI.search(name) else f" {latin} " if latin else ""
        if phrase and owner not in owners.setdefault(phrase, []):
            owners[phrase].append(owner)
