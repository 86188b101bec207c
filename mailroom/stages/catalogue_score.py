"""Which service or other agency a text speaks of, by the words of the catalogue.

The longest phrase at a place counts and hides the shorter ones inside it; what stands in the subject counts twice,
what only the name of an attachment says counts half. One clear winner is a finding; a close race is none.
"""

import re
from collections.abc import Iterable
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
_START = 3
"""A phrase is looked for only where the text has its first characters: most phrases are dismissed at once."""
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
        """The one other agency meant."""
        return clear_winner(self.agencies)


def clear_winner(scores: tuple[Score, ...]) -> Score | None:
    """The first, unless the second comes close or the others together outweigh it: then several things are asked."""
    if not scores:
        return None
    best, others = scores[0].points, [one.points for one in scores[1:]]
    return scores[0] if not others or (best >= CLEAR_LEAD * others[0] and best >= sum(others)) else None


Owner = tuple[str, str]
"""`service` or `agency`, and its key or name."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """Everything that the catalogue says, ready to be looked for."""

    thai: tuple[tuple[str, tuple[Owner, ...]], ...]
    """Without spaces, longest first."""
    other: tuple[tuple[str, tuple[Owner, ...]], ...]
    """Latin words, to be found as whole words, longest first."""


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


def _longest(text: str, phrases: tuple[tuple[str, tuple[Owner, ...]], ...]) -> list[tuple[str, tuple[Owner, ...]]]:
    """Phrases that occur somewhere outside every longer phrase."""
    found = []
    starts = {text[i : i + _START] for i in range(len(text))}
    for phrase, owners in phrases:
        if (phrase[:_START] in starts or len(phrase) < _START) and phrase in text:
            found.append((phrase.strip(), owners))
            # One blank stays between words, so that the next phrase can begin where this one ended.
            text = text.replace(phrase, " \n " if phrase[0] == " " else "\n")
    return found


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
    longest_first = sorted(
        ((phrase, tuple(who)) for phrase, who in owners.items()), key=lambda one: (-len(one[0]), one[0])
    )
    return _Phrases(
        tuple(one for one in longest_first if _THAI.search(one[0])),
        tuple(one for one in longest_first if not _THAI.search(one[0])),
    )


def _own(owners: dict[str, list[Owner]], owner: Owner, names: Iterable[str]) -> None:
    for name in names:
        latin = " ".join(_LATIN.findall(normalised(name).casefold()))
        phrase = compact(name) if _THAI.search(name) else f" {latin} " if latin else ""
        if phrase and owner not in owners.setdefault(phrase, []):
            owners[phrase].append(owner)
