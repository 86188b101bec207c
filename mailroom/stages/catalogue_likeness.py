"""How much a text is like an entry of the catalogue as a whole, where its phrases alone do not tell.

Cosine of character n-grams within words, weighted by how rare they are in the catalogue, and a part for the phrases
that were found: spelling mistakes, unknown words for known things and other orders of words still look alike.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailroom.domain.service import Catalogue
from mailroom.stages.catalogue_key import CatalogueKey
from mailroom.stages.catalogue_phrases import GAP, Owner
from mailroom.stages.catalogue_score import PLAIN, Score, Scores
from mailroom.stages.local_authorities import is_local
from mailroom.stages.normalise import normalised
from mailroom.stages.respelling import respelled

PLAIN_LEAD = 3.0
"""A service that is plainly spoken of needs no likeness besides when it has so many times the points of the next."""
LEAST_LIKENESS, LEAST_LEAD = 0.08, 0.015
"""Of a service of which some phrase was found: how like it the text is, and by how much more than the next."""
LEAST_UNHEARD, LEAST_LEAD_UNHEARD = 0.1, 0.03
"""The same for a service of which no phrase was found."""
CONTRADICTS = 0.08
"""By so much the text is more like something else than what a few words say."""
TORN_LEAD = 0.1
"""By so much the first must be more like the text than the second, where the phrases of two services are plain."""
REACH = 600
"""Characters of a text that are compared: what is wanted stands in the beginning, and courtesies are like nothing."""
PHRASES_PART = 0.1
"""Of the logarithm of a party's points, beside the cosine."""
LEAST_ENTRIES = 12
"""Among fewer services and agencies nothing shows which pieces of a text are rare, and anything is like one of them."""
_SHORTEST, _LONGEST = 3, 4
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\d[\d./:-]{3,}")
"""Addresses and numbers are like nothing."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A service or another agency, and how much a text is like it: from 0 to somewhat above 1."""

    owner: Owner
    value: float


@dataclass(frozen=True, slots=True)
class _Index:
    owners: tuple[Owner, ...]
    weights: dict[str, tuple[float, tuple[tuple[int, float], ...]]]
    """By n-gram: its weight in a text, and its weight in each entry that has it, by the entry's place in `owners`."""


def alike(text: str, points: dict[Owner, float], catalogue: Catalogue) -> tuple[Likeness, ...]:
    """What a normalised text is most like, best first. `points` of phrases found in it count as well."""
    index = _index(CatalogueKey(catalogue))
    if len(index.owners) < LEAST_ENTRIES:
        return ()
    sums, square = [0.0] * len(index.owners), 0.0
    for gram, times in _grams(respelled(_ADDRESS.sub(" ", text[:REACH]).casefold())).items():
        found = index.weights.get(gram)
        if found is None:
            continue
        weight = (1 + math.log(times)) * found[0]
        square += weight * weight
        for place, known in found[1]:
            sums[place] += weight * known
    length = math.sqrt(square) or 1.0
    values = (
        Likeness(owner, total / length + PHRASES_PART * math.log1p(points.get(owner, 0.0)))
        for owner, total in zip(index.owners, sums, strict=True)
        if total
    )
    return tuple(sorted(values, key=lambda one: (-one.value, one.owner)))


def likeliest_service(scores: Scores, alike: Callable[[], tuple[Likeness, ...]]) -> Score | None:
    """The one service asked for: by its phrases where they are plain, else by what the whole text is like.

    Where phrases of two services stand against each other, likeness has to be plainer before it decides between them.
    """
    winner, services = scores.service, scores.services
    if winner and winner.points >= PLAIN and (len(services) == 1 or winner.points >= PLAIN_LEAD * services[1].points):
        return winner
    found = alike()
    if not found:
        return winner
    if winner:
        own = next((one.value for one in found if one.owner == ("service", winner.key)), 0.0)
        if found[0].value - own < CONTRADICTS:
            return winner
    return _most_alike(services, found)


def _most_alike(services: tuple[Score, ...], found: tuple[Likeness, ...]) -> Score | None:
    plain = [one.key for one in services if one.points >= PLAIN]
    if found[0].owner[0] != "service" or len(plain) > 2 or (len(plain) == 2 and found[0].owner[1] != plain[0]):
        return None
    lead = found[0].value - (found[1].value if len(found) > 1 else 0.0)
    known = next((one for one in services if ("service", one.key) == found[0].owner), None)
    least, least_lead = (LEAST_LIKENESS, LEAST_LEAD) if known else (LEAST_UNHEARD, LEAST_LEAD_UNHEARD)
    if found[0].value < least or lead < (TORN_LEAD if len(plain) == 2 else least_lead):
        return None
    return known or Score(found[0].owner[1], 0.0, ())


def _grams(text: str) -> Counter[str]:
    """Its n-grams with their numbers. A word begins and ends with a blank; Thai words are those between spaces."""
    found = list[str]()
    for bounded in (f" {word} " for word in text.split()):
        for size in range(_SHORTEST, _LONGEST + 1):
            found += [bounded[start : start + size] for start in range(len(bounded) - size + 1)]
    return Counter(found)


@lru_cache(maxsize=8)
def _index(key: CatalogueKey) -> _Index:
    entries = [(owner, _grams(respelled(normalised(text).casefold()))) for owner, text in _entries(key.catalogue)]
    in_entries = Counter(gram for _, grams in entries for gram in grams)
    rarity = {gram: math.log((1 + len(entries)) / (1 + number)) + 1 for gram, number in in_entries.items()}
    postings: dict[str, list[tuple[int, float]]] = {gram: [] for gram in rarity}
    for place, (_, grams) in enumerate(entries):
        weights = {gram: (1 + math.log(times)) * rarity[gram] for gram, times in grams.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        for gram, weight in weights.items():
            postings[gram].append((place, weight / length))
    return _Index(
        tuple(owner for owner, _ in entries), {gram: (rarity[gram], tuple(found)) for gram, found in postings.items()}
    )


def _entries(catalogue: Catalogue) -> Iterator[tuple[Owner, str]]:
    for service in catalogue.services:
        yield ("service", service.key), " ".join((service.name, service.name_en, *service.words)).replace(GAP, " ")
    for agency in catalogue.agencies:
        if not is_local(agency.name):
            yield ("agency", agency.name), " ".join((agency.name, *agency.words)).replace(GAP, " ")
