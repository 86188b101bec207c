"""Which service or other agency a text speaks of, by the words of the catalogue.

The longest phrase at a place counts and hides the shorter ones inside it; what stands in the subject counts twice,
what only the name of an attachment says counts half, and so does a paper that is merely enclosed or wanted for
something else. One clear winner is a finding; a close race is none, unless what is to be done tells the services apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mailroom.domain.agency import Agency
from mailroom.domain.service import Catalogue
from mailroom.stages.asked_act import Wish, wishes
from mailroom.stages.catalogue_key import CatalogueKey
from mailroom.stages.catalogue_phrases import ASKS_ITSELF, find_phrases, phrases_of, shown
from mailroom.stages.normalise import compact, normalised
from mailroom.stages.respelling import respelled

CLEAR_LEAD = 1.5
"""A winner has at least so many times the score of the next: less is a message with two requests."""
LEAST_AGENCY = 6.0
"""Another agency needs more evidence than one short word: sending a citizen away wrongly is worse than a hold."""
FAINT = 4.0
"""A second agency with so many times fewer points is hardly spoken of."""
SUBJECT_WEIGHT = 2.0
FILE_WEIGHT = 0.5
WISH_WEIGHT = CLEAR_LEAD * CLEAR_LEAD
"""For a service whose own name says what the sender wants done, where others of its subject do not."""


PLAIN = 12.0
"""Points of a service that is plainly spoken of."""
UNFIT_WEIGHT = 0.5
"""For a licence where something is out of order, and for works where a permit is asked for."""
ASKS, TROUBLED = frozenset({Wish.PERMIT, Wish.RENEW}), frozenset({Wish.REPAIR, Wish.COMPLAIN})
WISHES_REACH = 1500
"""So many characters are searched for what is wanted."""


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
        """The one other agency meant. Where two are spoken of nobody is sent away unseen; one short word is not yet that."""
        rivals = [one for one in self.agencies[1:] if one.points >= min(LEAST_AGENCY, self.agencies[0].points / FAINT)]
        return self.agencies[0] if self.agencies and not rivals else None


def clear_winner(scores: tuple[Score, ...]) -> Score | None:
    """The first, unless the second comes close or the others together outweigh it: then several things are asked."""
    if not scores:
        return None
    best, others = scores[0].points, [one.points for one in scores[1:]]
    return scores[0] if not others or (best >= CLEAR_LEAD * others[0] and best >= sum(others)) else None


def score(subject: str, text: str, files: Iterable[str], agency: Agency, catalogue: Catalogue) -> Scores:
    """Scores of all services and agencies that are spoken of. Our own name and place speak for nobody.

    Subject and text come normalised.
    """
    phrases, own = phrases_of(catalogue), own_names(agency)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for source, weight in ((subject, SUBJECT_WEIGHT), (text, 1.0), (normalised("\n".join(files)), FILE_WEIGHT)):
        for hit in find_phrases(source, phrases, own):
            for owner in hit.owners:
                known = found.setdefault(owner, {})
                known[hit.phrase] = max(known.get(hit.phrase, 0.0), weight * hit.points)
    services = _ranked(found, "service")
    if len(services) > 1:
        wanted = wishes(f"{subject}\n{text[:WISHES_REACH]}".casefold())
        services = _by_party(services, wanted, catalogue)
        if clear_winner(services) is None:
            services = _by_wish(services, wanted, _named_wishes(catalogue))
    return Scores(services, _ranked(found, "agency"))


def _ranked(found: dict[tuple[str, str], dict[str, float]], party: str) -> tuple[Score, ...]:
    return _best_first(
        Score(key, sum(points.values()), tuple(shown(one) for one in sorted(points, key=len, reverse=True)))
        for (owner, key), points in found.items()
        if owner == party
    )


def _best_first(scores: Iterable[Score]) -> tuple[Score, ...]:
    return tuple(sorted(scores, key=lambda one: (-one.points, one.key)))


def fits(service: str, wanted: frozenset[Wish], catalogue: Catalogue) -> bool:
    """Whether what is wanted can be had of a service: nobody complains to get a licence, or wants a permit for a hole."""
    asks, troubled = bool(wanted & ASKS), bool(wanted & TROUBLED)
    known = catalogue.service(service)
    return known is None or asks == troubled or known.licence == asks


def _by_party(services: tuple[Score, ...], wanted: frozenset[Wish], catalogue: Catalogue) -> tuple[Score, ...]:
    return _best_first(
        one
        if one.points >= PLAIN or _asks_itself(one) or fits(one.key, wanted, catalogue)
        else replace(one, points=one.points * UNFIT_WEIGHT)
        for one in services
    )


def _asks_itself(service: Score) -> bool:
    """Whether a phrase that was found says what is wanted, and not only of what."""
    return any(phrase.startswith(ASKS_ITSELF) for phrase in service.phrases)


def _by_wish(
    services: tuple[Score, ...], wanted: frozenset[Wish], named: Mapping[str, frozenset[Wish]]
) -> tuple[Score, ...]:
    """Weighed once more by what is to be done, where the names of some contenders say it and those of others do not."""
    near = [one for one in services if one.points * CLEAR_LEAD >= services[0].points]
    telling = {one.key for one in near if wanted & named.get(one.key, frozenset())}
    if not telling or len(telling) == len(near):
        return services
    return _best_first(replace(one, points=one.points * WISH_WEIGHT) if one.key in telling else one for one in services)


def does(service: Score | None, wish: Wish, catalogue: Catalogue) -> bool:
    """Whether a service is one whose name says that it does this."""
    return service is not None and wish in _named_wishes(catalogue).get(service.key, frozenset())


def _named_wishes(catalogue: Catalogue) -> Mapping[str, frozenset[Wish]]:
    """What each service does, as its own name says."""
    return _wishes_by_service(CatalogueKey(catalogue))


@lru_cache(maxsize=64)
def _wishes_by_service(key: CatalogueKey) -> Mapping[str, frozenset[Wish]]:
    return {one.key: wishes(f"{one.name}\n{one.name_en}".casefold()) for one in key.catalogue.services}


@lru_cache(maxsize=64)
def own_names(agency: Agency) -> tuple[str, ...]:
    """Our own name, aliases and place, as the words of a text are compared, the longest first."""
    names = {
        respelled(compact(name)) for name in (agency.name, *agency.aliases, *agency.place.split(",")) if name.strip()
    }
    return tuple(sorted((name for name in names if len(name) > 3), key=len, reverse=True))
